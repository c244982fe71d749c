package intercom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// result is how one attempt ended. A refusal has its status and request id here
// as well.
type result struct {
	Response
	err        error         // nil, or one of the package's three kinds
	retryAfter time.Duration // what Intercom asked for; zero when it did not
	trip       time.Duration // until the head of the answer; zero without one
	took       time.Duration
	health     health
}

// attempt sends a call once. A 429 comes back as an [*APIError].
func (c *Client) attempt(ctx context.Context, call *call, t ticket) result {
	start := time.Now()
	got := c.announced(ctx, call)
	got.took = time.Since(start)
	got.health = got.judgeHealth(ctx)
	c.pace.release(t, got)
	got.err = c.redact(got.err)
	return got
}

// announced sends a call once its caller has been told that it goes out.
func (c *Client) announced(ctx context.Context, call *call) result {
	if call.sending != nil {
		if err := call.sending(ctx); err != nil {
			return result{err: &NotSentError{Method: call.method, Path: call.path, Err: &heldBackError{err}}}
		}
	}
	return c.send(ctx, call)
}

// heldBackError is why a caller did not want a call to go out.
type heldBackError struct{ error }

func (e *heldBackError) Unwrap() error { return e.error }

// send makes one exchange. The time for it is cut in two: for the head of the
// answer, and for the whole.
func (c *Client) send(ctx context.Context, call *call) result {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	limit := min(call.firstByte, call.retry.Timeout)
	timer := time.AfterFunc(limit, func() { cancel(timeout("silence for " + limit.String())) })
	defer timer.Stop()

	var wire wire
	req, err := call.request(wire.watch(ctx, !call.repeat, cancel))
	if err != nil {
		return result{err: &NotSentError{Method: call.method, Path: call.path, Err: err}}
	}
	answer, err := c.transport.RoundTrip(req)
	trip := time.Since(start)
	if err != nil {
		return result{err: call.lost(ctx, err, &wire)}
	}
	defer answer.Body.Close()

	if timer.Stop() {
		whole := call.retry.Timeout
		defer time.AfterFunc(whole-trip, func() {
			cancel(timeout("answer not complete within " + whole.String()))
		}).Stop()
	}
	got := call.judge(ctx, answer)
	got.trip = trip
	return got
}

// timeout is the end of an attempt that took too long.
type timeout string

func (t timeout) Error() string { return string(t) }
func (t timeout) Timeout() bool { return true }

// judgeHealth says what the end of an attempt tells about the server. That its
// caller's ctx ended tells nothing.
func (r result) judgeHealth(ctx context.Context) health {
	late, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](r.err)
	switch {
	case ctx.Err() != nil:
		return unclear
	case r.Status >= 500 || r.Status == http.StatusRequestTimeout:
		return failing
	case ok && late.Timeout():
		return timedOut
	case r.Status != 0:
		return healthy
	}
	return unclear
}

// wentOut reports whether the server may have counted an attempt that brought
// no answer.
func (r result) wentOut() bool {
	_, unknown := r.err.(*UnknownError)
	return unknown
}

// lost gives the error of an attempt that brought no answer.
func (c *call) lost(ctx context.Context, err error, wire *wire) error {
	nothing := wire.nothingSent(err)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if nothing {
		return &NotSentError{Method: c.method, Path: c.path, Err: err}
	}
	return &UnknownError{Method: c.method, Path: c.path, Err: fmt.Errorf("no answer: %w", err)}
}

// judge reads an answer and decides what it says about the call.
func (c *call) judge(ctx context.Context, answer *http.Response) result {
	body, err := readBody(answer)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	got := result{
		Response:   Response{Status: answer.StatusCode, Header: answer.Header, RequestID: answer.Header.Get("X-Request-Id")},
		retryAfter: retryAfter(answer.Header),
	}
	if answer.StatusCode >= 200 && answer.StatusCode <= 299 {
		if err == nil {
			body, err = checkAnswer(answer.Header, body)
		}
		got.Body = body
		got.err = c.unreadable(got, err)
		return got
	}

	refusal := readRefusal(answer, body)
	if got.RequestID == "" {
		got.RequestID = refusal.requestID
	}
	got.err = c.refused(got, refusal)
	return got
}

// unreadable gives the error of an answer that says done and cannot be read.
func (c *call) unreadable(got result, err error) error {
	if err == nil {
		return nil
	}
	return &UnknownError{
		Method: c.method, Path: c.path, Status: got.Status, RequestID: got.RequestID,
		Applied: true, Err: fmt.Errorf("carried out, but the answer cannot be read: %w", err),
	}
}

// refused gives the error of an answer that says anything but done. A server
// that failed, or gave up waiting, may have applied the call before it did.
func (c *call) refused(got result, refusal refusal) error {
	if got.Status < 300 || got.Status >= 500 || got.Status == http.StatusRequestTimeout {
		return &UnknownError{
			Method: c.method, Path: c.path, Status: got.Status, RequestID: got.RequestID,
			Err: errors.New(refusal.text(got.Status)),
		}
	}
	return &APIError{
		Method: c.method, Path: c.path, Status: got.Status, RequestID: got.RequestID,
		Code: refusal.code, Message: refusal.message, Field: refusal.field,
	}
}

// retryAfter gives the wait that an answer asks for, at most five minutes.
// A date is taken against the answer's own, since clocks differ.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestAsked)
	}
	then, err := http.ParseTime(text)
	now, err2 := http.ParseTime(header.Get("Date"))
	if err != nil || err2 != nil {
		return 0
	}
	return min(max(then.Sub(now), 0), longestAsked)
}

// redact takes the token out of an error, where a server may have repeated it.
// A token so short that it is a word, as for a sandbox, is no secret.
func (c *Client) redact(err error) error {
	if err == nil || len(c.token) < 8 || !strings.Contains(err.Error(), c.token) {
		return err
	}
	clean := func(text string) string { return strings.ReplaceAll(text, c.token, "***") }
	switch err := err.(type) {
	case *APIError:
		err.Code, err.Message, err.Field = clean(err.Code), clean(err.Message), clean(err.Field)
		err.RequestID, err.Path = clean(err.RequestID), clean(err.Path)
	case *UnknownError:
		err.Err = errors.New(clean(err.Err.Error()))
		err.RequestID, err.Path = clean(err.RequestID), clean(err.Path)
	case *NotSentError:
		err.Err = errors.New(clean(err.Err.Error()))
		err.Path = clean(err.Path)
	}
	return err
}
