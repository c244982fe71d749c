package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// canaryFlow takes a secret everywhere that a workflow can: into records,
// paths, headers, texts of errors, lists, keys of rows, answers that later
// steps read, and outputs. What Intercom held before a write is kept for undo as
// it was, so the steps that find the secret in Intercom keep nothing.
const canaryFlow = `version: 1
inputs:
  key: {type: string, secret: true, env: ACME_KEY}
vars: {greeting: "Hello {{ inputs.key }}"}
steps:
  - id: tag
    action: createTag
    with: {name: "tag {{ inputs.key }}"}
  - id: again
    action: updateTag
    undo: false
    with: {tag_id: "{{ steps.tag.data.id }}", name: "{{ steps.tag.data.name }} twice"}
  - id: person
    action: createContact
    with: {external_id: "{{ inputs.key }}", name: "{{ vars.greeting }}"}
  - {action: rawRequest, with: {method: GET, path: "/contacts/{{ inputs.key }}", headers: {X-Key: "{{ inputs.key }}"}}, on_error: continue}
  - {action: rawRequest, with: {method: GET, path: /me, headers: {X-Key: "{{ inputs.key }}\u0001"}}, on_error: continue}
  - id: mark
    for_each: {in: ["{{ inputs.key }}", "{{ steps.person.data.name }}"], key: item, max_failures: 9}
    steps:
      - id: make
        action: createTag
        with: {name: "{{ item }}"}
      - {action: updateContact, undo: false, with: {contact_id: "{{ steps.person.data.id }}", name: "{{ steps.make.data.name }}"}}
      - {action: archiveContact, with: {contact_id: "{{ steps.make.data.name }}"}}
  - {action: listTags, assert: ['inputs.key == "x"'], on_error: continue}
outputs:
  greeting: "{{ vars.greeting }}"
  made: "{{ steps.tag.data.name }}"
  items: "{{ steps.mark.items }}"
`

const (
	canaryToken = "dG9rOmNhbmFyeS1vZi10aGUtdGVzdHMtbm90LWEtcmVhbC1vbmU="
	canaryKey   = `s3cr+t/"e" <canary> & 'co'`
)

// canaryForms are the texts that may stand nowhere.
func canaryForms() map[string]string {
	forms := map[string]string{"the middle of it": "canary"}
	for name, secret := range map[string]string{"token": canaryToken, "input": canaryKey} {
		quoted, _ := json.Marshal(secret)
		forms[name] = secret
		forms[name+" in JSON"] = string(quoted[1 : len(quoted)-1])
		forms[name+" in a query"] = url.QueryEscape(secret)
		forms[name+" in a path"] = url.PathEscape(secret)
		forms[name+" in hex"] = hex.EncodeToString([]byte(secret))
		for lead := range 3 {
			text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", lead) + secret))
			forms[fmt.Sprintf("%s in base64, %d behind", name, lead)] = text[4 : len(text)-4]
		}
	}
	return forms
}

func TestASecretIsFoundNowhere(t *testing.T) {
	commands := [][]string{
		{"validate", "f.yaml"},
		{"plan", "f.yaml", "-v"},
		{"plan", "f.yaml", "--output", "json"},
		{"plan", "f.yaml", "--output", "ndjson"},
		{"plan", "f.yaml", "--sandbox"},
		{"apply", "f.yaml", "-v"},
		{"runs", "list", "--output", "json"},
		{"runs", "show", "last"},
		{"runs", "show", "last", "--output", "json"},
		{"resume", "last", "-v"},
		{"resume", "last", "--output", "ndjson"},
		{"apply", "f.yaml", "--output", "json"},
		{"apply", "f.yaml", "--output", "ndjson", "-v"},
		{"apply", "f.yaml", "--sandbox"},
		{"apply", "f.yaml", "--input", "key=" + canaryKey, "--unknown"},
		{"plan", "broken.yaml", "--input", "key=" + canaryKey},
	}
	dir, run := canaryBench(t)
	for _, args := range commands {
		out := run(args...)
		searchCanary(t, strings.Join(args[:2], " "), out)
	}
	searchFiles(t, dir)
}

// canaryBench gives a folder with the workflow, and a way to run commands in it
// against a sandbox, which gives all they print.
func canaryBench(t *testing.T) (dir string, run func(args ...string) []byte) {
	t.Helper()
	dir = t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{"f.yaml": canaryFlow, "broken.yaml": strings.Replace(canaryFlow, "env: ACME_KEY", "pattern: x+", 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(sandbox.New(sandbox.Options{Data: sandbox.Sample(), Token: canaryToken}))
	t.Cleanup(server.Close)
	env := map[string]string{
		"INTERCOM_TOKEN": canaryToken, "INTERCOM_API_BASE_URL": server.URL,
		"ACME_KEY": canaryKey, "GITHUB_OUTPUT": filepath.Join(dir, "github"),
	}
	return dir, func(args ...string) []byte {
		var out bytes.Buffer
		Main(args, Streams{In: strings.NewReader(""), Out: &out, Err: &out, Getenv: func(name string) string { return env[name] }})
		return out.Bytes()
	}
}

func searchFiles(t *testing.T, dir string) {
	t.Helper()
	found := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Dir(path) == dir && strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		searchCanary(t, strings.TrimPrefix(path, dir+"/"), text)
		found++
		return err
	})
	if err != nil || found < 10 {
		t.Errorf("%d files were written (%v)", found, err)
	}
}

func searchCanary(t *testing.T, where string, text []byte) {
	t.Helper()
	for form, canary := range canaryForms() {
		if at := bytes.Index(text, []byte(canary)); at >= 0 {
			t.Errorf("%s: %s stands in %q", where, form, text[max(0, at-60):min(len(text), at+60)])
		}
	}
}
