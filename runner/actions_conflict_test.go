package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestConflictUpdateIsSentAgain loses the answer to the update that
// on_conflict: update makes. An update can be sent again.
func TestConflictUpdateIsSentAgain(t *testing.T) {
	for _, fault := range []sandbox.Fault{
		{Kind: sandbox.FaultLost, Method: "PUT", Count: 1},
		{Kind: sandbox.FaultStatus, Method: "PUT", Count: 1},
		{Kind: sandbox.FaultReset, Method: "PUT", Count: 1},
	} {
		t.Run(string(fault.Kind), func(t *testing.T) {
			fakeTime(t, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: shop()})
				server.Fail(fault)
				tr := try(t, server, `{version: 1, steps: [{id: it, action: createContact, with: {external_id: a1, name: Anna, on_conflict: update}}]}`)
				if end := tr.ended(t, "it"); end.Status != Done {
					t.Errorf("the step is %s: %v", end.Status, end.Failure)
				}
				if diff := cmp.Diff([]string{`PUT /contacts/$ann {"external_id":"a1","name":"Anna"}`}, tr.effects()); diff != "" {
					t.Errorf("effects differ (-want +got):\n%s", diff)
				}
			})
		})
	}
}
