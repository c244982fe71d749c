package recovery_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// lossy is a connection that brings no answer to a write any more, and stops
// the run at the first one.
type lossy struct {
	next    http.RoundTripper
	applied bool // the first write comes through
	stop    chan struct{}
	once    sync.Once
}

func (l *lossy) RoundTrip(r *http.Request) (*http.Response, error) {
	if !isWrite(r) {
		return l.next.RoundTrip(r)
	}
	first := false
	l.once.Do(func() { first = true })
	if first && l.applied {
		if _, err := l.next.RoundTrip(r); err != nil {
			return nil, err
		}
	}
	if first {
		close(l.stop)
	}
	return nil, errors.New("the connection was lost")
}

// TestALaterEditIsNotOverwritten loses the answer of an update, lets
// somebody else change the record, and takes the run up much later: an update
// may be repeated, but not over what was done since.
func TestALaterEditIsNotOverwritten(t *testing.T) {
	tests := []struct {
		name    string
		applied bool
		edit    string        // of the contact, by somebody else, a minute later
		later   time.Duration // the run is taken up
		status  string
		shows   string // in the end
	}{
		{"it was applied", true, "", 2 * time.Hour, "done", marker(0)},
		{"it was applied, and somebody changed it", true, `{"name":"Bob"}`, 2 * time.Hour, "in_doubt", "Bob"},
		{"it was applied, and somebody changed something else", true, `{"phone":"+441234567890"}`, 2 * time.Hour, "done", marker(0)},
		{"it was not applied", false, "", 2 * time.Hour, "done", marker(0)},
		{"it was not applied, and somebody changed it", false, `{"name":"Bob"}`, 2 * time.Hour, "in_doubt", "Bob"},
		{"soon after, it is sent again", false, `{"name":"Bob"}`, 10 * time.Minute, "done", marker(0)},
	}
	for _, w := range []workload{updates, updates.blind()} {
		for _, tt := range tests {
			t.Run(w.settings+tt.name, func(t *testing.T) {
				dir := t.TempDir()
				s := stretch{File: w.write(t, dir, 1), Dir: filepath.Join(dir, "run"), Width: 1}
				synctest.Test(t, func(t *testing.T) {
					before := data(1)
					before.Contacts[0].CreatedAt, before.Contacts[0].UpdatedAt = time.Now().Unix(), time.Now().Unix()
					server := sandbox.New(sandbox.Options{Data: before})
					time.Sleep(time.Hour)
					lossy := &lossy{next: server.Client().Transport, applied: tt.applied, stop: make(chan struct{})}
					s.client, s.stop = &http.Client{Transport: lossy}, lossy.stop
					s.must(t)
					time.Sleep(time.Minute)
					if tt.edit != "" {
						put(t, server, "/contacts/"+contactID(0), tt.edit)
					}
					time.Sleep(tt.later)
					s.stop, s.client = nil, server.Client()
					for range 2 {
						r := s.must(t)
						got := [2]string{told(t, s.Dir, r, markers(1))[marker(0)], server.Snapshot().Contacts[0].Name}
						if diff := cmp.Diff([2]string{tt.status, tt.shows}, got); diff != "" {
							t.Errorf("the status of the row and the name of the contact differ (-want +got):\n%s", diff)
						}
					}
				})
			})
		}
	}
}

// put is a change by somebody else.
func put(t *testing.T, server *sandbox.Server, path, body string) {
	t.Helper()
	s := server.Client()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "https://api.intercom.io"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer test"}, "Accept": {"application/json"}, "Content-Type": {"application/json"}, "Intercom-Version": {"2.16"}}
	resp, err := s.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("PUT %s gave %v, %v", path, resp, err)
	}
	resp.Body.Close()
}
