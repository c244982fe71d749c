package schema

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write workflow.schema.json anew")

func TestSchema(t *testing.T) {
	want, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("workflow.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(JSON())); diff != "" {
		t.Errorf("the committed schema is not what the catalogue gives; run go test ./schema -update (-want +got):\n%s", diff)
	}
}

// compiled gives the schema, checked against the schema of schemas.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("workflow.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("workflow.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWhatTheSchemaTakes(t *testing.T) {
	schema := compiled(t)
	for _, tt := range []struct{ name, steps string }{
		{"an action", `{"action": "createTag", "with": {"name": "vip"}}`},
		{"an action without inputs", `{"action": "listTags"}`},
		{"digits where the input is a string", `{"action": "attachTag", "with": {"contact_id": "{{ c.id }}", "tag_id": 12}}`},
		{"a template where the input is an integer", `{"action": "listContacts", "with": {"limit": "{{ inputs.n }}", "all": true}}`},
		{"null where it empties a field", `{"action": "updateContact", "with": {"contact_id": "${{ c.id }}", "name": null, "custom_attributes": {"a": null}}}`},
		{"an id in one piece", `{"action": "getContact", "with": {"contact_id": "6762f0dd1bb69f9f2193bb83"}}`},
		{"short forms of a search", `{"action": "searchContacts", "with": {"role": "user", "sort": {"field": "name", "order": "ascending"}}}`},
		{"a group", `{"name": "two", "if": true, "steps": [{"action": "listTags"}], "assert": "1 == 1", "x-note": [1]}`},
		{"a loop over a template", `{"for_each": "{{ inputs.list }}", "action": "createTag", "with": {"name": "{{ item }}"}}`},
		{"a loop over a list", `{"for_each": ["a", 1], "action": "createTag", "with": {"name": "{{ item }}"}}`},
		{"a loop over a file", `{"for_each": {"file": "a.csv", "types": {"n": "integer"}, "key": "item.id", "max_failures": "2%", "concurrency": 20, "limit": "{{ inputs.n }}"}, "steps": [{"action": "listTags"}]}`},
		{"a loop over a search", `{"for_each": {"action": "searchContacts", "with": {"email": "{{ inputs.e }}"}, "as": "c", "where": "c.role == 'user'"}, "steps": [{"action": "listTags"}]}`},
		{"every setting", `{"id": "a", "action": "getTag", "with": {"tag_id": "1"}, "retry": {"max_attempts": 3, "backoff": "linear", "min_interval": "500ms", "max_interval": "1d"},
			"timeout": "1m30s", "until": {"condition": "true", "interval": "5s", "timeout": "2m"}, "assert": ["true"], "on_error": "continue", "undo": false}`},
		{"one way to name the contact of a ticket", `{"action": "createTicket", "with": {"ticket_type_id": 5, "contacts": [{"email": "a@b"}]}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := schema.Validate(workflow(t, "{}", tt.steps)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatTheSchemaRefuses(t *testing.T) {
	schema := compiled(t)
	for _, tt := range []struct{ name, steps string }{
		{"an unknown action", `{"action": "createTags", "with": {"name": "vip"}}`},
		{"an unknown input", `{"action": "createTag", "with": {"name": "vip", "nmae": "x"}}`},
		{"a missing input", `{"action": "updateTag", "with": {"name": "vip"}}`},
		{"inputs that are missing altogether", `{"action": "createTag"}`},
		{"a wrong type", `{"action": "listContacts", "with": {"per_page": "many"}}`},
		{"a page that is too long", `{"action": "listContacts", "with": {"per_page": 151}}`},
		{"a word that is none of the few", `{"action": "createContact", "with": {"role": "admin"}}`},
		{"an id that cannot be one", `{"action": "getCompany", "with": {"company_id": "acme"}}`},
		{"null where it is ignored", `{"action": "updateContact", "with": {"contact_id": "{{ c.id }}", "external_id": null}}`},
		{"a policy that is a template", `{"action": "createContact", "with": {"role": "user", "on_conflict": "{{ x }}"}}`},
		{"two ids of one contact", `{"action": "getContact", "with": {"contact_id": "{{ a }}", "external_id": "b"}}`},
		{"no identity at all", `{"action": "createContact", "with": {"name": "Ann"}}`},
		{"a query beside a short form", `{"action": "searchContacts", "with": {"query": {}, "email": "a"}}`},
		{"a verified email without the email", `{"action": "createContact", "with": {"role": "user", "email_verified": true}}`},
		{"a misspelt member", `{"action": "searchContacts", "with": {"role": "user", "sort": {"field": "name", "ordr": "ascending"}}}`},
		{"neither action nor steps", `{"id": "a"}`},
		{"action and steps", `{"action": "listTags", "steps": [{"action": "listTags"}]}`},
		{"inputs of a group", `{"with": {}, "steps": [{"action": "listTags"}]}`},
		{"an unknown key", `{"action": "listTags", "on_eror": "stop"}`},
		{"a key that is reserved", `{"action": "listTags", "finally": []}`},
		{"an id with a dash", `{"id": "a-b", "action": "listTags"}`},
		{"a duration without a unit", `{"action": "listTags", "timeout": 30}`},
		{"a loop over plain text", `{"for_each": "items", "action": "listTags"}`},
		{"a loop from two sources", `{"for_each": {"in": [], "file": "a.csv"}, "action": "listTags"}`},
		{"a loop over a write", `{"for_each": {"action": "createTag", "with": {"name": "a"}}, "action": "listTags"}`},
		{"a loop that says all", `{"for_each": {"action": "listContacts", "with": {"all": true}}, "action": "listTags"}`},
		{"a wrong input of a loop", `{"for_each": {"action": "listContacts", "with": {"page": 2}}, "action": "listTags"}`},
		{"more at once than may be", `{"for_each": {"in": [], "concurrency": 500}, "action": "listTags"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if schema.Validate(workflow(t, "{}", tt.steps)) == nil {
				t.Error("it is taken")
			}
		})
	}
}

func TestTheHeadOfAFile(t *testing.T) {
	schema := compiled(t)
	for _, tt := range []struct {
		name, head string
		ok         bool
	}{
		{"everything", `{"name": "a", "description": "b", "intercom": {"region": "eu", "workspace": "ecahpwf5"},
			"inputs": {"plan": {"type": "string", "default": "trial", "enum": ["trial"], "pattern": "^t"}, "key": {"secret": true, "env": "KEY", "x-a": 1}},
			"vars": {"a": [1]}, "allow": ["delete", "send"], "guards": {"max_changes": 5, "max_deletes": 0, "max_change_percent": "5%"},
			"undo": true, "defaults": {"timeout": "5s", "on_error": "stop"}, "outputs": {"n": "{{ steps.a.status }}"}, "x-anchors": {"a": 1}}`, true},
		{"a percentage as a number", `{"guards": {"max_change_percent": 5}}`, true},
		{"an unknown key", `{"guard": {}}`, false},
		{"an unknown guard", `{"guards": {"max_change": 1}}`, false},
		{"a guard in percent that counts", `{"guards": {"max_changes": "5%"}}`, false},
		{"an unknown grant", `{"allow": ["update"]}`, false},
		{"a secret with a default", `{"inputs": {"a": {"secret": true, "default": "x"}}}`, false},
		{"an input with a dash", `{"inputs": {"a-b": {}}}`, false},
		{"another version", `{"version": 2}`, false},
		{"another region", `{"intercom": {"region": "mars"}}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := schema.Validate(workflow(t, tt.head, `{"action": "listTags"}`))
			if (err == nil) != tt.ok {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// workflow gives a file with this head and one step, both written as JSON.
func workflow(t *testing.T, head, step string) any {
	t.Helper()
	file := parsed(t, head).(map[string]any)
	if _, ok := file["version"]; !ok {
		file["version"] = parsed(t, "1")
	}
	file["steps"] = []any{parsed(t, step)}
	return file
}

func parsed(t *testing.T, text string) any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEverythingIsExplained: an editor shows the descriptions.
func TestEverythingIsExplained(t *testing.T) {
	text, err := Generate()
	if err != nil {
		t.Fatal(err)
	}
	root := parsed(t, string(text)).(map[string]any)
	defs := root["$defs"].(map[string]any)
	defs["(the file)"] = root
	for name, def := range defs {
		properties, _ := def.(map[string]any)["properties"].(map[string]any)
		for key, value := range properties {
			schema := value.(map[string]any)
			if _, refers := schema["$ref"]; !refers && schema["description"] == nil {
				t.Errorf("%s of %s has no description", key, name)
			}
		}
	}
}
