package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/google/go-cmp/cmp"
)

// withInputs loads a workflow that has inputs, written as YAML in one line.
func withInputs(t *testing.T, inputs string) *Program {
	t.Helper()
	program, problems := Load("flows/file.yaml", []byte("version: 1\ninputs: {"+inputs+"}\nsteps: [{action: listTags}]\n"))
	if program == nil {
		t.Fatalf("the workflow has problems:\n%v", problems)
	}
	return program
}

// inputsFile reads the text of an inputs file.
func inputsFile(t *testing.T, text string) []workflow.Field {
	t.Helper()
	fields, problems := workflow.ParseValues("values/in.yaml", []byte(text))
	if problems != nil {
		t.Fatal(problems)
	}
	return fields
}

// shownInputs gives the values as JSON, and those that were not given as "".
func shownInputs(t *testing.T, in Inputs) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, v := range in.Values {
		if _, missing := v.(eval.Missing); missing {
			all[name] = ""
			continue
		}
		text, err := eval.AppendJSON(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(text)
	}
	return all
}

func TestInputsComeFromTheStrongestSource(t *testing.T) {
	program := withInputs(t, "a: {default: d, env: A}")
	env := func(name string) string { return map[string]string{"A": "e"}[name] }
	none := func(string) string { return "" }
	tests := []struct {
		name  string
		given Given
		want  string
	}{
		{"a flag", Given{Flags: []string{"a=f"}, Files: inputsFile(t, "a: i"), Getenv: env}, `"f"`},
		{"an inputs file", Given{Files: inputsFile(t, "a: i"), Getenv: env}, `"i"`},
		{"the environment", Given{Getenv: env}, `"e"`},
		{"a default", Given{Getenv: none}, `"d"`},
		{"a default without an environment", Given{}, `"d"`},
		{"the last of several flags", Given{Flags: []string{"a=1", "a=2"}}, `"2"`},
		{"an empty flag", Given{Flags: []string{"a="}}, `""`},
		{"a flag with an equals sign", Given{Flags: []string{"a=b=c"}}, `"b=c"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, err := program.Inputs(tt.given)
			if err != nil {
				t.Fatal(err)
			}
			if got := shownInputs(t, in)["a"]; got != tt.want {
				t.Errorf("a = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestTypesOfInputs(t *testing.T) {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ typ, flag, want string }{
		{"string", "00042", `"00042"`},
		{"string", "{{ run.id }}", `"{{ run.id }}"`},
		{"integer", "9223372036854775807", "9223372036854775807"},
		{"integer", "-5", "-5"},
		{"number", "0.5", "0.5"},
		{"number", "5", "5"},
		{"boolean", "true", "true"},
		{"boolean", "No", "false"},
		{"list", `[1, "a", [7328334202200869666]]`, `[1, "a", [7328334202200869666]]`},
		{"object", `{"a": null}`, `{"a": null}`},
		{"file", "rows.csv", `"` + filepath.Join(dir, "rows.csv") + `"`},
		{"file", "/tmp/rows.csv", `"/tmp/rows.csv"`},

		{"integer", "1.5", `error: input v must be of type integer: "1.5" is not an integer`},
		{"integer", "", `error: input v must be of type integer: "" is not an integer`},
		{"integer", "9223372036854775808", `error: input v must be of type integer: "9223372036854775808" is not an integer`},
		{"number", "many", `error: input v must be of type number: "many" is not a number`},
		{"boolean", "maybe", `error: input v must be of type boolean: "maybe" is not true or false`},
		{"list", "a,b", `error: input v must be of type list: "a,b" is not JSON`},
		{"list", `{"a": 1}`, `error: input v must be a list, not an object`},
		{"object", `[1]`, `error: input v must be an object, not a list`},
		{"object", `null`, `error: input v must be an object, not null`},
	}
	for _, tt := range tests {
		in, err := withInputs(t, "v: {type: "+tt.typ+"}").Inputs(Given{Flags: []string{"v=" + tt.flag}})
		got := shownInputs(t, in)["v"]
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != tt.want {
			t.Errorf("%s of type %s gives\n%s, want\n%s", tt.flag, tt.typ, got, tt.want)
		}
	}
}

func TestValuesOfInputsFiles(t *testing.T) {
	program := withInputs(t, "s: {}, i: {type: integer}, n: {type: number}, b: {type: boolean}, l: {type: list}, o: {type: object}, f: {type: file}")
	in, err := program.Inputs(Given{Files: inputsFile(t, `
s: 00042
i: 5
n: 1.5
b: true
l: [a, {b: "{{ c }}"}]
o: {d: null}
f: rows.csv
`)})
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs("values/rows.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"s": `"00042"`, "i": "5", "n": "1.5", "b": "true", "l": `["a",{"b":"{{ c }}"}]`, "o": `{"d":null}`, "f": `"` + path + `"`}
	if diff := cmp.Diff(want, shownInputs(t, in)); diff != "" {
		t.Errorf("inputs differ (-want +got):\n%s", diff)
	}
}

func TestWrongInputs(t *testing.T) {
	program := withInputs(t, `plan: {default: trial, enum: [trial, pro]}, code: {pattern: "^[0-9]+$", default: "1"}, size: {type: integer, default: 1, enum: [1, 2]}, must: {required: true}, key: {secret: true, env: ACME_KEY}, pin: {secret: true, pattern: "^[0-9]+$"}`)
	good := []string{"must=x", "key=secret-value", "pin=1234"}
	tests := []struct {
		name  string
		flags []string
		file  string
		want  []string
	}{
		{name: "one that is none of the few", flags: []string{"plan=free"}, want: []string{"input plan must be one of trial, pro"}},
		{name: "a number that is none of the few", flags: []string{"size=3"}, want: []string{"input size must be one of 1, 2"}},
		{name: "one that does not match", flags: []string{"code=x"}, want: []string{"input code must match ^[0-9]+$"}},
		{name: "a misspelt name", flags: []string{"paln=pro"}, want: []string{`the workflow has no input "paln"; did you mean plan?`}},
		{name: "an unknown name", flags: []string{"colour=red"}, want: []string{`the workflow has no input "colour"; it has plan, code, size, must, key, pin`}},
		{name: "no value", flags: []string{"plan"}, want: []string{"--input plan: write it as name=value"}},
		{name: "a misspelt name in a file", file: "paln: pro", want: []string{`the workflow has no input "paln"; did you mean plan?`}},
		{name: "a wrong type in a file", file: "size: two", want: []string{"input size must be an integer, not a string"}},
		{name: "an odd number in a file", file: "size: 0x1", want: []string{"input size: 0x1 without quotes is not read alike by all YAML programs; write 1"}},
		{name: "all at once", flags: []string{"plan=free", "nope=1", "code=x"}, want: []string{`the workflow has no input "nope"; it has plan, code, size, must, key, pin`, "input plan must be one of trial, pro", "input code must match ^[0-9]+$"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := Given{Flags: append(good, tt.flags...)}
			if tt.file != "" {
				given.Files = inputsFile(t, tt.file)
			}
			_, err := program.Inputs(given)
			if err == nil {
				t.Fatal("there is no error")
			}
			if diff := cmp.Diff(strings.Join(tt.want, "\n"), err.Error()); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
		})
	}
	_, err := program.Inputs(Given{})
	want := "input must is missing: add --input must=...\n" +
		"input key is missing: set the environment variable ACME_KEY, or add --input key=...\n" +
		"input pin is missing: add --input pin=..."
	if err == nil || err.Error() != want {
		t.Errorf("error = %v, want\n%s", err, want)
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	program := withInputs(t, `pin: {secret: true, pattern: "^[0-9]+$"}, key: {secret: true, enum: ["1"]}`)
	for _, flags := range [][]string{{"pin=hunter2", "key=1"}, {"pin=1", "key=hunter2"}} {
		_, err := program.Inputs(Given{Flags: flags})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error = %v", err)
		}
	}
	in, err := program.Inputs(Given{Flags: []string{"pin=1234", "key=1"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1234", "1"}, in.Secrets); diff != "" {
		t.Errorf("secrets differ (-want +got):\n%s", diff)
	}
}

func TestInputsThatNeedNotBeGiven(t *testing.T) {
	in, err := withInputs(t, "a: {}, b: {type: list}").Inputs(Given{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "", "b": ""}, shownInputs(t, in)); diff != "" {
		t.Errorf("inputs differ (-want +got):\n%s", diff)
	}
}

func TestPathsInTheFileAreRelativeToIt(t *testing.T) {
	program := withInputs(t, "rows: {type: file, default: data/rows.csv}")
	in, err := program.Inputs(Given{})
	if err != nil {
		t.Fatal(err)
	}
	name, _ := in.Values["rows"].(string)
	if got, want := program.Path(name), filepath.Join("flows", "data", "rows.csv"); got != want {
		t.Errorf("path = %s, want %s", got, want)
	}
}
