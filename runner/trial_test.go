package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// trial is a workflow that was applied to a workspace, and all that could be
// seen of it.
type trial struct {
	server *sandbox.Server
	wire   *recorder
	result *Result
	events []Event
}

// try loads a workflow and applies it. Names such as $ann stand for ids.
func try(t testing.TB, server *sandbox.Server, text string) trial {
	t.Helper()
	return tryOver(t, server, server.Client().Transport, text)
}

// tryOver is try with a transport that leads to the server.
func tryOver(t testing.TB, server *sandbox.Server, to http.RoundTripper, text string) trial {
	t.Helper()
	prog, problems := Load(filepath.Join(t.TempDir(), "workflow.yaml"), []byte(untab(names.Replace(text))))
	if problems.Err() != nil {
		t.Fatalf("the workflow has problems:\n%v", problems)
	}
	tr := trial{server: server, wire: &recorder{to: to}}
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: &http.Client{Transport: tr.wire}})
	if err != nil {
		t.Fatal(err)
	}
	inputs, err := prog.Inputs(program.Given{})
	if err != nil {
		t.Fatal(err)
	}
	tr.result, err = prog.Apply(context.Background(), Options{
		Do: client, Dir: t.TempDir(), Inputs: inputs, RunID: "run-1",
		On: func(e Event) { tr.events = append(tr.events, e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// stepEnded is how the only instance of a step ended.
func (tr trial) ended(t testing.TB, label string) *StepEnded {
	t.Helper()
	for _, e := range tr.events {
		if e.Ended != nil && e.Ended.Step == label {
			return e.Ended
		}
	}
	t.Fatalf("the step %s did not end: %v", label, tr.result.Failures)
	return nil
}

// effects are the applied effects, "METHOD PATH body", with names for ids.
func (tr trial) effects() []string {
	var all []string
	for _, e := range tr.server.Ledger() {
		all = append(all, ids.Replace(strings.TrimSpace(e.Method+" "+e.Path+" "+string(e.Body))))
	}
	return all
}

// exchange is one call as it went over the wire.
type exchange struct {
	request *http.Request
	sent    []byte
	answer  *http.Response
	body    []byte
}

// recorder is a transport that keeps what went over it.
type recorder struct {
	to http.RoundTripper

	mu  sync.Mutex
	all []exchange
}

// RoundTrip passes a request on and keeps it with its answer.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchange{request: req}
	if req.Body != nil {
		x.sent, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(x.sent))
	}
	answer, err := r.to.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.answer = answer
	if x.body, err = io.ReadAll(answer.Body); err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(x.body))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, x)
	return answer, nil
}

func (r *recorder) last() exchange { return r.all[len(r.all)-1] }

// calls are what was asked for, "METHOD PATH?QUERY".
func (r *recorder) calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, x := range r.all {
		all = append(all, x.request.Method+" "+ids.Replace(x.request.URL.RequestURI()))
	}
	return all
}

// workspaceChanges tells records that came ("+ tags 4 {...}"), went
// ("- tags 4") and changed ("contacts $ann name: "Ann" -> "Anna"").
func workspaceChanges(t testing.TB, before, after sandbox.Data) []string {
	t.Helper()
	old, now := records(t, before), records(t, after)
	all := maps.Clone(old)
	maps.Copy(all, now)
	var changes []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case old[name].Raw == now[name].Raw:
		case !now[name].Exists():
			changes = append(changes, "- "+name)
		case !old[name].Exists():
			changes = append(changes, "+ "+name+" "+now[name].Raw)
		default:
			changes = append(changes, changedFields(name, old[name], now[name])...)
		}
	}
	for i := range changes {
		changes[i] = ids.Replace(changes[i])
	}
	return changes
}

// records are the records of a workspace by "kind id".
func records(t testing.TB, data sandbox.Data) map[string]gjson.Result {
	t.Helper()
	text, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]gjson.Result{}
	gjson.ParseBytes(text).ForEach(func(kind, list gjson.Result) bool {
		for _, record := range list.Array() {
			all[kind.Str+" "+record.Get("id").String()] = sorted(t, record)
		}
		return true
	})
	return all
}

// sorted gives a value with the members of every object in alphabetical order.
func sorted(t testing.TB, value gjson.Result) gjson.Result {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(value.Raw))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(plain)
	if err != nil {
		t.Fatal(err)
	}
	return gjson.ParseBytes(text)
}

func changedFields(name string, old, now gjson.Result) []string {
	all := old.Map()
	maps.Copy(all, now.Map())
	var changes []string
	for _, field := range slices.Sorted(maps.Keys(all)) {
		before, after := old.Get(field).Raw, now.Get(field).Raw
		if before != after {
			changes = append(changes, fmt.Sprintf("%s %s: %s -> %s", name, field, orNone(before), orNone(after)))
		}
	}
	return changes
}

func orNone(raw string) string {
	if raw == "" {
		return "none"
	}
	return raw
}

// lacks says where got is not what is wanted. An object may have further
// members, a list may not.
func lacks(at string, want, got gjson.Result) []string {
	switch {
	case want.IsObject() && got.IsObject():
		var problems []string
		want.ForEach(func(key, member gjson.Result) bool {
			problems = append(problems, lacks(at+"."+key.Str, member, got.Get(gjson.Escape(key.Str)))...)
			return true
		})
		return problems
	case want.IsArray() && got.IsArray() && len(want.Array()) == len(got.Array()):
		var problems []string
		for i, item := range want.Array() {
			problems = append(problems, lacks(fmt.Sprintf("%s.%d", at, i), item, got.Array()[i])...)
		}
		return problems
	case want.IsObject() || want.IsArray() || want.Raw != got.Raw:
		return []string{fmt.Sprintf("%s is %s, want %s", at, orNone(got.Raw), want.Raw)}
	}
	return nil
}

// misshapen says where a value is not of a type of the catalogue.
func misshapen(at string, typ steps.Type, got gjson.Result) []string {
	var problems []string
	switch {
	case got.Type == gjson.Null && (typ.Nullable || typ.Kind == steps.Any), typ.Kind == steps.Any:
	case !isOf(typ, got):
		problems = append(problems, fmt.Sprintf("%s is %s, and the catalogue says %s", at, got.Raw, typ))
	case typ.Kind == steps.List && typ.Elem != nil:
		for i, item := range got.Array() {
			problems = append(problems, misshapen(fmt.Sprintf("%s.%d", at, i), *typ.Elem, item)...)
		}
	case typ.Kind == steps.Object:
		got.ForEach(func(key, member gjson.Result) bool {
			field, known := typ.Field(key.Str)
			if !known {
				problems = append(problems, at+"."+key.Str+" is not in the catalogue")
			} else {
				problems = append(problems, misshapen(at+"."+key.Str, field.Type, member)...)
			}
			return true
		})
	}
	return problems
}

func isOf(typ steps.Type, got gjson.Result) bool {
	switch typ.Kind {
	case steps.String:
		return got.Type == gjson.String && (len(typ.Enum) == 0 || slices.Contains(typ.Enum, got.Str))
	case steps.Integer, steps.Time:
		return got.Type == gjson.Number && !strings.ContainsAny(got.Raw, ".eE")
	case steps.Number:
		return got.Type == gjson.Number
	case steps.Boolean:
		return got.IsBool()
	case steps.Object:
		return got.IsObject()
	}
	return got.IsArray()
}
