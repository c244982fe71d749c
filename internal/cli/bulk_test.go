package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/report"
)

// shop is a workspace with many contacts, without a rate limit to speak of.
func shop(contacts int) *sandbox.Server {
	data := &sandbox.Data{DataAttributes: []sandbox.DataAttribute{{Model: "contact", Name: "status"}}}
	for n := range contacts {
		c := sandbox.Contact{
			ID: fmt.Sprintf("%024x", n+1), ExternalID: fmt.Sprintf("u%d", n), Email: fmt.Sprintf("user-%d@acme.example", n), Name: fmt.Sprintf("User %d", n),
			CustomAttributes: map[string]any{"status": "churned"},
		}
		switch {
		case n%37 == 0:
			c.CustomAttributes = nil
		case n%1000 == 7:
			c.CustomAttributes = map[string]any{"status": "winback"}
		}
		data.Contacts = append(data.Contacts, c)
	}
	return sandbox.New(sandbox.Options{Data: data, Limit: 1 << 30})
}

const bulkWorkflow = `{version: 1, name: win back, steps: [
  {id: mark, for_each: {action: listContacts, as: contact, key: contact.email, concurrency: 20}, steps: [
    {id: status, action: updateContact, with: {contact_id: "{{ contact.id }}", name: "Dear {{ contact.name }}", custom_attributes: {status: winback}}}]}]}
`

// planBulk plans over many contacts, with all reports, in a folder.
func planBulk(t testing.TB, contacts int, dir string) string {
	t.Helper()
	file := filepath.Join(dir, "bulk.yaml")
	if err := os.WriteFile(file, []byte(bulkWorkflow), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"plan", file}
	for _, kind := range reportKinds {
		args = append(args, "--report", kind+"="+filepath.Join(dir, "report."+kind))
	}
	var out bytes.Buffer
	env := map[string]string{"INTERCOM_TOKEN": "test-token", "INTERCOM_API_BASE_URL": "http://127.0.0.1:1"}
	code := Main(args, Streams{Out: &out, Err: &out, Network: shop(contacts).Client().Transport, Getenv: func(name string) string { return env[name] }})
	if code != exitDone {
		t.Fatalf("exit %d:\n%s", code, &out)
	}
	return out.String()
}

func TestAPlanOf12400RowsIsShortInEveryForm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir := t.TempDir()
	text := planBulk(t, 12_400, dir)
	if n := strings.Count(text, "\n"); n > 60 {
		t.Errorf("the plan has %d lines:\n%s", n, text)
	}
	if !strings.Contains(text, `(absent) -> "winback"`) || !strings.Contains(text, "12,400 to update") {
		t.Errorf("the plan does not say what changes:\n%s", text)
	}
	most := map[string]int64{"markdown": report.MaxMarkdown, "html": report.MaxPage, "junit": 10_000, "json": 100_000}
	for kind, limit := range most {
		info, err := os.Stat(filepath.Join(dir, "report."+kind))
		if err != nil || info.Size() > limit || info.Size() == 0 {
			t.Errorf("%s: %v, %v; at most %d bytes", kind, info, err, limit)
		}
	}
	rows, err := os.ReadFile(filepath.Join(dir, "report.csv"))
	if n := bytes.Count(rows, []byte("\n")); err != nil || n < 2*12_300 {
		t.Errorf("the table has %d lines: %v", n, err)
	}
	var doc struct{ Groups []struct{ Count int64 } }
	whole, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(whole, &doc)
	}
	if err != nil || len(doc.Groups) != 1 || doc.Groups[0].Count != 12_400 {
		t.Errorf("the summary is %+v: %v", doc.Groups, err)
	}
}

// BenchmarkPlanOf12400Rows is a whole plan with all reports, reads included;
// they are answered in memory.
func BenchmarkPlanOf12400Rows(b *testing.B) {
	for b.Loop() {
		planBulk(b, 12_400, b.TempDir())
	}
}
