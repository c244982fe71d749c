package steps

import (
	"maps"
	"strings"
	"testing"
)

func TestRawRequestRefuses(t *testing.T) {
	post := func(more values) values {
		in := values{"method": "POST", "path": "/notes", "effect": "create"}
		maps.Copy(in, more)
		return in
	}
	tests := []struct {
		name string
		in   values
		want string // the start of the message
	}{
		{"a write that does not say what it does", values{"method": "POST", "path": "/notes"}, "effect is missing: say what this POST does"},
		{"a write that says it is a read", values{"method": "POST", "path": "/messages", "effect": "read"}, "effect cannot be read"},
		{"a PUT that says it is a read", values{"method": "PUT", "path": "/contacts/search", "effect": "read"}, "effect cannot be read"},
		{"a read whose path is not known", values{"method": "POST", "path": Later{}, "effect": "read"}, "effect cannot be read"},
		{"a GET that says it writes", values{"method": "GET", "path": "/me", "effect": "delete"}, "effect must be read"},
		{"an effect that is a template", values{"method": "POST", "path": "/notes", "effect": Later{}}, "effect must be written out"},
		{"a method that is a template", values{"method": Later{}, "path": "/me"}, "method must be written out"},
		{"an unknown method", values{"method": "get", "path": "/me"}, "method must be GET, HEAD"},
		{"the one GET that writes", values{"method": "GET", "path": "/contacts/" + ann + "/banners"}, "effect is missing: say what this GET does"},
		{"a search that says it writes", values{"method": "POST", "path": "/contacts/search", "effect": "update"}, "effect must be read: this POST changes nothing"},
		{"a GET with a body", values{"method": "GET", "path": "/me", "body": values{}}, "body cannot be sent with GET"},
		{"another host", post(values{"path": "https://example.com/x"}), "path must start with a slash"},
		{"another host without scheme", post(values{"path": "//example.com/x"}), "path must not have //"},
		{"an empty path", post(values{"path": ""}), "path must start with a slash"},
		{"the root", post(values{"path": "/"}), "path must not have //"},
		{"a way up", post(values{"path": "/contacts/../tags"}), "path must not have //"},
		{"an escaped way up", post(values{"path": "/contacts/%2e%2E/tags"}), "path must not have //"},
		{"a query in the path", post(values{"path": "/tags?x=1"}), "path must not have a query"},
		{"a fragment", post(values{"path": "/tags#x"}), "path must not have #"},
		{"a backslash", post(values{"path": `/tags\x`}), "path must not have #"},
		{"a broken escape", post(values{"path": "/tags/5%"}), "path has a % that escapes nothing"},
		{"an object in the query", post(values{"query": values{"a": values{}}}), "query must have texts"},
		{"a list as a header", post(values{"headers": values{"X-A": []any{"b"}}}), "headers must have texts"},
		{"a header of flowrun's own", post(values{"headers": values{"authorization": "x"}}), "headers cannot be sent"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Find("rawRequest").Request(tt.in)
			if err == nil || !strings.HasPrefix(err.Error(), "rawRequest: "+tt.want) {
				t.Errorf("error = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestEffectOf(t *testing.T) {
	tests := []struct {
		name   string
		action string
		in     values
		want   Effect
	}{
		{"a ticket tells the customer", "createTicket", values{}, Send},
		{"unless it says not to", "createTicket", values{"skip_notifications": true}, Create},
		{"what may be true is not enough", "createTicket", values{"skip_notifications": Later{}}, Send},
		{"nor is the word", "createTicket", values{"skip_notifications": "true"}, Send},
		{"a GET is a read", "rawRequest", values{"method": "GET"}, Read},
		{"a DELETE is what it says", "rawRequest", values{"method": "DELETE", "effect": "update"}, Update},
		{"what is not known is the worst", "rawRequest", values{"method": Later{}, "effect": Later{}}, Send},
		{"the others are what the catalogue says", "deleteTag", values{"tag_id": "1"}, Delete},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Find(tt.action).EffectOf(tt.in); got != tt.want {
				t.Errorf("EffectOf = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRetryOf(t *testing.T) {
	tests := []struct {
		name   string
		action string
		in     values
		want   Retry
	}{
		{"a user with an id of one's own", "createContact", values{"external_id": "1"}, Keyed},
		{"a lead, whose id Intercom ignores", "createContact", values{"external_id": "1", "role": "lead"}, Once},
		{"a user with an email alone", "createContact", values{"email": "ann@example.com"}, Once},
		{"a raw PUT", "rawRequest", values{"method": "PUT", "effect": "update"}, Repeatable},
		{"a raw PATCH", "rawRequest", values{"method": "PATCH", "effect": "update"}, Once},
		{"a ticket", "createTicket", values{}, Once},
		{"a company, which its company_id names", "createCompany", values{"company_id": "1"}, Repeatable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Find(tt.action).RetryOf(tt.in); got != tt.want {
				t.Errorf("RetryOf = %d, want %d", got, tt.want)
			}
		})
	}
}
