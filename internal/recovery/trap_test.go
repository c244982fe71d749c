package recovery_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// moment is a point on the way of a write.
type moment int

// A process can be killed when a write has come in and has not been applied,
// when it has been applied and not been answered, and when it has been answered.
const (
	arrived moment = iota
	applied
	answered
	moments
)

// place is a workspace that processes reach over the loopback, with a trap that
// springs at a moment of their traffic.
type place struct {
	server *sandbox.Server
	http   *httptest.Server

	mu     sync.Mutex
	at     moment
	left   int // moments until the trap springs
	spring func()
}

func newPlace(t testing.TB, rows int, lag time.Duration) *place {
	p := new(place)
	p.server = sandbox.New(sandbox.Options{
		Data: data(rows), Limit: 1 << 30, IndexLag: lag,
		On: func(sandbox.Entry) { p.reach(applied) },
	})
	p.listen(t)
	return p
}

// listen lets processes reach the workspace, again if it was closed.
func (p *place) listen(t testing.TB) {
	p.http = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.reachWrite(r, arrived)
		p.server.ServeHTTP(w, r)
		p.reachWrite(r, answered)
	}))
	t.Cleanup(p.http.Close)
}

// set sets the trap for the nth time that a moment comes, from 1.
func (p *place) set(at moment, n int, spring func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at, p.left, p.spring = at, n, spring
}

func (p *place) reachWrite(r *http.Request, at moment) {
	if isWrite(r) {
		p.reach(at)
	}
}

func (p *place) reach(at moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spring == nil || p.at != at {
		return
	}
	if p.left--; p.left == 0 {
		p.spring()
		p.spring = nil
	}
}

// close waits for the requests of processes that are gone.
func (p *place) close() { p.http.Close() }
