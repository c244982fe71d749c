package intercom

import (
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Config says which workspace to talk to, and how. Only Token is required.
type Config struct {
	Token     string // sent as bearer token; printed nowhere
	BaseURL   string // such as "https://api.eu.intercom.io"; "" is the host of Region
	Region    string // "us", "eu" or "au"; "" is "us"
	UserAgent string // "" is "flowrun"
	ReadOnly  bool   // refuse everything that is not a read, see [IsRead]

	// RateShare is how much of Intercom's allowance this client uses, such as
	// 0.5, which leaves half of each window to others; 0 is 1, all of it. Other
	// clients with the same token are left room without that: the headers tell
	// what they use.
	RateShare float64

	// MaxInFlight is the most calls at a time; 0 is 128. It is also the most that
	// can be in doubt at once when the process is killed.
	MaxInFlight int

	// RootCAs are the authorities whose certificates are trusted; nil is those of
	// the system. There is no way to trust without a certificate.
	RootCAs *x509.CertPool

	// HTTPClient lends its Transport; nil is a transport made for Intercom. Its
	// other fields are not used: redirects are not followed, cookies not kept.
	HTTPClient *http.Client

	// Log is called after each attempt, from the goroutine that makes the call;
	// several may do so at once. It may be nil.
	Log func(Attempt)
}

// Attempt is one request that went out, or tried to. It holds neither headers
// nor bodies.
type Attempt struct {
	Method, Path string
	Status       int           // of the answer; zero when there was none
	Try          int           // from 1; a 429 does not count as a try
	Wait         time.Duration // spent waiting before it
	Duration     time.Duration // of the attempt itself
	RequestID    string        // may be empty
}

// Client talks to one workspace. It is safe for concurrent use, and all its
// users share one pace.
type Client struct {
	base      string // scheme, host and base path, without a slash at the end
	host      string // of it
	token     string
	header    http.Header // what every request carries
	withBody  http.Header // what every request with a body carries
	transport http.RoundTripper
	pace      *pacer
	retries   budget
	log       func(Attempt)
	random    func(time.Duration) time.Duration // from zero to its argument
}

// New makes a client. It sends nothing. The error says which setting is wrong:
// a missing or mangled token, an unknown region, or an address that the token
// may not go to, which is any but Intercom's own hosts over https and this
// machine.
func New(cfg Config) (*Client, error) {
	if err := checkToken(cfg.Token); err != nil {
		return nil, err
	}
	base, err := endpoint(cfg)
	if err != nil {
		return nil, err
	}
	header, err := clientHeader(cfg)
	if err != nil {
		return nil, err
	}
	if !(cfg.RateShare >= 0 && cfg.RateShare <= 1) { // also when it is no number
		return nil, fmt.Errorf("rate share %v is not between 0 and 1", cfg.RateShare)
	}
	if cfg.MaxInFlight < 0 {
		return nil, fmt.Errorf("%d calls in flight are too few", cfg.MaxInFlight)
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = usualInFlight
	}

	withBody := header.Clone()
	withBody.Set("Content-Type", "application/json")
	c := &Client{
		base:      base.String(),
		host:      base.Host,
		token:     cfg.Token,
		header:    header,
		withBody:  withBody,
		transport: roundTripper(cfg),
		pace:      newPacer(cfg),
		log:       cfg.Log,
		random:    upTo,
	}
	if cfg.ReadOnly {
		c.transport = &readOnly{base: base.EscapedPath(), next: c.transport}
	}
	return c, nil
}

// RateLimit gives Intercom's allowance as last seen, and what this client took
// of it.
func (c *Client) RateLimit() RateLimit { return c.pace.rateLimit() }

// Rate gives how many calls in a second this client may make, by its share of
// Intercom's limit as last seen; zero while Intercom has not said.
func (c *Client) Rate() float64 { return c.pace.rate() }

// Stop lets no further call go out: those that wait for the pace or between two
// attempts end with [ErrStopped] inside a [*NotSentError], or an
// [*UnknownError] where an attempt went out before. Those in flight go on.
func (c *Client) Stop() { c.pace.stop() }

// CloseIdleConnections closes the connections that no call is using. The client
// stays usable.
func (c *Client) CloseIdleConnections() {
	(&http.Client{Transport: c.transport}).CloseIdleConnections()
}

// checkToken refuses what cannot be a token, without repeating it.
func checkToken(token string) error {
	if token == "" {
		return errors.New("no access token")
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("the access token holds a space, a line break or a character that is not ASCII; copy it again")
	}
	return nil
}

// upTo gives a random duration from zero to longest.
func upTo(longest time.Duration) time.Duration {
	if longest <= 0 {
		return 0
	}
	return rand.N(longest + 1)
}
