package runner

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// crowd is a workspace with a number of contacts, and a company for each. The
// companies were last seen a minute apart, in the order of their numbers.
func crowd(n int) *sandbox.Data {
	d := &sandbox.Data{}
	for i := range n {
		key := fmt.Sprintf("c%03d", i)
		d.Companies = append(d.Companies, sandbox.Company{CompanyID: key, LastRequestAt: int64(1767225600 - 60*i)})
		d.Contacts = append(d.Contacts, sandbox.Contact{ExternalID: key, Companies: []string{key}})
	}
	return d
}

// manyCompanies is a workspace with n companies, each with a contact. A contact
// can have 1,000.
func manyCompanies(n int) *sandbox.Data {
	d := &sandbox.Data{}
	for i := range n {
		key := fmt.Sprintf("c%05d", i)
		if i%1000 == 0 {
			d.Contacts = append(d.Contacts, sandbox.Contact{ExternalID: key})
		}
		owner := &d.Contacts[len(d.Contacts)-1]
		d.Companies = append(d.Companies, sandbox.Company{CompanyID: key})
		owner.Companies = append(owner.Companies, key)
	}
	return d
}

// pagedLists are the lists that page by cursor or by number, with the longest
// page of each, the field that names its rows and the pages of 400 records.
var pagedLists = []struct {
	action, with, key string
	perPage, calls    int
}{
	{"listContacts", "", "external_id", 150, 3},
	{"searchContacts", "role: user", "external_id", 150, 3},
	{"listCompanies", "", "company_id", 60, 7},
}

// TestPaging reads lists of 400 records in every way there is, under every
// form in which Intercom names a next page.
func TestPaging(t *testing.T) {
	for name, sw := range map[string]switches{"the last page names no next": {}, "the last page has a next of null": {NextNull: true}} {
		for _, list := range pagedLists {
			t.Run(list.action+", "+name, func(t *testing.T) {
				fakeTime(t, func(t *testing.T) {
					server := sandbox.New(sandbox.Options{Data: crowd(400), Switches: sw})
					comma := ", "
					if list.with == "" {
						comma = ""
					}
					tr := try(t, server, fmt.Sprintf(`{version: 1, undo: false, steps: [
						{id: all, action: %[1]s, with: {%[2]s%[4]s all: true}},
						{id: some, action: %[1]s, with: {%[2]s%[4]s limit: 203}},
						{id: few, action: %[1]s, with: {%[2]s%[4]s limit: 3, per_page: 2}},
						{id: none, action: %[1]s, with: {%[2]s%[4]s limit: 400, all: true}},
						{id: loop, for_each: {action: %[1]s, with: {%[2]s}, key: item.%[3]s}, steps: [{if: false, action: listTags}]},
						{id: part, for_each: {action: %[1]s, with: {%[2]s}, limit: 151, key: item.%[3]s}, steps: [{if: false, action: listTags}]}],
						outputs: {all: "{{ steps.all.data }}", some: "{{ steps.some.data }}", few: "{{ steps.few.data }}", none: "{{ steps.none.data }}",
							loop: "{{ map(steps.loop.items, .key) }}", part: "{{ map(steps.part.items, .key) }}"}}`, list.action, list.with, list.key, comma))
					out := outputs(tr.result)
					for name, want := range map[string]int{"all": 400, "some": 203, "few": 3, "none": 400} {
						data := gjson.Parse(out[name])
						sameKeys(t, name, want, texts(data.Get("data.#."+list.key)))
						if total := data.Get("total_count").Int(); total != 400 {
							t.Errorf("%s: total_count is %d, want 400", name, total)
						}
					}
					sameKeys(t, "loop", 400, texts(gjson.Parse(out["loop"])))
					sameKeys(t, "part", 151, texts(gjson.Parse(out["part"])))
					if n := len(tr.wire.all) - 2; n != 3*list.calls+pagesOf(203, list.perPage)+pagesOf(151, list.perPage) {
						t.Errorf("%d calls: %v", n+2, tr.wire.calls())
					}
				})
			})
		}
	}
}

func pagesOf(rows, perPage int) int { return (rows + perPage - 1) / perPage }

// sameKeys compares what was listed with c000, c001 and so on.
func sameKeys(t *testing.T, name string, count int, got []string) {
	t.Helper()
	want := make([]string, count)
	for i := range want {
		want[i] = fmt.Sprintf("c%03d", i)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func texts(list gjson.Result) []string {
	var all []string
	for _, each := range list.Array() {
		all = append(all, each.String())
	}
	return all
}

// TestScroll reads more companies than page numbers reach.
func TestScroll(t *testing.T) {
	const n = 10_050
	data := manyCompanies(n)
	for name, sw := range map[string]switches{"with one token": {}, "with a token for each page": {ScrollTokenChanges: true}} {
		t.Run(name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: data, Switches: sw})
				tr := try(t, server, `{version: 1, undo: false, steps: [
					{id: all, action: listCompanies, with: {all: true}},
					{id: loop, for_each: {action: listCompanies, where: item.company_id >= "c10040"}, action: createTag, with: {name: "{{ item.company_id }}"}}],
					outputs: {count: "{{ len(steps.all.data.data) }}", total: "{{ steps.all.data.total_count }}", loop: "{{ steps.loop.counts.done }}"}}`)
				want := map[string]string{"count": "10050", "total": "10050", "loop": "10"}
				if diff := cmp.Diff(want, outputs(tr.result)); diff != "" {
					t.Errorf("outputs differ (-want +got):\n%s\n%v", diff, tr.result.Failures)
				}
				if n := len(server.Ledger()); n != 10 {
					t.Errorf("%d writes, want 10", n)
				}
			})
		})
	}
}

// shuffler makes a record move to a later page while a list is walked: after
// each page, the first row of it comes again at the end of the next.
type shuffler struct {
	to   http.RoundTripper
	last string
}

// RoundTrip adds the first row of the page before to each page.
func (s *shuffler) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, err := s.to.RoundTrip(req)
	if err != nil || !strings.Contains(req.URL.Path, "contacts") {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	rows := gjson.GetBytes(body, "data")
	if s.last != "" {
		body = bytes.Replace(body, []byte(rows.Raw), []byte(strings.TrimSuffix(rows.Raw, "]")+","+s.last+"]"), 1)
	}
	s.last = rows.Get("0").Raw
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return answer, nil
}

// TestRecordsThatMove walks a list whose records move between pages: each is
// used once.
func TestRecordsThatMove(t *testing.T) {
	for _, list := range pagedLists[:2] {
		t.Run(list.action, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: crowd(400)})
				tr := tryOver(t, server, &shuffler{to: server.Client().Transport}, fmt.Sprintf(`{version: 1, steps: [
					{id: all, action: %s, with: {%s}},
					{id: loop, for_each: {action: %[1]s, with: {%[3]s}, key: item.external_id}, action: createTag, with: {name: "{{ item.external_id }}"}}],
					outputs: {all: "{{ map(steps.all.data.data, .external_id) }}"}}`, list.action, strings.TrimPrefix(list.with+", all: true", ", "), list.with))
				sameKeys(t, "all", 400, texts(gjson.Parse(outputs(tr.result)["all"])))
				var tagged []string
				for _, tag := range server.Snapshot().Tags {
					tagged = append(tagged, tag.Name)
				}
				slices.Sort(tagged)
				sameKeys(t, "loop", 400, tagged)
			})
		})
	}
}

// TestLoopsOverShortLists loops over every other list there is.
func TestLoopsOverShortLists(t *testing.T) {
	tests := []struct {
		name, action, with, key string
		switches                switches
		want                    []string
	}{
		{name: "tags", action: "listTags", key: "item.name", want: []string{"Alpha", "beta", "vip"}},
		{name: "tags of a contact", action: "listContactTags", with: "contact_id: $ann", key: "item.name", want: []string{"vip"}},
		{name: "tags of a contact without any", action: "listContactTags", with: "contact_id: $bob", key: "item.name"},
		{name: "companies of a contact", action: "listContactCompanies", with: "contact_id: $ann", key: "item.company_id", want: []string{"acme"}},
		{name: "ticket types", action: "listTicketTypes", key: "item.name", want: []string{"Bug report", "Refund"}},
		{name: "a company that is found alone", action: "listCompanies", with: "name: Acme", key: "item.company_id", want: []string{"acme"}},
		{name: "a company that is found in a list", action: "listCompanies", with: "name: Acme", key: "item.company_id", switches: switches{CompanyLookupList: true}, want: []string{"acme"}},
		{name: "companies by tag", action: "listCompanies", with: "tag_id: 1", key: "item.company_id", want: []string{"acme"}},
		{name: "a search that finds nobody", action: "searchContacts", with: "name: Nobody", key: "item.id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: shop(), Switches: tt.switches})
				tr := try(t, server, fmt.Sprintf(`{version: 1, undo: false, steps: [{id: loop, for_each: {action: %s, with: {%s}, key: %s}, steps: [{if: false, action: listTags}]}],
					outputs: {keys: "{{ map(steps.loop.items, .key) }}"}}`, tt.action, tt.with, tt.key))
				if diff := cmp.Diff(tt.want, texts(gjson.Parse(outputs(tr.result)["keys"]))); diff != "" {
					t.Errorf("items differ (-want +got):\n%s\n%v", diff, tr.result.Failures)
				}
			})
		})
	}
}

// TestCompaniesOfAContact walks a list whose answers name the next page by its
// address, and which has no longest page that Intercom tells.
func TestCompaniesOfAContact(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		data := manyCompanies(120)
		data.Contacts[0].ID = id("$ann")
		server := sandbox.New(sandbox.Options{Data: data})
		tr := try(t, server, `{version: 1, undo: false, steps: [
			{id: all, action: listContactCompanies, with: {contact_id: $ann, all: true}},
			{id: loop, for_each: {action: listContactCompanies, with: {contact_id: $ann}, key: item.company_id}, steps: [{if: false, action: listTags}]}],
			outputs: {all: "{{ len(steps.all.data.data) }}", loop: "{{ steps.loop.counts.total }}"}}`)
		if diff := cmp.Diff(map[string]string{"all": "120", "loop": "120"}, outputs(tr.result)); diff != "" {
			t.Errorf("outputs differ (-want +got):\n%s\n%v", diff, tr.result.Failures)
		}
		if n := len(tr.wire.all); n != 6 {
			t.Errorf("%d calls, want 6: %v", n, tr.wire.calls())
		}
	})
}

// TestFewOfMany takes a few companies of more than page numbers reach, which
// must not open the scroll: it stays open for a minute, and others wait.
func TestFewOfMany(t *testing.T) {
	fakeTime(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: manyCompanies(10_050)})
		tr := try(t, server, `{version: 1, undo: false, steps: [
			{id: few, action: listCompanies, with: {limit: 5}},
			{id: loop, for_each: {action: listCompanies, limit: 3}, action: getCompany, with: {company_id: "{{ item.id }}"}}],
			outputs: {count: "{{ len(steps.few.data.data) }}", loop: "{{ steps.loop.counts.done }}"}}`)
		if diff := cmp.Diff(map[string]string{"count": "5", "loop": "3"}, outputs(tr.result)); diff != "" {
			t.Errorf("outputs differ (-want +got):\n%s\n%v", diff, tr.result.Failures)
		}
		if n := server.Calls()["GET /companies/scroll"]; n > 0 {
			t.Errorf("the scroll was called %d times", n)
		}
	})
}
