package steps

import (
	"context"
	"errors"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// settleContact looks for the contact that a lost createContact made.
func settleContact(ctx context.Context, s *settling) (Evidence, error) {
	s.makePlain()
	if retryOfCreateContact(s.in) == Keyed {
		return s.lookUpContact(ctx)
	}
	key, ok := contactKey(s.in)
	if !ok {
		return Evidence{Note: "a contact without email, name and phone number in E.164 form cannot be searched for; " +
			"look in Intercom among the contacts created between " + stamp(s.sent.First) + " and " + stamp(s.sent.Last.Add(atWork))}, nil
	}
	w, err := s.askTime(ctx)
	if err != nil {
		return Evidence{}, err
	}
	return s.search(ctx, "/contacts/search", append(createdIn(w), key), w,
		func(_ context.Context, row gjson.Result) (likeness, string, error) {
			like, why := s.like(row, row.Get("created_at").Int(), w, s.moreOfContact(row))
			return like, why, nil
		})
}

// lookUpContact asks for the user with the external_id, which does not lag
// behind. If somebody else has it, the call cannot have been applied: Intercom
// refuses a second user with it, and does so again when the call is repeated.
func (s *settling) lookUpContact(ctx context.Context) (Evidence, error) {
	segment, err := Segment(s.in["external_id"].String())
	if err != nil {
		return Evidence{}, err
	}
	path := "/contacts/find_by_external_id/" + segment
	asked := time.Now()
	resp, err := s.do.Do(ctx, get(path))
	var refused *intercom.APIError
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusGone:
		return Evidence{Note: "GET " + path + ": merged into another contact; it may have been the call's"}, nil
	case isGone(err):
		return s.missed(asked, 0, "GET "+path+": not found"), nil
	case err != nil:
		return Evidence{}, err
	}
	w, err := s.window(resp.Header)
	if err != nil {
		return Evidence{}, err
	}

	record := gjson.ParseBytes(resp.Body)
	id := record.Get("id").String()
	like, why := s.like(record, record.Get("created_at").Int(), w, "")
	note := "GET " + path + ", for what was made " + w.String() + ": " + id + " " + why
	switch {
	case like == same:
		return Evidence{Verdict: Applied, ID: id, Data: resp.Body, Note: note}, nil
	case like == perhaps, s.sent.Applied:
		return Evidence{Note: note + "; it may be the call's"}, nil
	}
	return Evidence{Verdict: NotApplied, Note: note}, nil
}

// makePlain makes the inputs say what Intercom makes of them: a user, unless
// the role is another, and a lead with an external_id that Intercom makes up.
func (s *settling) makePlain() {
	if !s.in.has("role") {
		s.in["role"] = gjson.Parse(`"user"`)
	}
	if s.in["role"].String() == "lead" {
		delete(s.in, "external_id")
	}
}

// moreOfContact names something that tells people apart, and that a contact has
// without having got it from the call.
func (s *settling) moreOfContact(record gjson.Result) string {
	names := []string{"email", "phone", "name"}
	if s.in["role"].String() == "user" {
		names = append(names, "external_id")
	}
	for _, name := range names {
		if !s.in.has(name) && !isBlank(record.Get(name)) {
			return name
		}
	}
	return ""
}

// e164 is the form in which Intercom keeps phone numbers as they are. Another
// one it may rewrite, and then the search would not find it.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// contactKey gives the filter that finds a new contact by what was sent, in
// each spelling that Intercom may have kept it in. The role is no part of it: a
// lead may have become a user since.
func contactKey(in inputs) (key filter, ok bool) {
	email, phone, name := in["email"].String(), in["phone"].String(), in["name"].String()
	trimmed := strings.TrimSpace(email)
	if trimmed != "" {
		return among("email", distinct(email, trimmed, strings.ToLower(trimmed))), true
	}
	if e164.MatchString(phone) {
		return filter{"phone", "=", phone}, true
	}
	trimmed = strings.TrimSpace(name)
	return among("name", distinct(name, trimmed, html.EscapeString(trimmed))), trimmed != ""
}

func distinct(texts ...string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// createdIn narrows a search of contacts to the days around the window. The
// search compares whole days of the workspace's time zone, which is not known
// here, and a day may have 25 hours: two days on either side are enough for all.
func createdIn(w window) []filter {
	const margin = 48 * time.Hour
	return []filter{
		{"created_at", ">", w.from.Add(-margin).Unix()},
		{"created_at", "<", w.to.Add(margin).Unix()},
	}
}
