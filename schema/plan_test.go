package schema_test

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/cli"
	"github.com/flowrun-dev/flowrun/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// planSchema compiles a part of the schema of plans. It is made to refuse what
// it does not describe, so that nothing is printed that it does not have.
func planSchema(t *testing.T, part string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Plan()))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("plan.schema.json" + part)
}

func closeObjects(v any) {
	switch v := v.(type) {
	case []any:
		for _, each := range v {
			closeObjects(each)
		}
	case map[string]any:
		for _, each := range v {
			closeObjects(each)
		}
		if _, is := v["properties"].(map[string]any); is && v["type"] == "object" {
			v["additionalProperties"] = false
		}
	}
}

// printed is what a plan in the sandbox prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := cli.Main(append([]string{"plan", "--sandbox"}, args...), cli.Streams{Out: &out, Err: io.Discard, Getenv: func(string) string { return "" }}); code > 1 {
		t.Fatalf("%v: exit %d", args, code)
	}
	return out.String()
}

func TestPlansAreAsTheirSchemaSays(t *testing.T) {
	examples, err := filepath.Glob("../workflows/examples/*.yaml")
	if err != nil || len(examples) == 0 {
		t.Fatal(err)
	}
	document, line := planSchema(t, ""), planSchema(t, "#/$defs/line")
	for _, name := range append(examples, "../internal/cli/testdata/findings.yaml") {
		t.Run(filepath.Base(name), func(t *testing.T) {
			validate(t, document, printed(t, name, "--output", "json"))
			for _, text := range strings.Split(strings.TrimSpace(printed(t, name, "--output", "ndjson")), "\n") {
				validate(t, line, text)
			}
		})
	}
}

func validate(t *testing.T, schema *jsonschema.Schema, text string) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("%v\n%.2000s", err, text)
	}
}

func TestThePlanSchemaRefusesWhatIsIncomplete(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(printed(t, "../workflows/examples/quickstart.yaml", "--output", "json")), &doc); err != nil {
		t.Fatal(err)
	}
	for _, member := range []string{"format", "groups", "changes", "undo"} {
		kept := doc[member]
		delete(doc, member)
		if planSchema(t, "").Validate(doc) == nil {
			t.Errorf("a plan without %s is valid", member)
		}
		doc[member] = kept
	}
}
