package runner

import (
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// TestExtents: a write makes a run forget its own record by every path, and what
// may show it under another name, and no other record.
func TestExtents(t *testing.T) {
	const a, b = "00000000000000000000000a", "00000000000000000000000b"
	onA := eval.Object{"contact_id": a, "company_id": a}
	tests := []struct {
		action   string
		answered string
		key      string
		want     bool
	}{
		{"updateContact", "", "GET /contacts/" + a + "? ", true},
		{"updateContact", "", "GET /contacts/" + a + "/tags? ", true},
		{"updateContact", "", "GET /contacts/" + b + "? ", false},
		{"updateContact", "", "GET /contacts/" + b + "/tags? ", false},
		{"updateContact", "", "GET /contacts/find_by_external_id/0000000000000000000000b? ", true},
		{"updateContact", "", "POST /contacts/search? {}", true},
		{"updateContact", "", "GET /companies/" + a + "? ", false},
		{"attachTag", "7", "GET /contacts/" + a + "/tags? ", true},
		{"attachTag", "7", "GET /contacts/" + b + "/tags? ", false},
		{"createContact", a, "GET /contacts/" + a + "? ", true},
		{"createContact", a, "GET /contacts/" + b + "? ", false},
		{"createContact", "", "GET /contacts/" + b + "? ", true},
		{"archiveContact", "", "GET /contacts/" + b + "? ", false},
		{"archiveContact", "", "GET /companies/" + b + "? ", true},
		{"deleteTag", "", "GET /contacts/" + b + "? ", true},
		{"updateTag", "7", "GET /tags? ", true},
		{"updateTag", "7", "GET /tags/7? ", true},
		{"createTicket", "7", "GET /contacts/" + b + "? ", true},
		{"rawRequest", "", "GET /contacts/" + b + "? ", true},
	}
	for _, tt := range tests {
		if got := extentOf(steps.Find(tt.action), onA, tt.answered).holds(tt.key); got != tt.want {
			t.Errorf("%s may change %s: %v, want %v", tt.action, tt.key, got, tt.want)
		}
	}
}
