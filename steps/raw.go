package steps

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// raw has the way to the operations that have no action of their own.
var raw = []*Action{{
	Name:     "rawRequest",
	Resource: "any",
	Doc: "Calls any operation of Intercom's API; the step must say which effect the call has, " +
		"unless it is a GET or HEAD, and cannot be taken back.",
	Effect: Send,
	Retry:  Once,
	Inputs: []Field{
		{Name: "method", Type: oneOf("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), Required: true, In: Own, Literal: true, Example: "POST",
			Doc: "method of the call, in capitals"},
		{Name: "path", Type: text, Required: true, In: Own, Segments: true, Example: `"/contacts/{{ contact.id }}/notes"`,
			Doc: "path from the first slash, such as /contacts/{{ contact.id }}/notes; each template is one segment and is escaped"},
		{Name: "query", Type: anyObject, In: Own, Doc: "parameters of the query, by name; a list repeats the parameter"},
		{Name: "body", Type: Type{Nullable: true}, At: "-", Privacy: FreeText, Example: `{body: Called back}`, Doc: "what to send, as JSON"},
		{Name: "headers", Type: anyObject, In: Own,
			Doc: "further headers, by name; not those that flowrun sets itself, such as Authorization"},
		{Name: "effect", Type: oneOf("read", "create", "update", "archive", "delete", "send"), In: Own, Literal: true, Example: "create",
			Doc: "what the call does; a GET needs none, and only the searches and POST /companies/list are reads beside it"},
	},
	Output:   Type{Nullable: true},
	UndoNote: "flowrun does not know what the call does",
	SettleNote: "a person has to look, unless the call is a read, a PUT or a DELETE, which are sent again: " +
		"flowrun does not know what the call does",
	check:   checkRaw,
	request: requestRaw,
	effect:  effectOfRaw,
	retry:   retryOfRaw,
}}

func checkRaw(in inputs) (input, problem string) {
	method := in["method"].String()
	path, problem := "", ""
	if in["path"].Raw != later {
		path, problem = rawPath(in["path"].String())
	}
	if problem != "" {
		return "path", problem
	}
	if problem := effectProblem(method, path, in["effect"]); problem != "" {
		return "effect", problem
	}
	if in.has("body") && isGet(method) {
		return "body", "cannot be sent with " + method
	}
	if _, problem := rawQuery(in["query"]); problem != "" {
		return "query", problem
	}
	_, problem = rawHeader(in["headers"])
	return "headers", problem
}

// effectProblem says why the call cannot have the effect that is declared. A
// plan sends what is declared a read, so that must be true. The path is empty
// while it is not known.
func effectProblem(method, path string, effect gjson.Result) string {
	read := intercom.IsRead(method, path) || isGet(method) && path == ""
	switch {
	case !effect.Exists() && !(read && isGet(method)):
		return "is missing: say what this " + method + " does: create, update, archive, delete or send"
	case effect.String() == "read" && !read:
		return "cannot be read: apart from GET and HEAD, only the searches and POST /companies/list are reads, and their path must be written out"
	case effect.Exists() && effect.String() != "read" && read && path != "":
		return "must be read: this " + method + " changes nothing"
	}
	return ""
}

func isGet(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func effectOfRaw(in inputs) Effect {
	if effect, ok := ParseEffect(in["effect"].String()); ok {
		return effect
	}
	if isGet(in["method"].String()) {
		return Read
	}
	return Send
}

func retryOfRaw(in inputs) Retry {
	method := in["method"].String()
	if effectOfRaw(in) == Read || method == http.MethodPut || method == http.MethodDelete {
		return Repeatable
	}
	return Once
}

func requestRaw(in inputs) (intercom.Request, error) {
	path, _ := rawPath(in["path"].String())
	query, _ := rawQuery(in["query"])
	header, _ := rawHeader(in["headers"])
	req := intercom.Request{
		Method: in["method"].String(),
		Path:   path,
		Query:  query,
		Header: header,
		Repeat: retryOfRaw(in) == Repeatable,
	}
	if in.has("body") {
		req.Body = []byte(in["body"].Raw)
	}
	return req, nil
}

// rawPath gives the path with every segment escaped, or says what is wrong
// with it.
func rawPath(path string) (escaped, problem string) {
	rest, ok := strings.CutPrefix(path, "/")
	switch {
	case !ok:
		return "", "must start with a slash and name no host, such as /contacts"
	case strings.Contains(path, "?"):
		return "", "must not have a query; the input query takes it"
	case strings.ContainsAny(path, "#\\"):
		return "", "must not have # or \\ in it"
	}
	segments := strings.Split(rest, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			return "", "has a % that escapes nothing: " + segment
		}
		if segments[i], err = Segment(text); err != nil {
			return "", "must not have //, . or .. in it, nor a slash at its end"
		}
	}
	return "/" + strings.Join(segments, "/"), ""
}

// rawQuery gives the query, or says what is wrong with it.
func rawQuery(object gjson.Result) (query url.Values, problem string) {
	object.ForEach(func(key, value gjson.Result) bool {
		if query == nil {
			query = url.Values{}
		}
		for _, v := range list(value) {
			if !isScalar(v) {
				problem = "must have texts, numbers, true and false or lists of them; " + short(key) + " is " + short(v)
			}
			query.Add(key.String(), v.String())
		}
		return problem == ""
	})
	return query, problem
}

func list(value gjson.Result) []gjson.Result {
	if value.IsArray() {
		return value.Array()
	}
	return []gjson.Result{value}
}

func isScalar(value gjson.Result) bool {
	return slices.Contains([]gjson.Type{gjson.String, gjson.Number, gjson.True, gjson.False}, value.Type)
}

// rawHeader gives the headers, or says what is wrong with them.
func rawHeader(object gjson.Result) (header http.Header, problem string) {
	if object.Raw == later {
		return nil, ""
	}
	object.ForEach(func(key, value gjson.Result) bool {
		if header == nil {
			header = http.Header{}
		}
		if value.Raw == later {
			value = gjson.Result{Type: gjson.String, Str: "known when it runs"}
		}
		if !isScalar(value) {
			problem = "must have texts; " + short(key) + " is " + short(value)
		} else if err := intercom.CheckHeader(key.String(), value.String()); err != nil {
			problem = "cannot be sent: " + err.Error()
		}
		header.Set(key.String(), value.String())
		return problem == ""
	})
	return header, problem
}
