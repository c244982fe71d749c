package recovery_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// TestRedirects answers some calls with a redirect to a page that answers 200,
// as a proxy with a login page does. A client that followed it would take a
// record for made that was not.
func TestRedirects(t *testing.T) {
	for _, w := range []workload{updates.blind(), users} {
		t.Run(w.name, func(t *testing.T) {
			var n atomic.Int64
			onTheWire(t, w, func(server *sandbox.Server, rw http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/login":
					rw.Header().Set("Content-Type", "application/json")
					_, _ = rw.Write([]byte(`{"type":"contact","id":"000000000000000000000001"}`))
				case isWrite(r) && n.Add(1)%5 == 0:
					http.Redirect(rw, r, "/login", http.StatusFound)
				default:
					server.ServeHTTP(rw, r)
				}
			})
		})
	}
}

// TestConnectionsThatDie applies a call and then closes the connection, which
// had been in use before, without an answer. Go's transport sends a request a
// second time by itself then, if it takes it for one that may be repeated.
func TestConnectionsThatDie(t *testing.T) {
	for _, w := range []workload{users, leads} {
		t.Run(w.name, func(t *testing.T) {
			var n atomic.Int64
			onTheWire(t, w, func(server *sandbox.Server, rw http.ResponseWriter, r *http.Request) {
				if !isWrite(r) || n.Add(1)%5 != 0 {
					server.ServeHTTP(rw, r)
					return
				}
				server.ServeHTTP(httptest.NewRecorder(), r)
				panic(http.ErrAbortHandler)
			})
		})
	}
}

// onTheWire applies a workload through a handler in front of a workspace, over
// the loopback, and finishes it where the handler is not.
func onTheWire(t *testing.T, w workload, handler func(*sandbox.Server, http.ResponseWriter, *http.Request)) {
	t.Helper()
	const rows = 60
	dir := t.TempDir()
	server := sandbox.New(sandbox.Options{Data: data(rows), Limit: 1 << 30})
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler(server, rw, r) }))
	defer front.Close()
	s := stretch{File: w.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: front.URL, Lag: settingLag, Width: 4}
	first := affairOf(t, w, rows, server, s.Dir, s.must(t)).judge()
	if len(first.Lost)+len(first.Twice)+len(first.Lies) > 0 {
		t.Errorf("the promise does not hold: %+v", first)
	}
	front.Close()
	r := s.finish(t, server)
	affairOf(t, w, rows, server, s.Dir, r).mustHold(t)
}
