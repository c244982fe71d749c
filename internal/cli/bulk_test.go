package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/report"
	"golang.org/x/sync/errgroup"
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

// planBulk plans over the contacts of a shop, with all reports, in a folder.
func planBulk(t testing.TB, shop http.RoundTripper, dir string) string {
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
	code := Main(args, Streams{Out: &out, Err: &out, Network: shop, Getenv: func(name string) string { return env[name] }})
	if code != exitDone {
		t.Fatalf("exit %d:\n%s", code, &out)
	}
	return out.String()
}

func TestAPlanOf12400RowsIsShortInEveryForm(t *testing.T) {
	if testing.Short() {
		t.Skip("12,400 rows take seconds; -short leaves it out")
	}
	dir := t.TempDir()
	text := planBulk(t, shop(12_400).Client().Transport, dir)
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

// BenchmarkPlanOf12400Rows is a whole plan with all reports, and beside it the
// reads alone, by as many workers. Both are answered in memory, after the 20 ms
// that an answer takes at least over the internet.
func BenchmarkPlanOf12400Rows(b *testing.B) {
	var whole, reads time.Duration
	for b.Loop() {
		wire := &wiretap{to: slow{shop(12_400).Client().Transport}}
		began := time.Now()
		planBulk(b, wire, b.TempDir())
		whole += time.Since(began)
		began = time.Now()
		wire.again(b, slow{shop(12_400).Client().Transport}, 20)
		reads += time.Since(began)
	}
	b.ReportMetric(whole.Seconds()/float64(b.N), "s-plan")
	b.ReportMetric(reads.Seconds()/float64(b.N), "s-reads")
	b.ReportMetric(0, "ns/op")
}

// slow answers late.
type slow struct{ to http.RoundTripper }

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(20 * time.Millisecond)
	return s.to.RoundTrip(req)
}

// wiretap notes the requests on their way.
type wiretap struct {
	to  http.RoundTripper
	mu  sync.Mutex
	all []*http.Request
}

func (w *wiretap) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.all = append(w.all, req)
	w.mu.Unlock()
	return w.to.RoundTrip(req)
}

// again makes the same reads, side by side.
func (w *wiretap) again(b *testing.B, to http.RoundTripper, workers int) {
	var group errgroup.Group
	group.SetLimit(workers)
	for _, req := range w.all {
		group.Go(func() error {
			resp, err := to.RoundTrip(req.Clone(b.Context()))
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, resp.Body)
			return errors.Join(err, resp.Body.Close())
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
}
