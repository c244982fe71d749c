package bench

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// far answers each call after 20 ms.
type far struct{}

const trip = 20 * time.Millisecond

func (far) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	time.Sleep(trip)
	header := http.Header{}
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("X-RateLimit-Limit", "1000000")
	header.Set("X-RateLimit-Remaining", "999999")
	header.Set("X-RateLimit-Reset", fmt.Sprint(time.Now().Unix()/10*10+10))
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(`{"id":"1"}`)), Request: req}, nil
}

// On a clock that only waiting moves, a run takes as long as its calls, and
// five trips more at most: one call goes first, then eight, then more and more.
func TestARunWaitsForNothingButItsCalls(t *testing.T) {
	file, run := writeRows(t, t.TempDir(), rows), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		flowrun(t, "http://127.0.0.1:1", file, run, &http.Client{Transport: far{}})
		calls := time.Duration((rows+workers-1)/workers) * trip
		if took := time.Since(began); took > calls+5*trip {
			t.Errorf("took %s, and the calls alone take %s", took, calls)
		}
	})
}
