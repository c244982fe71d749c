package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
)

// Client gives a client that reaches the server without a socket, whatever the
// host of its requests. It works under testing/synctest. A connection that
// breaks shows as an error of the transport, as with a real one.
func (s *Server) Client() *http.Client {
	return &http.Client{Transport: transport{s}}
}

type transport struct{ server *Server }

// RoundTrip carries out a request in the goroutine of the caller.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	w := &memoryWriter{header: http.Header{}, status: http.StatusOK}
	if t.server.control(w, req) || t.server.oauth(w, req) {
		return w.response(req), nil
	}
	a, err := t.server.exchange(req)
	switch {
	case errors.Is(err, errReset):
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case errors.Is(err, errLost):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	}
	if a.damaged == nil {
		t.server.delivered(a.effect)
	}
	return a.response(req), nil
}

func (a *answer) response(req *http.Request) *http.Response {
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode:    a.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        a.header,
		Body:          io.NopCloser(a.reader(req.Context())),
		ContentLength: a.length(),
		Request:       req,
	}
}

// memoryWriter keeps what is written to it.
type memoryWriter struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header         { return w.header }
func (w *memoryWriter) WriteHeader(status int)      { w.status = status }
func (w *memoryWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *memoryWriter) response(req *http.Request) *http.Response {
	a := &answer{status: w.status, header: w.header, body: w.body.Bytes()}
	return a.response(req)
}
