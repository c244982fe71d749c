package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// TestContract compares what the actions send, and what the sandbox answers,
// with Intercom's own description of its API. It lies beside the repository, in
// ../shared/openapi, or where FLOWRUN_OPENAPI says; it is not part of the
// project.
func TestContract(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much")
	}
	api := readDescription(t)
	found := map[string]string{} // deviations, and a call that has each
	check := func(calls []exchange) {
		for _, x := range calls {
			for _, deviation := range api.deviations(x) {
				found[deviation] = x.request.Method + " " + x.request.URL.RequestURI() + " " + string(x.sent)
			}
		}
	}
	for _, tt := range actionCases() {
		t.Run(tt.action+": "+tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) { check(try(t, tt.server(), tt.workflow()).wire.all) })
		})
	}
	t.Run("beyond the actions", func(t *testing.T) {
		fakeTime(t, func(t *testing.T) { check(directCalls(t)) })
	})
	for what := range known() {
		if _, occurs := found[what]; !occurs {
			t.Errorf("this deviation no longer occurs, take it off the list: %s", what)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(found)) {
		if !known()[what] {
			t.Errorf("not as Intercom describes it: %s\n\tin %s", what, found[what])
		}
	}
}

// known are the deviations that are on the list.
func known() map[string]bool {
	all := map[string]bool{}
	for _, group := range knownDeviations {
		for _, what := range group.what {
			all[what] = true
		}
	}
	return all
}

// description is Intercom's OpenAPI document.
type description struct {
	doc    *openapi3.T
	filter *openapi3filter.Options
}

// readDescription loads the document. It is not validated as a whole: some of
// its own examples and schemas are not valid.
func readDescription(t *testing.T) description {
	t.Helper()
	file := os.Getenv("FLOWRUN_OPENAPI")
	if file == "" {
		file = filepath.Join("..", "..", "shared", "openapi", "intercom-2.16.yaml")
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no description of Intercom's API at %s: the contract is NOT checked; FLOWRUN_OPENAPI may name another place", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return description{doc, &openapi3filter.Options{
		MultiError:            true,
		IncludeResponseStatus: true,
		SkipSettingDefaults:   true,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
	}}
}

// deviations says where a call and its answer are not as the description has
// them: "GET /tags/{tag_id} 404 errors.0: ...", with * for an index.
func (d description) deviations(x exchange) []string {
	route, params := d.route(x.request)
	if route == nil {
		if x.answer.StatusCode == http.StatusNotFound {
			return nil // neither side knows it
		}
		return []string{x.request.Method + " " + x.request.URL.Path + ": is not described"}
	}
	place := route.Method + " " + route.Path + " "
	status := strconv.Itoa(x.answer.StatusCode)

	req := x.request.Clone(context.Background())
	req.Body = io.NopCloser(bytes.NewReader(x.sent))
	input := &openapi3filter.RequestValidationInput{
		Request: req, Route: route, PathParams: params, QueryParams: req.URL.Query(), Options: d.filter,
	}
	var all []string
	if x.answer.StatusCode < 300 {
		all = prefixed(place+"request", problems(openapi3filter.ValidateRequest(req.Context(), input)))
		all = append(all, prefixed(place+"request", undescribedQuery(route, x))...)
		all = append(all, undescribed(place+"request", requestKind(route), x.sent)...)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: x.answer.StatusCode, Header: x.answer.Header,
		Body: io.NopCloser(bytes.NewReader(x.body)), Options: d.filter,
	}
	all = append(all, prefixed(place+status, problems(openapi3filter.ValidateResponse(req.Context(), answer)))...)
	return append(all, undescribed(place+status, answerKind(route, x.answer.StatusCode), x.body)...)
}

// route finds the operation of a request. A path that is spelt out goes before
// one with parameters.
func (d description) route(req *http.Request) (*routers.Route, map[string]string) {
	var best *routers.Route
	var params map[string]string
	for path, item := range d.doc.Paths.Map() {
		operation := item.GetOperation(req.Method)
		got, ok := matchTemplate(path, req.URL.EscapedPath())
		if operation == nil || !ok || best != nil && len(params) <= len(got) {
			continue
		}
		best = &routers.Route{Spec: d.doc, Path: path, PathItem: item, Method: req.Method, Operation: operation}
		params = got
	}
	return best, params
}

func matchTemplate(template, path string) (map[string]string, bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], "{"); ok {
			params[strings.TrimSuffix(name, "}")] = got[i]
		} else if want[i] != got[i] {
			return nil, false
		}
	}
	return params, true
}

func prefixed(prefix string, list []string) []string {
	for i := range list {
		list[i] = prefix + " " + list[i]
	}
	return list
}

// problems takes the errors of a validation apart.
func problems(err error) []string {
	var several openapi3.MultiError
	var schema *openapi3.SchemaError
	var request *openapi3filter.RequestError
	var response *openapi3filter.ResponseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &request) && request.Err != nil && request.Parameter != nil:
		return prefixed("parameter "+request.Parameter.Name, problems(request.Err))
	case errors.As(err, &request) && request.Err != nil && request != err:
		return problems(request.Err)
	case errors.As(err, &several):
		var all []string
		for _, each := range several {
			all = append(all, problems(each)...)
		}
		return all
	case errors.As(err, &schema):
		return []string{pointer(schema.JSONPointer()) + ": " + schema.Reason}
	case errors.As(err, &response) && response.Err != nil && response != err:
		return problems(response.Err)
	}
	return []string{": " + err.Error()}
}

// pointer writes a path into a value, with * for an index.
func pointer(parts []string) string {
	parts = slices.Clone(parts)
	for i, part := range parts {
		if _, err := strconv.Atoi(part); err == nil {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, ".")
}

func decoded(text []byte) any {
	var value any
	_ = json.Unmarshal(text, &value) // no JSON, no members
	return value
}
