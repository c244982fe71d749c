package spelling

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"name", "for_each", "max_attempts", "integer", "on_error", "id", "createTag", "deleteTag"}
	tests := []struct{ word, want string }{
		{"nmae", "name"},
		{"Name", "name"},
		{"names", "name"},
		{"foreach", "for_each"},
		{"on_eror", "on_error"},
		{"attempts", "max_attempts"},
		{"int", "integer"},
		{"createTags", "createTag"},
		{"create_tag", "createTag"},
		{"ID", "id"},
		{"name", ""},
		{"tgs", ""},
		{"creatTga", "createTag"},
		{"colour", ""},
		{"x", ""},
		{"", ""},
		{strings.Repeat("name", 100), ""},
	}
	for _, tt := range tests {
		if got := Nearest(tt.word, names); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
	if got := Nearest("a", nil); got != "" {
		t.Errorf("nearest of none is %q", got)
	}
}
