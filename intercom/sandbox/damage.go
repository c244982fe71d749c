package sandbox

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gatewayBody is what a gateway or a failing server answers; not all of it is
// JSON.
type gatewayBody struct{ contentType, body string }

var gatewayBodies = map[int]gatewayBody{
	408: {"application/json; charset=utf-8", errorText("request_timeout", "Request Timeout")},
	500: {"application/json; charset=utf-8", errorText("server_error", "Server Error")},
	502: {"text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<h1>502 Bad Gateway</h1>\r\n</body>\r\n</html>\r\n"},
	503: {"application/json; charset=utf-8", errorText("service_unavailable", "Sorry, the API service is temporarily unavailable")},
	504: {"text/plain", "null"},
}

func errorText(code, message string) string {
	return `{"type":"error.list","request_id":null,"errors":[{"code":"` + code + `","message":"` + message + `"}]}`
}

// damage turns an answer into what the fault makes of it.
func (a *answer) damage(f *Fault) {
	if f == nil || a.status == http.StatusUnauthorized {
		return
	}
	switch f.Kind {
	case FaultStatus:
		g := gatewayBodies[f.Status]
		a.replace(f.Status, g.contentType, g.body)
	case FaultRedirect:
		a.replace(http.StatusFound, "text/html", "<html><body>You are being redirected.</body></html>")
		a.header.Set("Location", "https://elsewhere.example/")
	case FaultNotJSON:
		a.replace(http.StatusOK, "text/html; charset=utf-8", "<!doctype html><html><body>Just a moment...</body></html>")
	case FaultHuge:
		a.header.Set("Content-Length", strconv.Itoa(f.Size))
	case FaultTruncated, FaultSlow:
	default:
		return
	}
	a.damaged = f
}

func (a *answer) replace(status int, contentType, body string) {
	a.setBody(status, []byte(body))
	a.header.Set("Content-Type", contentType)
}

// length is the length of the body that reader gives, or promises.
func (a *answer) length() int64 {
	if a.damaged.is(FaultHuge) {
		return int64(a.damaged.Size)
	}
	return int64(len(a.body))
}

// reader gives the body as the client receives it.
func (a *answer) reader(ctx context.Context) io.Reader {
	switch {
	case a.damaged.is(FaultTruncated):
		return io.MultiReader(bytes.NewReader(a.body[:len(a.body)/2]), cutOff{})
	case a.damaged.is(FaultSlow):
		return &slowReader{ctx: ctx, rest: a.body, delay: a.damaged.Delay}
	case a.damaged.is(FaultHuge):
		const start, end = `{"type":"list","data":"`, `"}`
		filling := io.LimitReader(repeated('x'), int64(max(0, a.damaged.Size-len(start)-len(end))))
		return io.MultiReader(strings.NewReader(start), filling, strings.NewReader(end))
	}
	return bytes.NewReader(a.body)
}

// cutOff is where a connection ended too early.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// repeated is an endless row of one byte.
type repeated byte

func (r repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// slowReader gives one byte at a time, each after a delay.
type slowReader struct {
	ctx   context.Context // of the request, which ends its body too
	rest  []byte
	delay time.Duration
}

func (r *slowReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	if err := wait(r.ctx, r.delay); err != nil {
		return 0, err
	}
	n := copy(p, r.rest[:1])
	r.rest = r.rest[n:]
	return n, nil
}

// wait lets time pass, unless the context ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
