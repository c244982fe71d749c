package sandbox

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxBody is how long a request's body may be.
const maxBody = 8 << 20

// exchange carries out one request, with the fault that strikes it, if any. The
// error is a broken connection or the end of r's context.
func (s *Server) exchange(r *http.Request) (*answer, error) {
	c, refusal := newCall(r)
	f := s.strike(c)
	if f.is(FaultLatency) && !f.After {
		if err := wait(r.Context(), f.Delay); err != nil {
			return nil, err
		}
	}
	if f.is(FaultReset) {
		return nil, errReset
	}
	a := s.answer(r, c, refusal, f)
	if f.is(FaultLatency) && f.After {
		if err := wait(r.Context(), f.Delay); err != nil {
			return nil, err
		}
	}
	if f.is(FaultLost) {
		return nil, errLost
	}
	a.damage(f)
	return a, r.Context().Err()
}

// answer carries out a call and builds its answer.
func (s *Server) answer(r *http.Request, c *call, refused error, f *Fault) *answer {
	a, value, err := s.apply(r, c, refused, f)
	if a.effect != nil && s.opts.On != nil {
		s.opts.On(*a.effect)
	}
	a.write(value, err)
	return a
}

// apply does the part of a call that needs the lock. Stored versions never
// change, so the value can be encoded after it.
func (s *Server) apply(r *http.Request, c *call, refused error, f *Fault) (*answer, any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = time.Now()
	s.serial++
	s.calls[c.operation]++
	a := newAnswer(c.now, s.serial)
	s.state.runDue(c.now)
	if err := s.admit(r, c, a.header, f); err != nil {
		return a, nil, err
	}
	if refused != nil {
		return a, nil, refused
	}
	if c.handle == nil {
		return a, nil, c.unrouted()
	}
	value, err := c.handle(s, c)
	if err == nil && c.applied != "" {
		a.effect = s.record(c)
		a.header.Set("Set-Cookie", "recent_write="+uuid("write "+a.requestID)+"; path=/; max-age=1; secure; HttpOnly")
	}
	return a, value, err
}

// admit checks what does not depend on the operation, in Intercom's order: the
// token, the rate window, the version and the media types. A call without a
// valid token belongs to no workspace, so it has no rate window either.
func (s *Server) admit(r *http.Request, c *call, h http.Header, f *Fault) error {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer || strings.TrimSpace(token) == "" || s.opts.Token != "" && token != s.opts.Token {
		return refuse(http.StatusUnauthorized, "unauthorized", "Access Token Invalid")
	}
	if f.is(FaultRateLimit) {
		return s.rate.exhaust(c.now, h)
	}
	if err := s.rate.take(c.now, h); err != nil {
		return err
	}
	if f.is(FaultStatus) && !f.After || f.is(FaultRedirect) {
		return errNotApplied
	}
	if v := r.Header.Get("Intercom-Version"); v != "" && v != apiVersion {
		return versionRefusal(v)
	}
	if !accepts(r.Header.Values("Accept")) {
		return refuse(http.StatusNotAcceptable, "media_type_not_acceptable",
			"The Accept header should send a media type of application/json")
	}
	if len(c.body) > 0 && !isJSON(r.Header.Get("Content-Type")) {
		return refuse(http.StatusUnsupportedMediaType, "media_type_not_supported",
			"The Content-Type header should send a media type of application/json")
	}
	return nil
}

func versionRefusal(v string) error {
	known := []string{
		"1.0", "1.1", "1.2", "1.3", "1.4", "2.0", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8",
		"2.9", "2.10", "2.11", "2.12", "2.13", "2.14", "2.15", "Preview", "Unstable",
	}
	message := fmt.Sprintf("The version %q does not exist", v)
	if slices.Contains(known, v) {
		message = fmt.Sprintf("This sandbox speaks version %s only, not %s", apiVersion, v)
	}
	return refuse(http.StatusBadRequest, "intercom_version_invalid", "%s", message)
}

// accepts tells whether an Accept header takes JSON. Without one Intercom
// answers 406, or may.
func accepts(headers []string) bool {
	for _, header := range headers {
		for part := range strings.SplitSeq(header, ",") {
			kind, _, _ := mime.ParseMediaType(part)
			if kind == "application/json" || kind == "application/*" || kind == "*/*" {
				return true
			}
		}
	}
	return false
}

func isJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// readBody reads a request's body.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, badParameter("the request body could not be read")
	}
	if len(body) > maxBody {
		return nil, refuse(http.StatusRequestEntityTooLarge, "parameter_invalid", "the request body is too long")
	}
	return body, nil
}

var (
	errReset      = errors.New("connection reset by the server")
	errLost       = errors.New("connection closed by the server before its answer")
	errNotApplied = errors.New("not applied") // a fault decides what is answered instead
)
