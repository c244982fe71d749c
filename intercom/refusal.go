package intercom

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
)

// refusal is what the body of an error says, as far as it says anything.
type refusal struct {
	code, message, field, requestID string
}

// readRefusal reads an answer other than 2xx. Most are an error.list, as
// https://developers.intercom.com/docs/references/rest-api/errors/error-objects
// has it; others are a lone error, an error_key, the word null, or the HTML or
// text of a gateway.
func readRefusal(answer *http.Response, body []byte) refusal {
	if answer.StatusCode >= 300 && answer.StatusCode <= 399 {
		return refusal{message: redirect(answer)}
	}
	body = bytes.TrimSpace(body)
	if checkJSON(body) != nil {
		return refusal{message: plainText(answer.Header.Get("Content-Type"), body)}
	}
	return parseRefusal(gjson.ParseBytes(body))
}

func parseRefusal(root gjson.Result) refusal {
	list := root.Get("errors").Array()
	entry := root
	if len(list) > 0 {
		entry = list[0]
	}
	found := refusal{
		code:      first(entry, "code", "error_key", "error.code"),
		message:   first(entry, "message", "error.message", "error_description", "error"),
		field:     first(entry, "field"),
		requestID: first(root, "request_id"),
	}
	if len(list) > 1 {
		found.message += fmt.Sprintf(" (and %d more)", len(list)-1)
	}
	return found
}

// first gives the first of some members that is a string with something in it.
func first(object gjson.Result, paths ...string) string {
	for _, path := range paths {
		if value := object.Get(path); value.Type == gjson.String && value.Str != "" {
			return clip(value.Str)
		}
	}
	return ""
}

// redirect says where an answer points to. Only the host: the rest may hold
// credentials, as the address of a call's recording does.
func redirect(answer *http.Response) string {
	to := answer.Header.Get("Location")
	if to == "" {
		return ""
	}
	target, err := url.Parse(to)
	if err != nil {
		return "points to an address that makes no sense"
	}
	host := target.Host
	if host == "" {
		host = "another path on the same host"
	}
	return "points to " + clip(host) + ", and redirects are not followed"
}

// plainText says what a body that is not JSON holds.
func plainText(kind string, body []byte) string {
	if len(body) == 0 {
		return ""
	}
	if strings.Contains(kind, "html") || body[0] == '<' {
		return "the answer is a web page, not JSON"
	}
	return clip(strings.Join(strings.Fields(string(body[:min(len(body), 1000)])), " "))
}

// text gives a refusal as part of a message.
func (r refusal) text(status int) string {
	text := r.code
	if text == "" {
		text = http.StatusText(status)
	}
	if r.message == "" {
		return text
	}
	return text + ": " + r.message
}

// clip bounds what a server can put into a message.
func clip(text string) string {
	if len(text) > 300 {
		text = text[:300] + "..."
	}
	return strings.ToValidUTF8(text, "?")
}
