package intercom

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serve gives a client with its own transport that talks to handler.
func serve(t *testing.T, handler http.HandlerFunc) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := New(Config{Token: testToken, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	c.random = func(time.Duration) time.Duration { return 0 }
	return c
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		var calls atomic.Int32
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			w.Header().Set("Location", "/elsewhere?secret=1")
			w.WriteHeader(status)
		})
		_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tags", Body: []byte(`{}`), Repeat: true})
		want := fmt.Sprintf("POST /tags: %d %s: points to another path on the same host, and redirects are not followed",
			status, http.StatusText(status))
		if outcome(err) != "refused" || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
		if got := calls.Load(); got != 1 {
			t.Errorf("%d: %d calls, want 1", status, got)
		}
	}
}

func TestConnectionIsReused(t *testing.T) {
	var conns atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "7") {
			w.WriteHeader(http.StatusNotFound)
		}
		io.WriteString(w, `{"type":"list","data":[]}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c, err := New(Config{Token: testToken, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	for i := range 50 {
		_, err := c.Do(t.Context(), Request{Method: "GET", Path: fmt.Sprintf("/contacts/%d", i)})
		if got := outcome(err); got != "done" && got != "refused" {
			t.Fatal(err)
		}
	}
	if got := conns.Load(); got != 1 {
		t.Errorf("%d connections for 50 calls, want 1", got)
	}
}

func TestDialErrorIsNotSent(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close() // nobody answers there now
	c, err := New(Config{Token: testToken, BaseURL: "http://" + listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	c.random = func(time.Duration) time.Duration { return 0 }
	tries := 0
	c.log = func(Attempt) { tries++ }
	_, err = c.Do(t.Context(), Request{Method: "POST", Path: "/messages", Body: []byte(`{}`)})
	if outcome(err) != "not sent" || tries != 5 {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

// hijack ends the connection after writing text, as a server that dies does.
func hijack(w http.ResponseWriter, text string) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	io.WriteString(conn, text)
	conn.Close()
}

func TestLostAnswersOnTheWire(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"nothing came", "", "unknown"},
		{"half a status line came", "HTTP/1.1 20", "unknown"},
		{"half a body came", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\":", "applied"},
		{"half a chunk came", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"id\":", "applied"},
		{"half an error came", "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{\"type\":", "refused"},
		{"something else came", "SSH-2.0-OpenSSH_9.7 " + testToken + "\r\n", "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var calls atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				hijack(w, tt.text)
			})
			_, err := c.Do(t.Context(), Request{Method: "POST", Path: "/tickets", Body: []byte(`{}`)})
			if got := outcome(err); got != tt.want || calls.Load() != 1 {
				t.Errorf("ended %s after %d calls, want %s: %v", got, calls.Load(), tt.want, err)
			}
			if strings.Contains(err.Error(), testToken) {
				t.Errorf("%v holds the token", err)
			}
		})
	}
}

func TestTransportDoesNotRepeatTheScrollByItself(t *testing.T) {
	var calls atomic.Int32
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 2 {
			hijack(w, "") // on a connection that is in use again
			return
		}
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{}`)
	})
	scroll := Request{Method: "GET", Path: "/companies/scroll"}
	if _, err := c.Do(t.Context(), scroll); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(t.Context(), scroll); outcome(err) != "unknown" || calls.Load() != 2 {
		t.Errorf("after %d calls: %v", calls.Load(), err)
	}
}

func TestCompressedAnswersAreBounded(t *testing.T) {
	pack := func(text []byte) []byte {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(text)
		w.Close()
		return packed.Bytes()
	}
	small, bomb := pack([]byte(`{"id":"1"}`)), pack(bytes.Repeat([]byte(" "), maxBody+1))
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		if r.URL.Path == "/tags" {
			w.Write(bomb)
			return
		}
		w.Write(small)
	})
	resp, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"})
	if err != nil || string(resp.Body) != `{"id":"1"}` {
		t.Errorf("body = %s, %v", resp.Body, err)
	}
	_, err = c.Do(t.Context(), Request{Method: "POST", Path: "/tags"})
	if outcome(err) != "applied" || !strings.Contains(err.Error(), "larger than 16 MiB") {
		t.Errorf("bomb: %v", err)
	}
}

func TestHTTP2(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lost" {
			panic(http.ErrAbortHandler) // resets the stream
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"proto":%q}`, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	c, err := New(Config{Token: testToken, BaseURL: server.URL, RootCAs: trusted})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()

	resp, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"})
	if err != nil || string(resp.Body) != `{"proto":"HTTP/2.0"}` {
		t.Fatalf("body = %s, %v", resp.Body, err)
	}
	if _, err := c.Do(t.Context(), Request{Method: "POST", Path: "/lost"}); outcome(err) != "unknown" {
		t.Errorf("a reset stream ended %s, want unknown: %v", outcome(err), err)
	}
}

func TestUntrustedCertificateIsNotTriedAgain(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	c, err := New(Config{Token: testToken, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	tries := 0
	c.log = func(Attempt) { tries++ }
	if _, err := c.Do(t.Context(), Request{Method: "GET", Path: "/me"}); outcome(err) != "not sent" || tries != 1 {
		t.Errorf("after %d tries: %v", tries, err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	server.StartTLS()
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	c, err := New(Config{Token: testToken, BaseURL: server.URL, RootCAs: trusted})
	if err != nil {
		t.Fatal(err)
	}
	c.random = func(time.Duration) time.Duration { return 0 }
	_, err = c.Do(t.Context(), Request{Method: "POST", Path: "/tags", Body: []byte("{}"), Retry: Retry{MaxAttempts: 1}})
	if err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("error = %v", err)
	}
}
