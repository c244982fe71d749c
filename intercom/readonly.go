package intercom

import (
	"net/http"
	"slices"
	"strings"
)

// WriteRefusedError is a request that a read-only client kept in.
type WriteRefusedError struct {
	Method, Path string
}

func (e *WriteRefusedError) Error() string {
	return "only reads are allowed, and this is none"
}

// IsRead reports whether a call leaves Intercom as it was. Path is that of a
// [Request]. A path that could be taken for another one, by an empty segment or
// one of dots, is never a read.
//
// Reads are GET and HEAD, but for the one GET with an effect, and the POST
// operations that search or list. The facts are from the API description of
// version 2.16.
func IsRead(method, path string) bool {
	switch method {
	case http.MethodGet, http.MethodHead:
		segments, err := splitPath(path)
		return err == nil && !showsBanners(segments)
	case http.MethodPost:
		return slices.Contains([]string{
			"/admins/activity_logs/search",
			"/calls/search",
			"/companies/list",
			"/contacts/search",
			"/conversations/search",
			"/tickets/search",
		}, path)
	}
	return false
}

// showsBanners reports whether a path is GET /contacts/{id}/banners: Intercom
// takes each banner it returns as shown and records an impression.
func showsBanners(segments []string) bool {
	// Escaped slashes and a format at the end may be resolved on the way.
	segments = strings.Split(strings.ToLower(strings.Join(segments, "/")), "/")
	if len(segments) != 3 || segments[0] != "contacts" {
		return false
	}
	name, _, _ := strings.Cut(segments[2], ".")
	return name == "banners"
}

// readOnly is a transport that lets nothing but reads out, whatever its caller
// believes it is doing.
type readOnly struct {
	base string // escaped path that stands before that of the request
	next http.RoundTripper
}

func (t *readOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	path, ok := strings.CutPrefix(req.URL.EscapedPath(), t.base)
	if ok && IsRead(req.Method, path) && !hasOverride(req.Header) {
		return t.next.RoundTrip(req)
	}
	if req.Body != nil {
		req.Body.Close()
	}
	return nil, &WriteRefusedError{Method: req.Method, Path: path}
}

// CloseIdleConnections passes the wish on.
func (t *readOnly) CloseIdleConnections() {
	(&http.Client{Transport: t.next}).CloseIdleConnections()
}

func hasOverride(header http.Header) bool {
	for name := range header {
		if overridesMethod(http.CanonicalHeaderKey(name)) {
			return true
		}
	}
	return false
}
