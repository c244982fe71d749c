package steps

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/google/go-cmp/cmp"
)

func TestData(t *testing.T) {
	tests := []struct {
		name   string
		action string
		body   string
		want   string
	}{
		{"the body as it came", "createTag", `{"type":"tag","id":"7"}`, `{"type":"tag","id":"7"}`},
		{"null where there was none", "deleteTag", ``, `null`},
		{"tags without their list", "listTags", `{"type":"list","data":[{"id":"7"}]}`, `[{"id":"7"}]`},
		{"no tags", "listContactTags", `{"type":"list","data":[]}`, `[]`},
		{"a list of companies", "listCompanies", `{"type":"list","data":[]}`, `{"type":"list","data":[]}`},
		{"a lone company in a list", "listCompanies", `{"type":"company","id":"1"}`,
			`{"type":"list","data":[{"type":"company","id":"1"}],"total_count":1,"pages":{"type":"pages","next":null,"page":1,"per_page":1,"total_pages":1}}`},
		{"companies of a contact under either name", "listContactCompanies", `{"type":"list","companies":[{"id":"1"}],"total_count":1}`,
			`{"type":"list","data":[{"id":"1"}],"total_count":1}`},
		{"ticket types in their list", "listTicketTypes", `{"type":"list","data":[]}`, `{"type":"list","data":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Find(tt.action).Data(intercom.Response{Status: 200, Body: []byte(tt.body)})
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("data differs (-want +got):\n%s", diff)
			}
		})
	}
}

// FuzzFolded holds the form for comparing against the comparison itself.
func FuzzFolded(f *testing.F) {
	f.Add("VIP", "vip")
	f.Add("Kelvin \u212a", "KELVIN k")
	f.Add("\u0130", "i")
	f.Add("\u1e9e", "\u00df")
	f.Add("a\xff", "A\xfe")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := Folded(a) == Folded(b); got != strings.EqualFold(a, b) {
			t.Errorf("%q and %q: same = %t", a, b, got)
		}
	})
}

// doer answers every request with an echo of it.
type doer struct{ err error }

func (d doer) Do(_ context.Context, req intercom.Request) (intercom.Response, error) {
	return intercom.Response{Status: 200, Body: fmt.Appendf(nil, "%q", line(req))}, d.err
}

func TestResolve(t *testing.T) {
	const twin = "5da6f18e3d7cf967e4582d05"
	active := "A contact matching those details already exists with id=" + twin
	archived := "An archived contact matching those details already exists with id=" + twin
	tests := []struct {
		name    string
		policy  string
		message string
		want    Resolution
		err     string
	}{
		{"update writes the same fields to the twin", "update", active,
			Resolution{Effect: Update, Data: fmt.Appendf(nil, "%q", `PUT /contacts/`+twin+` {"email":"a@b"} repeat`)}, ""},
		{"skip reads the twin", "skip", active,
			Resolution{Skipped: true, Data: fmt.Appendf(nil, "%q", `GET /contacts/`+twin+` repeat`)}, ""},
		{"fail names the twin", "fail", active, Resolution{},
			"the contact " + twin + " has this external_id or email already"},
		{"an archived twin always fails", "update", archived, Resolution{},
			"an archived contact, " + twin + ", has this external_id or email"},
		{"a conflict without an id stays as it is", "skip", "A conflict", Resolution{}, "POST /contacts: 409 conflict: A conflict"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := values{"email": "a@b", "on_conflict": tt.policy}
			refused := &intercom.APIError{Method: "POST", Path: "/contacts", Status: 409, Code: "conflict", Message: tt.message}
			got, err := Find("createContact").Resolve(t.Context(), doer{}, in, refused)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("resolution differs (-want +got):\n%s", diff)
			}
			if text := message(err); text != tt.err {
				t.Errorf("error = %s\nwant    %s", text, tt.err)
			}
			if err != nil && !errors.Is(err, refused) {
				t.Errorf("Intercom's refusal is lost: %v", err)
			}
		})
	}
}

func TestOtherErrorsAreNotResolved(t *testing.T) {
	in := values{"email": "a@b", "on_conflict": "skip"}
	gone := &intercom.APIError{Status: 404, Message: "with id=5da6f18e3d7cf967e4582d05"}
	if _, err := Find("createContact").Resolve(t.Context(), doer{}, in, gone); err != gone {
		t.Errorf("error = %v, want the one that was given", err)
	}
	clash := &intercom.APIError{Status: 409, Message: "with id=5da6f18e3d7cf967e4582d05"}
	if _, err := Find("updateContact").Resolve(t.Context(), doer{}, values{"contact_id": ann}, clash); err != clash {
		t.Errorf("error = %v, want the one that was given", err)
	}
	lost := errors.New("lost")
	if _, err := Find("createContact").Resolve(t.Context(), doer{err: lost}, in, clash); err != lost {
		t.Errorf("error = %v, want that of the second call", err)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
