// Package sandbox is a look-alike of Intercom's REST API, version 2.16, for
// tests and for trying things out without an account.
//
// It keeps a workspace in memory: contacts, companies, tags, notes, tickets and
// what belongs to them. It answers as Intercom documents it and, where the
// documentation is silent, as recorded traffic shows: identities and their
// conflicts, archiving and its grace times, cursors, the search language, error
// bodies, rate windows and their headers. What neither settles is a switch in
// [Options].
//
// It is made for tests that have to trust it. A [Server] needs no socket
// ([Server.Client] calls it directly), starts no goroutine and takes the time
// from time.Now, so that it works under testing/synctest. It numbers ids in
// order, so that a test sees the same ids each time. It keeps a ledger of
// everything that was applied ([Server.Ledger]), can show its whole state
// ([Server.Snapshot]) and misbehaves on request ([Server.Fail]).
//
// The package knows nothing of the rest of flowrun: it must be able to disagree.
package sandbox

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"sync"
	"time"
	_ "time/tzdata" // the workspace's timezone must be known on any machine
)

// apiVersion is the version of Intercom's API that the sandbox speaks.
const apiVersion = "2.16"

// Server is a workspace behind Intercom's API. It is an http.Handler and safe
// for use by several goroutines.
type Server struct {
	opts Options

	mu     sync.Mutex // guards all below
	state  *state
	rate   rateWindow
	faults []*armedFault
	ledger []*Entry
	calls  map[string]int
	grants map[string]grant // of OAuth, by code
	serial int              // of the last request
}

// New makes a server that holds opts.Data. It panics when the data contradicts
// itself, as [Data.Check] would report.
func New(opts Options) *Server {
	opts = opts.withDefaults()
	data := opts.Data
	if data == nil {
		data = emptyData()
	}
	st, err := newState(data, opts.IndexLag)
	if err != nil {
		panic(fmt.Sprintf("sandbox: %v", err))
	}
	return &Server{
		opts:   opts,
		state:  st,
		rate:   rateWindow{limit: opts.Limit, length: opts.Window, countCurrent: opts.RemainingCountsCall},
		calls:  map[string]int{},
		grants: map[string]grant{},
	}
}

// Snapshot gives a copy of everything the workspace holds, in a fixed order,
// for comparing before and after. Ids and times are filled in.
func (s *Server) Snapshot() Data {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.runDue(time.Now())
	return s.state.data()
}

// Calls counts the requests so far by operation, such as "GET /contacts" or
// "PUT /contacts/{contact_id}", refused ones included.
func (s *Server) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make(map[string]int, len(s.calls))
	maps.Copy(counts, s.calls)
	return counts
}

// Spend uses up n calls of the current rate window, as another app of the same
// workspace would.
func (s *Server) Spend(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rate.spend(time.Now(), n)
}

// uuid gives a random-looking UUID that depends on nothing but its seed.
func uuid(seed string) string {
	h := sha256.Sum256([]byte(seed))
	h[6] = h[6]&0x0f | 0x40
	h[8] = h[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
