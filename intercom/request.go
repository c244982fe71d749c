package intercom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// call is a request that has been checked and is ready to go out, any number
// of times.
type call struct {
	method, path string
	url          string
	body         []byte
	header       http.Header
	repeat       bool
	retry        Retry // without zeros
	firstByte    time.Duration
	sending      func(context.Context) error
}

// prepare checks req and gives what goes out for it.
func (c *Client) prepare(req Request) (*call, error) {
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, req.Method) {
		return nil, fmt.Errorf("%q is not a method of the API", req.Method)
	}
	if _, err := splitPath(req.Path); err != nil {
		return nil, err
	}
	header, err := c.callHeader(req)
	if err != nil {
		return nil, err
	}
	retry, err := req.Retry.withDefaults()
	if err != nil {
		return nil, err
	}

	address := c.base + req.Path
	if len(req.Query) > 0 {
		address += "?" + req.Query.Encode()
	}
	firstByte := firstByteTimeout
	if req.Retry.Timeout > 0 {
		firstByte = req.Retry.Timeout
	}
	return &call{
		method: req.Method, path: req.Path, url: address, body: req.Body, header: header,
		repeat: req.Repeat || isRepeatableRead(req.Method, req.Path),
		retry:  retry, firstByte: firstByte, sending: req.Sending,
	}, nil
}

// isRepeatableRead reports whether a read gives the same when it is sent again.
// The scroll does not: each call moves it on, so that a second one would skip
// the page of the first.
func isRepeatableRead(method, path string) bool {
	return path != scrollPath && IsRead(method, path)
}

// callHeader gives the headers of req together with the client's.
func (c *Client) callHeader(req Request) (http.Header, error) {
	shared := c.header
	if len(req.Body) > 0 {
		shared = c.withBody
	}
	if len(req.Header) == 0 {
		return shared, nil
	}
	header := shared.Clone()
	for name, values := range req.Header {
		for _, value := range values {
			if err := CheckHeader(name, value); err != nil {
				return nil, err
			}
			header.Add(name, value)
		}
	}
	return header, nil
}

// request makes the HTTP request of one attempt. A fresh reader of the body
// lets the transport start over on a connection that took nothing of it.
func (c *call) request(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if len(c.body) > 0 {
		body = bytes.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.url, body)
	if err != nil {
		return nil, errors.New("path and query make no URL")
	}
	req.Header = c.header
	return req, nil
}

// splitPath gives the unescaped segments of a path. It refuses what a server on
// the way might read as another path.
func splitPath(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, fmt.Errorf("path %q must begin with a slash", path)
	}
	if i := strings.IndexFunc(path, isUnsafe); i >= 0 {
		return nil, fmt.Errorf("path %q holds %q, which must be escaped", path, path[i:i+1])
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return nil, fmt.Errorf("path %q has a bad escape", path)
		}
		if text == "" {
			return nil, fmt.Errorf("path %q has an empty segment; is an id missing?", path)
		}
		if hasDots(text) {
			return nil, fmt.Errorf(`path %q has a segment that is "." or ".."`, path)
		}
		segments[i] = text
	}
	return segments, nil
}

// isUnsafe reports whether a character may not stand in a path as it is.
func isUnsafe(r rune) bool {
	return r <= ' ' || r > '~' || strings.ContainsRune("?#\\\"<>^`{|}", r)
}

// hasDots reports whether an unescaped segment leads to another place in the
// path, also when an escaped slash in it is taken for a real one.
func hasDots(text string) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == "." || part == ".." {
			return true
		}
	}
	return false
}
