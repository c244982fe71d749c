package runner

import (
	"encoding/json"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/google/go-cmp/cmp"
)

// Whatever is in an item, its line is the one that encoding/json would write,
// and comes back as it would read it.
func FuzzSpoolLine(f *testing.F) {
	f.Add("a@example.com", 17, "people.csv:17", []byte(`{"name": "Ann <ann>"}`), "")
	f.Add("\"\\\u2028\xff", 0, "", []byte("[1,\n2.50]"), "tag")
	f.Add("", -1, "x", []byte("null"), "\n")
	f.Fuzz(func(t *testing.T, key string, line int, place string, item []byte, after string) {
		if !json.Valid(item) {
			return
		}
		stored := spoolLine{Key: key, Line: line, Place: place, Item: item}
		if after != "" {
			stored.Possible, stored.Failure = []string{after}, &Failure{Addr: key, Message: after}
		}
		got, err := stored.append(nil)
		if err != nil {
			t.Fatal(err)
		}
		want, err := jsontext.AppendValue(nil, &stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Fatalf("written differently (-want +got):\n%s", diff)
		}
		row, err := parseSpooled(string(got))
		if err != nil {
			t.Fatal(err)
		}
		var read spoolLine
		if err := json.Unmarshal(got, &read); err != nil {
			t.Fatal(err)
		}
		raw, err := eval.AppendJSON(nil, eval.RawTrusted(read.Item))
		if err != nil {
			t.Fatal(err)
		}
		back := spoolLine{row.key, row.line, row.place, row.possible, row.failure, row.bytes()}
		read.Item = raw
		if diff := cmp.Diff(read, back, cmp.AllowUnexported(Failure{})); diff != "" {
			t.Errorf("read differently (-want +got):\n%s", diff)
		}
	})
}

func TestALineOfAListThatIsNoJSONIsAnError(t *testing.T) {
	for _, text := range []string{"", "{", `{"key":"a","item":}`, `{"key":"a","item":1} x`} {
		if _, err := parseSpooled(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
