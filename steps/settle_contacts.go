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
func settleContact(ctx context.Context, s *settling) (Evidence, *query, error) {
	s.makePlain()
	if retryOfCreateContact(s.in) == Keyed {
		e, err := s.lookUpContact(ctx)
		return e, nil, err
	}
	field, values := contactKey(s.in)
	if field == "" {
		return Evidence{Note: "a contact without email, name and phone number in E.164 form cannot be searched for; " +
			"look in Intercom among the contacts created between " + stamp(s.sent.First) + " and " + stamp(s.sent.Last.Add(atWork))}, nil, nil
	}
	w, err := s.window(ctx)
	return Evidence{}, &query{
		settling: s, path: "/contacts/search", window: w, times: createdIn, field: field, values: values, has: hasContactKey,
		judge: func(_ context.Context, row gjson.Result) (likeness, string, error) {
			like, why := s.like(row, row.Get("created_at").Int(), w, s.moreOfContact(row))
			return like, why, nil
		},
	}, err
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
	resp, err := s.Do.Do(ctx, get(path))
	var refused *intercom.APIError
	switch {
	case errors.As(err, &refused) && refused.Status == http.StatusGone:
		return Evidence{Note: "GET " + path + ": merged into another contact; it may have been the call's"}, nil
	case intercom.IsGone(err):
		return s.missed(asked, 0, "GET "+path+": not found"), nil
	case err != nil:
		return Evidence{}, err
	}
	s.Clock.See(resp.Header)
	w, err := s.window(ctx)
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

// contactKey gives the field that finds a new contact, and what was sent in it
// in each spelling that Intercom may have kept; "" if there is none. The role is
// no part of it: a lead may have become a user since.
func contactKey(in inputs) (field string, values []string) {
	email, phone, name := in["email"].String(), in["phone"].String(), in["name"].String()
	if trimmed := strings.TrimSpace(email); trimmed != "" {
		return "email", distinct(email, trimmed, strings.ToLower(trimmed))
	}
	if e164.MatchString(phone) {
		return "phone", []string{phone}
	}
	if trimmed := strings.TrimSpace(name); trimmed != "" {
		return "name", distinct(name, trimmed, html.EscapeString(trimmed))
	}
	return "", nil
}

// hasContactKey says whether a contact may be the one that a search for the
// values gives.
func hasContactKey(row gjson.Result, field string, values []string) likeness {
	shown := row.Get(field)
	for _, value := range values {
		if like := likeValue(field, gjson.Result{Type: gjson.String, Str: value}, shown); like != other || strings.EqualFold(value, shown.String()) {
			return same
		}
	}
	return other
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
