package secret

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestSecretsAreKeptAsMarksAndComeBack(t *testing.T) {
	v := Veil{}.Add("note_key", `s3cr"t/é`+"\nline two", "SALT").Add("pin", "1234", "SALT").Add("word", "name", "SALT").Add("note", "note", "SALT")
	inner, _ := json.Marshal(map[string]string{"said": `s3cr"t/é` + "\nline two"})
	tests := []struct{ name, text, hidden string }{
		{"nothing secret", `{"a":[1,"b",null]}`, ""},
		{"in a string", `{"a":"x s3cr\"t/é\nline two"}`, "line two"},
		{"as other programs escape it", `{"a":"s3cr\"t\/é\nline two"}`, "line two"},
		{"as JSON inside of JSON", `{"a":` + string(mustJSON(string(inner))) + `}`, "line two"},
		{"a number of the same digits stays", `{"a":1234567,"b":"pin 1234"}`, "pin 1234"},
		{"the name of a field", `{"name":"name","id":1}`, `"name"`},
		{"part of an escape", `{"a":"\u1234"}`, ""},
		{"what is in the name of a mark", `{"a":"note 1234"}`, "e 1234"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := v.Hide([]byte(tt.text))
			if !json.Valid(got) {
				t.Fatalf("hidden as %s, which is not JSON", got)
			}
			if tt.hidden != "" && bytes.Contains(got, []byte(tt.hidden)) {
				t.Errorf("hidden as %s", got)
			}
			if back := v.Show(got); string(back) != tt.text {
				t.Errorf("comes back as %s, want %s", back, tt.text)
			}
		})
	}
}

func mustJSON(v any) []byte {
	text, _ := json.Marshal(v)
	return text
}

// FuzzVeil: whatever is kept comes back as it was, and what was made of a
// secret by the encoder is hidden.
func FuzzVeil(f *testing.F) {
	f.Add(`{"a":"hush money","b":"money"}`, "money")
	f.Add(`"\u003ccanary\u003e"`, "<canary>")
	f.Add(`["***key:S:0***", "nnnn"]`, "nnnn")
	f.Add(`{"***":"**k*"}`, "***k")
	f.Fuzz(func(t *testing.T, text, secret string) {
		v := Veil{}.Add("key", secret, "S")
		if !json.Valid([]byte(text)) || strings.Contains(text, "***key:S:") {
			return
		}
		hidden := v.Hide([]byte(text))
		if back := v.Show(hidden); string(back) != text {
			t.Errorf("%s is kept as %s and comes back as %s", text, hidden, back)
		}
	})
}
