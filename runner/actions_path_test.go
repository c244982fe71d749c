package runner

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/steps"
)

// hostile are values that would lead to another record, or another operation,
// if a path were put together carelessly.
var hostile = []string{
	"", ".", "..", "../tags", "../../tags/1", "a/../../tags/1", `..\tags`, `a\..\..\tags`,
	"$ann/archive", "$ann/", "/$ann", "//evil.example/x", "https://evil.example/",
	"$ann?x=y", "?_method=DELETE", "$ann#x", "#", "%2e%2e", "%2e%2e%2ftags", "..%2ftags", "%2f", "%", "%zz", "%00",
	"$ann\narchive", "$ann\r\nX-Evil: 1", "\x00", " ", "$ann archive", "$ann;x", "$ann:x", "*", "{contact_id}", "ä/ö", "\u2215archive", "\uff0e\uff0e", "1 OR 1=1",
}

// TestHostileIDs gives each value to each input that stands in a path. Either
// nothing is sent, or the path has as many segments as the operation and the
// value is one of them.
func TestHostileIDs(t *testing.T) {
	for _, a := range steps.All() {
		for _, f := range a.Inputs {
			if f.In == steps.Path {
				t.Run(a.Name+"."+f.Name, func(t *testing.T) { tryHostile(t, withHostile(a, f), operationOf(a, f)) })
			}
		}
	}
}

// TestHostileRawPaths puts each value into templates within a path.
func TestHostileRawPaths(t *testing.T) {
	for _, path := range []string{"/contacts/$", "/contacts/$/tags", "/tags/x-$", "/contacts/$/tags/$"} {
		t.Run(path, func(t *testing.T) {
			template := strings.ReplaceAll(path, "$", "{{ item }}")
			tryHostile(t, fmt.Sprintf(`action: rawRequest, with: {method: DELETE, effect: delete, path: %q}`, template), strings.ReplaceAll(path, "$", "{}"))
		})
	}
}

// TestHostileQueries puts each value where it stands in a query or a body.
func TestHostileQueries(t *testing.T) {
	tryHostile(t, `action: rawRequest, with: {method: GET, path: /contacts, query: {"a": "{{ item }}"}}`, "/contacts")
	tryHostile(t, `action: searchContacts, with: {email: "{{ item }}"}`, "/contacts/search")
	tryHostile(t, `action: listCompanies, with: {name: "{{ item }}"}`, "/companies")
}

// withHostile is a call of the action with the value for one input, and harmless
// ones for the others that must be there.
func withHostile(a *steps.Action, hostile steps.Field) string {
	var with []string
	for _, f := range a.Inputs {
		harmless := map[string]string{"contact_id": "$ann", "company_id": "$acme", "tag_id": "1", "ticket_id": "7"}[f.Name]
		switch {
		case f.Name == hostile.Name:
			with = append(with, f.Name+`: "{{ item }}"`)
		case f.Required:
			with = append(with, fmt.Sprintf("%s: %q", f.Name, harmless))
		}
	}
	return fmt.Sprintf("action: %s, with: {%s}", a.Name, strings.Join(with, ", "))
}

// operationOf is the path that the input stands in.
func operationOf(a *steps.Action, f steps.Field) string {
	for _, op := range append([]steps.Route{{Op: a.Op}}, a.Routes...) {
		if _, path, _ := strings.Cut(op.Op, " "); strings.Contains(path, "{"+f.Name+"}") {
			return path
		}
	}
	return ""
}

// tryHostile runs a step for each hostile value.
func tryHostile(t *testing.T, step, pattern string) {
	t.Helper()
	quoted := make([]string, len(hostile))
	for i, value := range hostile {
		quoted[i] = strconv.Quote(value)
	}
	fakeTime(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: shop()})
		before := server.Snapshot()
		tr := try(t, server, fmt.Sprintf(`{version: 1, undo: false, allow: [delete], steps: [{for_each: {in: [%s], max_failures: 100%%}, %s}]}`,
			strings.Join(quoted, ", "), step))
		if rows := tr.result.Steps[0].Rows; rows.Total != int64(len(hostile)) || rows.Pending > 0 {
			t.Errorf("not every value was tried: %+v", rows)
		}
		for _, x := range tr.wire.all {
			checkSegments(t, x.request, pattern)
		}
		if changes := workspaceChanges(t, before, server.Snapshot()); len(changes) > 0 {
			t.Errorf("the workspace has changed: %v", changes)
		}
	})
}

// checkSegments compares a path that was sent with its pattern.
func checkSegments(t *testing.T, req *http.Request, pattern string) {
	t.Helper()
	want, got := strings.Split(pattern, "/"), strings.Split(req.URL.EscapedPath(), "/")
	if req.URL.Host != "api.intercom.io" || req.URL.Fragment != "" || len(want) != len(got) {
		t.Errorf("%s was called, which is not %s", req.URL, pattern)
		return
	}
	for i := range want {
		text, err := url.PathUnescape(got[i])
		if err != nil || text == "" && i > 0 || text == "." || text == ".." {
			t.Errorf("segment %d of %s: %v", i, req.URL, err)
		}
		if !strings.Contains(want[i], "{") && want[i] != got[i] {
			t.Errorf("segment %d of %s is not %s", i, req.URL, want[i])
		}
	}
}
