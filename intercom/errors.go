package intercom

import (
	"errors"
	"fmt"
	"net/http"
)

// APIError is a refusal: Intercom answered, and applied nothing.
//
// A call that was sent more than once can be refused because its own earlier
// attempt was applied: a second DELETE finds nothing, a second create meets the
// record of the first. Earlier tells these apart.
type APIError struct {
	Method, Path string
	Status       int    // 4xx, or 3xx for a redirect, which is never followed
	Code         string // Intercom's code, such as "not_found"; may be empty
	Message      string // Intercom's sentence; may be empty
	Field        string // the field Intercom complains about; may be empty
	RequestID    string // may be empty

	Earlier *UnknownError // an earlier attempt whose effect is not known; nil when there was none
}

// Error gives the call, the status, Intercom's code and sentence and the
// request id, as far as they are known.
func (e *APIError) Error() string {
	text := fmt.Sprintf("%s %s: %d", e.Method, e.Path, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	} else if name := http.StatusText(e.Status); name != "" {
		text += " " + name
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	if e.Earlier != nil {
		text += "; an earlier attempt may have been applied"
	}
	return text
}

// IsGone reports whether a call was refused because its record is not there:
// never made, archived or deleted (404), or merged into another one (410).
func IsGone(err error) bool {
	refused, ok := errors.AsType[*APIError](err)
	return ok && (refused.Status == http.StatusNotFound || refused.Status == http.StatusGone)
}

// ErrStopped is why a call was not sent after [Client.Stop].
var ErrStopped = errors.New("stopped")

// NotSentError is a request that had no effect because it did not go out: it
// was malformed, no connection came about, or the wait for its turn was cut
// short. While it waited, Intercom may have turned it away with a 429.
type NotSentError struct {
	Method, Path string
	Err          error
}

func (e *NotSentError) Error() string {
	return fmt.Sprintf("%s %s: not sent: %v", e.Method, e.Path, e.Err)
}

func (e *NotSentError) Unwrap() error { return e.Err }

// UnknownError is a request that went out and whose effect is not known: the
// answer was lost, cut off, or said that the server failed.
type UnknownError struct {
	Method, Path string
	Status       int    // of the answer; zero when there was none
	Applied      bool   // the answer said done, but could not be read
	RequestID    string // may be empty
	Err          error
}

func (e *UnknownError) Error() string {
	text := fmt.Sprintf("%s %s: ", e.Method, e.Path)
	if e.Status != 0 {
		text += fmt.Sprintf("%d: ", e.Status)
	}
	text += e.Err.Error()
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

func (e *UnknownError) Unwrap() error { return e.Err }
