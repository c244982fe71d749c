package runner

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

// actionCase is one call of an action from a workflow. It runs against the
// workspace of [shop], whose ids are written $ann, $acme and so on.
type actionCase struct {
	action   string
	name     string // of the case, as a sentence
	with     string // the inputs of the step, in YAML's flow style
	before   string // steps that run before it, likewise; may be empty
	switches sandbox.Switches

	status  Status   // how the step ends; Done if empty, Failed where refused is set
	want    string   // the data, as JSON; objects may have further members
	wrote   string   // the one applied effect, "METHOD PATH body"; empty for none
	changes []string // of the workspace, as workspaceChanges gives them
	refused *refused
}

// refused is how a step fails. A status of zero means that nothing was sent.
type refused struct {
	status  int
	code    string
	message string // part of the failure's
}

// actionCases are all cases, grouped as the catalogue is.
func actionCases() []actionCase {
	return slices.Concat(
		createContactCases(), updateContactCases(), contactLifeCases(), contactReadCases(), searchCases(),
		companyCases(), companyReadCases(), companyLinkCases(), tagCases(), contactTagCases(),
		ticketCases(), rawCases(),
	)
}

// TestActions runs every action as a step of a workflow, and looks at its data,
// at the applied effect, at the whole workspace and at the failure.
func TestActions(t *testing.T) {
	for _, tt := range actionCases() {
		t.Run(tt.action+": "+tt.name, func(t *testing.T) {
			fakeTime(t, func(t *testing.T) { tt.run(t) })
		})
	}
}

// TestEveryActionIsTried holds that no action is without a case that succeeds
// and, where its call names a record, one that is refused.
func TestEveryActionIsTried(t *testing.T) {
	done, failed := map[string]bool{}, map[string]bool{}
	for _, tt := range actionCases() {
		done[tt.action] = done[tt.action] || tt.refused == nil
		failed[tt.action] = failed[tt.action] || tt.refused != nil && tt.refused.status != 0
	}
	for _, a := range steps.All() {
		if !done[a.Name] {
			t.Errorf("%s: no case in which it succeeds", a.Name)
		}
		if !failed[a.Name] && len(a.Inputs) > 0 {
			t.Errorf("%s: no case in which Intercom refuses it", a.Name)
		}
	}
	for name := range done {
		if steps.Find(name) == nil {
			t.Errorf("%s: there is no such action", name)
		}
	}
}

// server is the workspace of the case.
func (c actionCase) server() *sandbox.Server {
	return sandbox.New(sandbox.Options{Data: shop(), Switches: c.switches})
}

// workflow is the workflow of the case: one step called it.
func (c actionCase) workflow() string {
	before := c.before
	if before != "" {
		before += ", "
	}
	return fmt.Sprintf("{version: 1, undo: false, allow: [delete, send], inputs: {none: {default: ''}, many: {type: integer, default: 151}}, "+
		"steps: [%s{id: it, action: %s, with: {%s}}], outputs: {data: \"{{ steps.it.data }}\"}}", before, c.action, c.with)
}

func (c actionCase) run(t *testing.T) {
	server := c.server()
	before := server.Snapshot()
	tr := try(t, server, c.workflow())
	step := tr.ended(t, "it")
	if want := c.ending(); step.Status != want {
		t.Fatalf("the step is %s, want %s: %v", step.Status, want, step.Failure)
	}
	if step.Status == Skipped && step.Reason != "conflict" {
		t.Errorf("it is skipped because of %q, want a conflict", step.Reason)
	}
	c.checkFailure(t, tr, step.Failure)
	c.checkData(t, tr)
	if diff := cmp.Diff(c.wrote, strings.Join(tr.effects(), "\n")); diff != "" {
		t.Errorf("effects differ (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(c.changes, workspaceChanges(t, before, server.Snapshot())); diff != "" {
		t.Errorf("the workspace differs (-want +got):\n%s", diff)
	}
}

func (c actionCase) ending() Status {
	switch {
	case c.status != "":
		return c.status
	case c.refused != nil:
		return Failed
	}
	return Done
}

// checkFailure compares code, status, message and request id.
func (c actionCase) checkFailure(t *testing.T, tr trial, got *Failure) {
	t.Helper()
	if c.refused == nil {
		if got != nil {
			t.Errorf("failure: %v", got)
		}
		return
	}
	if got == nil {
		t.Fatal("there is no failure")
	}
	if got.Code != c.refused.code || got.Status != c.refused.status || !strings.Contains(got.Message, names.Replace(c.refused.message)) {
		t.Errorf("the failure is %d %s: %s\nwant %d %s: ... %s ...",
			got.Status, got.Code, got.Message, c.refused.status, c.refused.code, names.Replace(c.refused.message))
	}
	if c.refused.status == 0 {
		if n := len(tr.wire.all); n > 0 {
			t.Errorf("%d calls were sent", n)
		}
		return
	}
	if want := tr.wire.last().answer.Header.Get("X-Request-Id"); got.RequestID != want || want == "" {
		t.Errorf("the request id is %q, want %q", got.RequestID, want)
	}
}

// checkData compares the data of the step with what the case wants, and with
// what the catalogue says of it.
func (c actionCase) checkData(t *testing.T, tr trial) {
	t.Helper()
	if c.refused != nil {
		return
	}
	data, ok := outputs(tr.result)["data"]
	if !ok {
		t.Fatal("the step has no data")
	}
	got := gjson.Parse(data)
	for _, problem := range misshapen("data", steps.Find(c.action).Output, got) {
		t.Error(problem)
	}
	if c.want == "" {
		t.Error("the case wants no data")
	}
	if !gjson.Valid(names.Replace(c.want)) {
		t.Fatalf("what the case wants is no JSON: %s", c.want)
	}
	for _, problem := range lacks("data", gjson.Parse(names.Replace(c.want)), got) {
		t.Error(problem)
	}
}
