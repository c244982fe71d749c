package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASavedPlanHoldsNoSecret(t *testing.T) {
	k := newKeeper(t, winback, "rows.csv", winbackRows)
	text := string(unzipped(t, k.mustSave()))
	if strings.Contains(text, "canary") {
		t.Errorf("the plan holds the secret:\n%s", text)
	}
	if !strings.Contains(text, `{{ vars.mark }}`) {
		t.Errorf("the plan does not say what the value is made of:\n%s", text)
	}
}

// TestASecretThatIntercomRepeatsIsInNoFile plans over a record that somebody has
// put the secret into: neither the saved plan nor the folder of the run that
// applies it holds it, and what is written is what was read.
func TestASecretThatIntercomRepeatsIsInNoFile(t *testing.T) {
	k := newKeeper(t, `{version: 1, undo: false, inputs: {note: {secret: true, env: NOTE}}, steps: [
		{id: c, action: getContact, with: {external_id: u2}},
		{id: t, action: createTag, with: {name: "of {{ steps.c.data.name }}"}}], outputs: {key: "{{ inputs.note }}"}}`)
	k.send("PUT", "/contacts/"+u2, `{"name":"has the canary-note in it"}`)
	name := k.mustSave()
	if text := string(unzipped(t, name)); strings.Contains(text, "canary") {
		t.Errorf("the plan holds the secret:\n%s", text)
	}
	dir := filepath.Join(t.TempDir(), "run")
	r := k.applyPlan(name, dir, "")
	if writes := k.writes(); r.Stale != 0 || len(writes) != 2 || !strings.Contains(writes[1], "of has the canary-note in it") {
		t.Errorf("stale %d, effects:\n%s", r.Stale, strings.Join(writes, "\n"))
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if text, _ := os.ReadFile(file); strings.Contains(string(text), "canary") {
			t.Errorf("%s holds the secret:\n%s", filepath.Base(file), text)
		}
	}
	saved, err := OpenPlan(name)
	if err != nil {
		t.Fatal(err)
	}
	defer saved.Close()
	if _, err := saved.Replay(func(e Event) {
		if e.Ended != nil && e.Ended.Step == "t" && string(e.Ended.Changes[0].After) != `"of has the ***note*** in it"` {
			t.Errorf("shown as %s", e.Ended.Changes[0].After)
		}
	}); err != nil {
		t.Error(err)
	}
}
