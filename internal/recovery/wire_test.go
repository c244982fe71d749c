package recovery_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
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

// TestARunThatGoesAstrayStops has a proxy come up that answers all calls with a
// redirect: the run stops after three of them and says why, and the rest is done
// when the proxy is gone.
func TestARunThatGoesAstrayStops(t *testing.T) {
	const rows, width = 60, 4
	dir := t.TempDir()
	server := sandbox.New(sandbox.Options{Data: data(rows), Limit: 1 << 30})
	var calls, redirects atomic.Int64
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > rows/3 {
			redirects.Add(1)
			http.Redirect(rw, r, "https://login.example.com/?from=here", http.StatusFound)
			return
		}
		server.ServeHTTP(rw, r)
	}))
	defer front.Close()
	s := stretch{File: users.write(t, dir, rows), Dir: filepath.Join(dir, "run"), URL: front.URL, Width: width}
	r := s.must(t)
	if n := redirects.Load(); n < 3 || n > 4*width { // an answer from before may come late and break a row of them
		t.Errorf("%d calls were made behind the proxy, want 3 and those in flight", n)
	}
	if !strings.Contains(r.Unavailable, "points to login.example.com") || r.Interrupted {
		t.Errorf("it says %q, and that it was interrupted: %t", r.Unavailable, r.Interrupted)
	}
	v := affairOf(t, users, rows, server, s.Dir, r).judge()
	if len(v.Twice)+len(v.Lies)+len(v.InDoubt) > 0 {
		t.Errorf("the promise does not hold: %+v", v)
	}
	last := s.finish(t, server)
	affairOf(t, users, rows, server, s.Dir, last).mustHold(t)
}
