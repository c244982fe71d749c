package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// handler carries out one operation. It gives what is answered as JSON, nil for
// an empty body; the error is a *refusal.
type handler func(*Server, *call) (any, error)

// call is one request to one operation.
type call struct {
	method    string
	path      string // as requested, escaped
	target    string // path and query as requested
	base      string // scheme and host, for links
	operation string // such as "GET /contacts/{contact_id}"
	handle    handler
	args      map[string]string // path parameters by name
	query     url.Values
	body      []byte
	now       time.Time

	applied string // id of the record that the call changed; "" when it changed nothing
}

// newCall reads a request. The error is a *refusal, for when the call is
// carried out.
func newCall(r *http.Request) (*call, error) {
	c := &call{
		method: r.Method,
		path:   r.URL.EscapedPath(),
		target: r.URL.RequestURI(),
		base:   baseURL(r),
		query:  r.URL.Query(),
	}
	c.operation, c.handle, c.args = match(c.method, c.path)
	body, err := readBody(r)
	c.body = body
	return c, err
}

func baseURL(r *http.Request) string {
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	if r.TLS != nil || r.URL.Scheme == "https" {
		return "https://" + host
	}
	return "http://" + host
}

func (c *call) unix() int64 { return c.now.Unix() }

func (c *call) object() (object, error) { return parseObject(c.body) }

// unrouted is the refusal of a request that no operation takes. Intercom
// answers 404 to a known path with another method too.
func (c *call) unrouted() error {
	switch c.method {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodHead:
		return pathNotFound()
	}
	return refuse(http.StatusMethodNotAllowed, "method_not_allowed", "The method %s is not allowed", c.method)
}

// number gives a query parameter that is a positive number.
func (c *call) number(name string, missing int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		r := badParameter("%s must be a positive integer", name)
		r.field = name
		return 0, r
	}
	return n, nil
}

// route is one operation, with the path template of the OpenAPI description.
type route struct {
	operation string
	handle    handler
}

// match finds the operation of a request. Without one, the operation is the
// method and the path.
func match(method, escapedPath string) (string, handler, map[string]string) {
	for _, rt := range routes {
		m, template, _ := strings.Cut(rt.operation, " ")
		if m != method {
			continue
		}
		if args, ok := matchPath(template, escapedPath); ok {
			return rt.operation, rt.handle, args
		}
	}
	return method + " " + escapedPath, nil, nil
}

// matchPath compares a path with a template such as /contacts/{contact_id}; a
// "*" in the template matches one segment as well.
func matchPath(template, escapedPath string) (map[string]string, bool) {
	var args map[string]string
	for {
		want, restTemplate, moreTemplate := strings.Cut(template, "/")
		segment, restPath, morePath := strings.Cut(escapedPath, "/")
		got, err := url.PathUnescape(segment)
		if err != nil || moreTemplate != morePath {
			return nil, false
		}
		name, isParameter := parameter(want)
		switch {
		case isParameter && got == "", !isParameter && want != got:
			return nil, false
		case isParameter:
			if args == nil {
				args = map[string]string{}
			}
			args[name] = got
		}
		if !moreTemplate {
			return args, true
		}
		template, escapedPath = restTemplate, restPath
	}
}

func parameter(segment string) (name string, ok bool) {
	if segment == "*" {
		return segment, true
	}
	if strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}") {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}
