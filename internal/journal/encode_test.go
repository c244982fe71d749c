package journal

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
)

// checkEncoded holds what a stored record writes against what encoding/json
// makes of it.
func checkEncoded(t *testing.T, stored any) {
	t.Helper()
	got, err := appendStored(nil, stored)
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	wantErr := encoder.Encode(stored)
	if (err == nil) != (wantErr == nil) {
		t.Fatalf("%#v: error = %v, want %v", stored, err, wantErr)
	}
	if err == nil && string(got)+"\n" != want.String() {
		t.Fatalf("%#v is written as\n%s\nand not as\n%s", stored, got, want.Bytes())
	}
}

// Whatever is in a record, it is written as encoding/json would write it.
func FuzzEncode(f *testing.F) {
	f.Add(`mark["a@example.com"].attach`, "mark", int64(7), "done", "", []byte(`{"id":1}`), int64(1), uint8(255))
	f.Add("a\"\\\n\x00é<&>\u2028", "outer[\"\xff\"].inner", int64(-1), "in_doubt", "b", []byte("{\n}"), int64(1)<<60, uint8(0))
	f.Add("", "", int64(0), "", "", []byte(nil), int64(0), uint8(1))
	f.Fuzz(func(t *testing.T, address, loop string, index int64, status, word string, data []byte, at int64, shape uint8) {
		in := Path{{loop, index}, {word, index / 2}}[:shape%3]
		if shape&4 != 0 {
			in = nil
		}
		when := time.Unix(at, index).UTC()
		checkEncoded(t, storedIntent{
			Address: address, In: in, Op: word, Class: loop, Hash: status, Attempt: int(index),
			Frozen: data, Before: data, Time: when, Durable: shape&8 != 0,
		})
		checkEncoded(t, storedAnswer{
			Address: address, In: in, Status: Status(status), Reason: word, Effect: loop, RemoteID: word, Version: loop, RequestID: word,
			HTTP: int(at), Code: word, Message: loop, Data: data, Time: when,
		})
		checkEncoded(t, storedRow{Path: in, Status: Status(status), Key: word})
	})
}
