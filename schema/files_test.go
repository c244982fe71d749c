package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// TestFilesThatTheSchemaTakes: what flowrun validate takes, the schema takes.
func TestFilesThatTheSchemaTakes(t *testing.T) {
	schema := compiled(t)
	for _, pattern := range []string{"../workflows/examples/*.yaml", "../internal/program/testdata/ok/*.yaml", "../internal/program/testdata/ok/*.json"} {
		for _, name := range filesLike(t, pattern) {
			if err := schema.Validate(document(t, name)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// onlyValidate are files with wrong inputs that the schema takes all the same,
// each with the reason.
var onlyValidate = map[string]string{
	"input_of_two_contacts_of_a_ticket":    "how many contacts a ticket has is Intercom's rule about the value",
	"input_path_with_a_query":              "a path is checked by the code that sends it",
	"input_query_with_an_unknown_operator": "a query is checked by the code that sends it",
	"input_raw_effect_is_missing":          "whether an effect is needed depends on the method and the path",
	"input_raw_header_of_flowrun":          "a header is checked by the code that sends it",
	"input_raw_path_is_an_address":         "a path is checked by the code that sends it",
	"input_raw_read_that_writes":           "what is a read depends on the method and the path",
	"input_template_of_the_wrong_type":     "what a template gives is known to the expressions only",
	"input_time_in_milliseconds":           "to the schema a time is any integer",
}

// TestWrongInputsAreRefused: an editor marks a wrong input of an action while
// the file is being written.
func TestWrongInputsAreRefused(t *testing.T) {
	schema := compiled(t)
	seen := map[string]bool{}
	for _, path := range filesLike(t, "../internal/program/testdata/err/input_*.yaml") {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		seen[name] = true
		err := schema.Validate(document(t, path))
		switch reason := onlyValidate[name]; {
		case err == nil && reason == "":
			t.Errorf("%s is taken", name)
		case err != nil && reason != "":
			t.Errorf("%s is refused, though %s: %v", name, reason, err)
		}
	}
	for name := range onlyValidate {
		if !seen[name] {
			t.Errorf("there is no file %s", name)
		}
	}
}

func filesLike(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files like %s (%v)", pattern, err)
	}
	return names
}

// document reads a file as an editor does, with a YAML library that knows
// nothing of flowrun.
func document(t *testing.T, name string) any {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(name) == ".yaml" {
		var root yaml.Node
		if err := yaml.Unmarshal(text, &root); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		asWritten(&root)
		var value any
		if err := root.Decode(&value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, err = json.Marshal(value); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc
}

// asWritten makes texts of the dates below n: editors follow YAML 1.2, in which
// they are texts, and this library follows YAML 1.1.
func asWritten(n *yaml.Node) {
	if n.Tag == "!!timestamp" {
		n.Tag = "!!str"
	}
	for _, child := range n.Content {
		asWritten(child)
	}
}
