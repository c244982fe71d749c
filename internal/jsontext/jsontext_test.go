package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"
)

// standard is what encoding/json writes.
func standard(t *testing.T, v any) (string, error) {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return string(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), err
}

// agree holds a value that was written here against encoding/json.
func agree(t *testing.T, v any, got []byte, err error) {
	t.Helper()
	want, wantErr := standard(t, v)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%#v: error = %v, want %v", v, err, wantErr)
	}
	if err == nil && string(got) != want {
		t.Fatalf("%#v is written as\n%s\nand not as\n%s", v, got, want)
	}
}

type shouts string

func (s shouts) MarshalJSON() ([]byte, error) { return []byte(`"` + string(s) + `!"`), nil }

type refuses struct{}

func (refuses) MarshalJSON() ([]byte, error) { return nil, errors.New("no") }

func TestValuesAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	for _, v := range []any{
		nil, true, false, "", "Ann", "a\"b\\c\b\f\n\r\t\x00\x1f\x7f<&>", "caf\u00e9 \U0001f600 \u2028\u2029\ufffd", "\xff\xe2\x80", "x\xed\xa0\x80y",
		int64(0), int64(math.MinInt64), 7, uint8(3), 1.5, 1e300, math.NaN(), json.Number("1.0"), json.Number("x"),
		json.RawMessage(nil), json.RawMessage(""), json.RawMessage(" {\"a\" : [1, \"<\u2028\"]}\n"), json.RawMessage("{"), json.RawMessage("1 2"),
		[]any(nil), []any{}, []any{"a", nil, []any{int64(1)}, math.Inf(1)}, []string{"a"},
		map[string]any(nil), map[string]any{}, map[string]any{"b": "1", "a": map[string]any{"<": true}, "\xff": shouts("hey")},
		map[string]any{"a": refuses{}}, shouts("hey"), func() {},
	} {
		got, err := AppendValue([]byte("before "), v)
		agree(t, v, bytes.TrimPrefix(got, []byte("before ")), err)
	}
}

func TestTimesAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	east := time.FixedZone("east", 5*3600+1800)
	for _, v := range []time.Time{
		{}, time.Unix(0, 0).UTC(), time.Unix(1, 120_000_000).In(east), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Unix(0, 0).In(time.FixedZone("far", 30*3600)),
	} {
		got, err := AppendTime(nil, v)
		agree(t, v, got, err)
	}
}

func FuzzString(f *testing.F) {
	f.Add("Ann <ann@example.com>")
	f.Add("a\"\\\x00\x1f\x7f\xff\u2028\ufffd")
	f.Fuzz(func(t *testing.T, s string) { agree(t, s, AppendString(nil, s), nil) })
}

// FuzzValue writes what encoding/json decodes, and the text itself.
func FuzzValue(f *testing.F) {
	f.Add([]byte(`{"name":"Ann","custom_attributes":{"plan":"pro","n":1.50},"list":[null,true,{}]}`))
	f.Add([]byte(" [1e400 , \"\\u2028\"] "))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := AppendValue(nil, json.RawMessage(text))
		agree(t, json.RawMessage(text), got, err)
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var v any
		if decoder.Decode(&v) == nil {
			got, err := AppendValue(nil, v)
			agree(t, v, got, err)
		}
	})
}
