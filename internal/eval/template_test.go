package eval

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplates(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"plain text", `hello`, `text "hello"`},
		{"nothing", ``, `text ""`},
		{"one hole keeps its type", `{{ item.created_at }}`, `int 1700000000`},
		{"one hole keeps a list", `{{ item.words }}`, `["b", "a", "b"]`},
		{"one hole keeps null", `{{ item.name }}`, `null`},
		{"one hole may omit", `{{ item.name ?? omit }}`, `omit`},
		{"one hole without spaces", `{{item.role}}`, `text "user"`},
		{"a dollar sign before the braces", `${{ item.role }}`, `text "user"`},
		{"a dollar sign in a mix", `a ${{ item.role }} $`, `text "a user $"`},
		{"text around a hole", `id {{ item.id }}!`, `text "id 66b2!"`},
		{"white space around a hole is text", ` {{ item.created_at }}`, `text " 1700000000"`},
		{"the line break of a YAML block is not", "{{ item.created_at }}\n", `int 1700000000`},
		{"two holes are text", `{{ item.id }}{{ index }}`, `text "66b20"`},
		{"two holes that look like one", `{{ item.id }}-{{ item.role }}`, `text "66b2-user"`},
		{"an object literal closes before the hole", `{{ {"a": {"b": 1}}}}`, `{"a":{"b":1}}`},
		{"braces in quotes do not close", `{{ "}}" + '}}' + ` + "`}}`" + ` }}`, `text "}}}}}}"`},
		{"an escaped quote does not end the quotes", `{{ "a\"}}" }}`, `text "a\"}}"`},
		{"two opening braces", `{{ "{{" }} x`, `text "{{ x"`},
		{"stray closing braces are text", `a }} b`, `text "a }} b"`},
		{"a path in a hole", `{{ item.tags.#(name=="}}").id ?? "none" }}`, `problem at 14+1: a name is expected here | a path with # or @ can only stand alone; in an expression write path(value, "...") or find(list, condition)`},
		{"quotes in a query do not close", `{{ item.tags.#(name!="}}").id }}`, `text "1"`},
		{"numbers have no exponent", `{{ item.whole }} {{ item.huge }} {{ item.score }} {{ item.precise }}`, `text "1700000000 12345678901234567890 2.5 0.1234567890123456789"`},
		{"booleans are text in a mix", `{{ item.active }}!`, `text "true!"`},
		{"null in a mix", `a {{ item.name }}`, `error at 5: item.name is null; text is needed here | write (item.name ?? "")`},
		{"a list in a mix", `a {{ item.list }}`, `error at 5: item.list is a list; text is needed here | write toJSON(item.list)`},
		{"omit in a mix", `a {{ item.name ?? omit }}`, `error at 5: omit may only be a whole result, an element of a list or a value of an object`},
		{"missing in a mix", `a {{ item.list[9] }}`, `error at 15: item.list[9] is missing; item.list has 3 elements | if it may be missing, write (item.list[9] ?? "...")`},
		{"missing alone", `{{ item.list[9] }}`, `error at 13: item.list[9] is missing; item.list has 3 elements | if it may be missing, write (item.list[9] ?? "..."), or item.list[9] ?? omit to leave it out`},
		{"data is never a template", `{{ item.text_with_braces }} {{ index }}`, `text "{{ contact.id }} 0"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, problems := ParseTemplate(tt.src, testEnv())
			if problems != nil {
				if got := showProblem(problems[0]); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
				return
			}
			if got := showResult(tmpl.Eval(t.Context(), testScope(t))); got != tt.want {
				t.Errorf("got\n %s, want\n %s", got, tt.want)
			}
		})
	}
}

func TestLiteralTellsTextFromTemplates(t *testing.T) {
	tests := []struct {
		src, want string
		literal   bool
	}{
		{"", "", true},
		{"plain $ }}", "plain $ }}", true},
		{"{{ 1 }}", "", false},
		{"a {{ 1 }}", "", false},
	}
	for _, tt := range tests {
		tmpl, problems := ParseTemplate(tt.src, testEnv())
		if problems != nil {
			t.Fatal(problems)
		}
		if got, ok := tmpl.Literal(); got != tt.want || ok != tt.literal {
			t.Errorf("Literal of %q = %q, %v, want %q, %v", tt.src, got, ok, tt.want, tt.literal)
		}
	}
}

func TestEvalSegmentsEscapesHolesOnly(t *testing.T) {
	s := testScope(t)
	s.Set("item", Object{"id": "a/../b?c#d"})
	tmpl, problems := ParseTemplate("/contacts/{{ item.id }}/tags/{{ index }}", testEnv())
	if problems != nil {
		t.Fatal(problems)
	}
	got, err := tmpl.EvalSegments(t.Context(), s, url.PathEscape)
	if want := "/contacts/a%2F..%2Fb%3Fc%23d/tags/0"; got != want || err != nil {
		t.Errorf("got %v, %v, want %s", got, err, want)
	}
}

func TestEvalTextRendersOneHole(t *testing.T) {
	tmpl, problems := ParseTemplate("{{ item.created_at }}", testEnv())
	if problems != nil {
		t.Fatal(problems)
	}
	text, u, err := tmpl.EvalText(t.Context(), testScope(t))
	if text != "1700000000" || u != nil || err != nil {
		t.Errorf("got %q, %v, %v", text, u, err)
	}
}

func TestTypesOfTemplates(t *testing.T) {
	tests := []struct {
		src  string
		want *Type
	}{
		{"plain", &Type{Kind: KindString}},
		{"a {{ contact.created_at }}", &Type{Kind: KindString}},
		{"{{ contact.created_at }}", &Type{Kind: KindInt}},
		{"{{ contact.created_at + 1 }}", &Type{Kind: KindInt}},
		{"{{ contact.tags[0] }}", &Type{Kind: KindObject, Fields: map[string]*Type{"id": str(), "name": str()}}},
		{"{{ filter(contact.tags, true) }}", &Type{Kind: KindList, Elem: &Type{Kind: KindObject, Fields: map[string]*Type{"id": str(), "name": str()}}}},
		{"{{ item.nope }}", nil},
		{"{{ contact.custom_attributes.anything }}", nil},
		{"{{ contact.id == nil }}", &Type{Kind: KindBool}},
	}
	for _, tt := range tests {
		tmpl, problems := ParseTemplate(tt.src, testEnv())
		if problems != nil {
			t.Fatal(problems)
		}
		if diff := cmp.Diff(tt.want, tmpl.Type()); diff != "" {
			t.Errorf("type of %s differs (-want +got):\n%s", tt.src, diff)
		}
	}
}

func TestRefsAreTheChainsThatAreRead(t *testing.T) {
	const src = `é {{ steps.tag.data.id }} {{ item.tags.0.#(id=="1").name }} {{ steps[item.id].x ?? steps["find"]?.data[-1] }} {{ let a = index; map(contact.tags, .id + string(a)) | join() }}`
	tmpl, problems := ParseTemplate(src, testEnv())
	if problems != nil {
		t.Fatal(problems)
	}
	want := []Ref{
		{[]string{"steps", "tag", "data", "id"}, 6},
		{[]string{"item", "tags", "0"}, 30},
		{[]string{"steps"}, 64},
		{[]string{"item", "id"}, 70},
		{[]string{"steps", "find", "data", "-1"}, 84},
		{[]string{"index"}, 122},
		{[]string{"contact", "tags"}, 133},
	}
	if diff := cmp.Diff(want, tmpl.Refs()); diff != "" {
		t.Errorf("refs differ (-want +got):\n%s", diff)
	}
}
