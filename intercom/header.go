package intercom

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
)

// clientHeader gives the headers that every request carries.
func clientHeader(cfg Config) (http.Header, error) {
	header := http.Header{
		"Authorization":    {"Bearer " + cfg.Token},
		"Accept":           {"application/json"},
		"Intercom-Version": {Version},
		"User-Agent":       {cmp.Or(cfg.UserAgent, "flowrun")},
	}
	if !isFieldValue(header.Get("User-Agent")) {
		return nil, errors.New("header User-Agent holds a line break or a character that is not ASCII")
	}
	return header, nil
}

// CheckHeader says whether a [Request] may carry a header of its own. It may
// not set what the client answers for (credentials, API version, framing,
// content and connection), nor a header that changes how a request is carried
// out: with an Idempotency-Key, Go's transport would send a write again by
// itself, and X-Http-Method-Override would turn a read into a write. The value
// must be printable ASCII; the error does not repeat it.
func CheckHeader(name, value string) error {
	if !isFieldName(name) {
		return fmt.Errorf("%q cannot be the name of a header", name)
	}
	if isReserved(textproto.CanonicalMIMEHeaderKey(name)) {
		return fmt.Errorf("header %s is set by flowrun and cannot be set by a request", name)
	}
	if !isFieldValue(value) {
		return fmt.Errorf("header %s holds a line break or a character that is not ASCII", name)
	}
	return nil
}

// isReserved reports whether requests may not set a header, given its canonical
// name.
func isReserved(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Host", "Intercom-Version", "User-Agent",
		"Idempotency-Key", "X-Idempotency-Key",
		"Accept", "Accept-Encoding", "Content-Encoding", "Content-Length", "Content-Type", "Range", "If-Range",
		"Connection", "Expect", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return strings.HasPrefix(name, "Proxy-") || overridesMethod(name)
}

// overridesMethod reports whether some servers take a header, given its
// canonical name, as the true method of a POST.
func overridesMethod(name string) bool {
	switch name {
	case "X-Http-Method-Override", "X-Http-Method", "X-Method-Override":
		return true
	}
	return false
}

// isFieldName follows "token" of RFC 9110, 5.6.2.
func isFieldName(name string) bool {
	if name == "" {
		return false
	}
	for _, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9'
		if !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return true
}

func isFieldValue(value string) bool {
	for _, c := range []byte(value) {
		if (c < ' ' && c != '\t') || c > '~' {
			return false
		}
	}
	return true
}
