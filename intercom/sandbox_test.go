package intercom_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// connect gives a client of a sandbox.
func connect(t *testing.T, server *sandbox.Server) *intercom.Client {
	t.Helper()
	c, err := intercom.New(intercom.Config{Token: "not-a-real-token", HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// workspace holds some contacts, each with a company of its own.
func workspace(n int) *sandbox.Data {
	data := &sandbox.Data{}
	for i := range n {
		company := fmt.Sprintf("company-%d", i)
		data.Companies = append(data.Companies, sandbox.Company{CompanyID: company})
		data.Contacts = append(data.Contacts, sandbox.Contact{
			Email: fmt.Sprintf("user-%d@example.com", i), ExternalID: fmt.Sprint(i), Companies: []string{company},
		})
	}
	return data
}

func TestListsAreWalkedToTheEnd(t *testing.T) {
	search := []byte(`{"query":{"field":"role","operator":"=","value":"user"}}`)
	tests := []struct {
		name  string
		first intercom.Request
		how   intercom.Paging
	}{
		{"contacts", intercom.Request{Method: "GET", Path: "/contacts"}, intercom.CursorQuery},
		{"a search", intercom.Request{Method: "POST", Path: "/contacts/search", Body: search}, intercom.CursorBody},
		{"companies by number", intercom.Request{Method: "POST", Path: "/companies/list"}, intercom.PageNumber},
		{"companies by scroll", intercom.Request{Method: "GET", Path: "/companies/scroll"}, intercom.Scroll},
	}
	for _, switches := range []sandbox.Switches{{}, {NextNull: true, ScrollTokenChanges: true}} {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				server := sandbox.New(sandbox.Options{Data: workspace(321), Switches: switches})
				if got := countRows(t, intercom.Pages(connect(t, server), tt.first, tt.how)); got != 321 {
					t.Errorf("%d records, want 321", got)
				}
			})
		}
	}
}

// countRows walks a list and gives the number of different rows.
func countRows(t *testing.T, p *intercom.Pager) int {
	t.Helper()
	seen := make(map[string]bool)
	for {
		page, err := p.Next(t.Context())
		if err == io.EOF {
			return len(seen)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Rows {
			seen[string(row)] = true
		}
	}
}

func TestScrollThatLosesAnAnswerMissesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := sandbox.New(sandbox.Options{Data: workspace(321)})
		server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Path: "/companies/scroll", Nth: 3, Count: 1})
		p := intercom.Pages(connect(t, server), intercom.Request{Method: "GET", Path: "/companies/scroll"}, intercom.Scroll)
		if got := countRows(t, p); got != 321 {
			t.Errorf("%d companies, want 321", got)
		}
	})
}

func TestEachWriteIsAppliedOnce(t *testing.T) {
	for _, counts := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			server := sandbox.New(sandbox.Options{Limit: 50, Switches: sandbox.Switches{RemainingCountsCall: counts}})
			server.Fail(sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 150 * time.Millisecond})
			c := connect(t, server)
			var group sync.WaitGroup
			for worker := range 16 {
				group.Go(func() {
					for i := range 20 {
						resp, err := c.Do(t.Context(), intercom.Request{
							Method: http.MethodPost, Path: "/tags", Body: fmt.Appendf(nil, `{"name":"tag %d-%d"}`, worker, i),
						})
						if err != nil || len(resp.Body) == 0 {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			if got := len(server.Ledger()); got != 320 {
				t.Errorf("%d tags made, want 320", got)
			}
			if calls := c.RateLimit().Calls; calls != 320 {
				t.Errorf("%d calls for 320 tags", calls)
			}
		})
	}
}

func TestSandboxWindowsAreUsedUp(t *testing.T) {
	tests := []struct {
		name      string
		opts      sandbox.Options
		fault     sandbox.Fault
		calls     int
		within    time.Duration
		throttled int64 // at most
	}{
		{"alone", sandbox.Options{Limit: 167}, sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 100 * time.Millisecond}, 600, 37 * time.Second, 0},
		{"with short windows", sandbox.Options{Limit: 20, Window: time.Second}, sandbox.Fault{Kind: sandbox.FaultLatency, Delay: 10 * time.Millisecond}, 600, 40 * time.Second, 0},
		{"with calls turned away", sandbox.Options{Limit: 167}, sandbox.Fault{Kind: sandbox.FaultRateLimit, Nth: 100, Count: 3}, 300, 90 * time.Second, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := sandbox.New(tt.opts)
				server.Fail(tt.fault)
				c := connect(t, server)
				start := time.Now()
				var group sync.WaitGroup
				for range 20 {
					group.Go(func() {
						for range tt.calls / 20 {
							if _, err := c.Do(t.Context(), intercom.Request{Method: "GET", Path: "/me"}); err != nil {
								t.Error(err)
							}
						}
					})
				}
				group.Wait()
				if took, throttled := time.Since(start), c.RateLimit().Throttled; took > tt.within || throttled > tt.throttled {
					t.Errorf("took %v with %d calls turned away, want at most %v and %d", took, throttled, tt.within, tt.throttled)
				}
			})
		})
	}
}
