package steps

import (
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tidwall/gjson"
)

// drifting are the inputs that prove nothing when a record shows another value:
// Intercom sets when a contact was last seen by itself, and may keep an image
// under an address of its own.
var drifting = []string{"last_seen_at", "avatar"}

// like compares a record that was made at a time, in Unix seconds, with what
// the call makes, and says how it differs. More names something that it has
// beyond that; empty if nothing.
func (s *settling) like(record gjson.Result, made int64, w window, more string) (likeness, string) {
	when := "was made at " + stamp(time.Unix(made, 0))
	if made == 0 {
		return perhaps, "does not show when it was made"
	}
	if !w.holds(made) {
		return other, when
	}
	like, field := s.compare(record)
	edited := record.Get("updated_at").Int() > made
	switch {
	case like == perhaps:
		return perhaps, when + " and shows " + field + " in another form"
	case like == other && edited:
		return perhaps, when + ", was changed since and has another " + field
	case like == other:
		return other, when + " and has another " + field
	case more != "" && !edited:
		return perhaps, when + " and has had " + more + " from the start, which was not sent"
	}
	return same, when
}

// compare says how well a record fits the fields that were sent, and names the
// one that fits worst. A field that the record does not show says nothing.
func (s *settling) compare(record gjson.Result) (worst likeness, field string) {
	worst = same
	for _, f := range s.fields {
		sent := s.in[f.Name]
		path, shows := f.Shown()
		shown := record.Get(path)
		if f.In != Body || !shows || slices.Contains(drifting, f.Name) || !sent.Exists() || !shown.Exists() {
			continue
		}
		if like, where := likeField(f, sent, shown); like < worst {
			worst, field = like, where
		}
	}
	return worst, field
}

// likeField compares one field, or each member of one that is an object, and
// names what fits worst.
func likeField(f Field, sent, shown gjson.Result) (worst likeness, field string) {
	if f.Type.Kind != Object {
		return likeValue(f.Name, sent, shown), f.Name
	}
	worst = same
	sent.ForEach(func(key, value gjson.Result) bool {
		if like := likeMember(value, shown.Get(gjson.Escape(key.String()))); like < worst {
			worst, field = like, f.Name+"."+key.String()
		}
		return true
	})
	return worst, field
}

// likeValue compares a value of a field that was sent with the one that a
// record shows. An empty email is null in one answer and "" in the next; where
// nothing was sent, Intercom may have filled in something.
func likeValue(name string, sent, shown gjson.Result) likeness {
	a, b := sent.String(), shown.String()
	switch {
	case isBlank(sent) && (isBlank(shown) || shown.Type == gjson.False):
		return same
	case isBlank(sent):
		return perhaps
	case isBlank(shown):
		return other
	case name == "email" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)),
		name == "phone" && digits(a) == digits(b),
		plainText(a) == plainText(b):
		return same
	case name == "phone" && !e164.MatchString(a):
		return perhaps
	}
	return other
}

// likeMember does the same for a value of custom attributes, or of those of a
// ticket, whose types are not known here. One that a record does not show is one
// that it does not have.
func likeMember(sent, shown gjson.Result) likeness {
	a, b := sent.String(), shown.String()
	like := likeValue("", sent, shown)
	switch {
	case like != other || isBlank(shown):
		return like
	case isNumber(a) && isNumber(b) && sameNumber(a, b):
		return same
	case sent.IsArray() || sent.IsObject():
		return perhaps // files, which come back as something else
	case (sent.Type == gjson.Number) != (shown.Type == gjson.Number) && isNumber(a) != isNumber(b):
		return perhaps // a date, which may be written in two ways
	case uuid.MatchString(a) && !uuid.MatchString(b):
		return perhaps // the id of an option, which may come back as its label
	}
	return other
}

// isBlank reports whether a value is missing, null or "".
func isBlank(value gjson.Result) bool {
	return value.Type == gjson.Null || value.Type == gjson.String && value.Str == ""
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// sameNumber compares numbers that are written in different ways, such as 1.50
// and 1.5, as far as a float has the digits for it.
func sameNumber(a, b string) bool {
	const most = 15
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return x == y && len(a) <= most && len(b) <= most
}

// digits gives the digits of a phone number, which Intercom may write in
// another way.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phone)
}

var (
	uuid   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	markup = regexp.MustCompile(`<[^>]*>`)
)

// plainText gives a text without what Intercom may add to it or take away:
// escapes, as recorded in names, markup, as in texts of tickets, and spaces.
func plainText(text string) string {
	text = markup.ReplaceAllString(html.UnescapeString(text), " ")
	return strings.Join(strings.Fields(text), " ")
}
