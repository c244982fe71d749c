// Package intercom is a client for Intercom's REST API.
//
// It has one method that matters, [Client.Do]: a request goes out with the
// bearer token and the pinned API version, at the pace Intercom's rate headers
// allow, and comes back as JSON that has been checked once. What an operation
// is called and which inputs it takes is not known here; that is package steps.
//
// A call ends in one of three ways, and the error says which:
//
//   - done: no error;
//   - refused, nothing was applied: an [*APIError], or a [*NotSentError];
//   - unknown: an [*UnknownError]. The request went out and its effect cannot
//     be told from here.
//
// A call that was sent more than once may be refused because the first time
// was applied; [APIError.Earlier] says so. [Pages] walks a list with such calls,
// and [Login] gets a token for them from a person.
package intercom

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Version is the API version that every request is pinned to.
const Version = "2.16"

// Doer sends one request. [*Client] is the one that talks to Intercom.
type Doer interface {
	Do(ctx context.Context, req Request) (Response, error)
}

// Request is one call of the API.
type Request struct {
	Method string      // in capitals, such as "POST"
	Path   string      // from the first slash on, each segment already escaped, without a query
	Query  url.Values  // may be nil
	Body   []byte      // JSON; nil sends no body
	Header http.Header // further headers; may be nil
	Repeat bool        // sending it again has the same end state as sending it once; need not be set for a read
	Retry  Retry       // the zero value is the client's own

	// Sending is called before each attempt, when its turn has come, which may
	// be minutes after Do was called. An error keeps the attempt from going out
	// and ends the call, in a [*NotSentError] if nothing went out before. May be
	// nil.
	Sending func(context.Context) error
}

// Retry says how often and how fast a request that failed is sent again. A
// zero field takes the client's default.
type Retry struct {
	MaxAttempts int           // in all, the first one included
	Backoff     string        // "exponential" (the default), "linear" or "constant"
	MinInterval time.Duration // the shortest pause
	MaxInterval time.Duration // the longest pause
	Timeout     time.Duration // of one attempt
}

// Response is the answer to a request that Intercom carried out.
type Response struct {
	Status    int         // 200 to 299
	Body      []byte      // valid JSON of bounded depth and size; nil when Intercom sent none
	Header    http.Header // as received
	RequestID string      // Intercom's own id of the call, for its support
}
