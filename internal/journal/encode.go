package journal

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
)

// The three records of which a run writes at least one for each row write
// themselves, because reflection over them was a tenth of all its work. A test
// holds each against what encoding/json makes of its tags.

func (s *storedIntent) append(dst []byte) ([]byte, error) {
	o := object{text: dst}
	o.member("at", s.Address)
	o.path(s.In)
	o.some("op", s.Op)
	o.some("class", s.Class)
	o.some("hash", s.Hash)
	o.number("attempt", s.Attempt)
	o.raw("frozen", s.Frozen)
	o.raw("before", s.Before)
	o.time("time", s.Time)
	if s.Durable {
		o.name("durable")
		o.text = append(o.text, "true"...)
	}
	return o.end()
}

func (s *storedAnswer) append(dst []byte) ([]byte, error) {
	o := object{text: dst}
	o.member("at", s.Address)
	o.path(s.In)
	o.member("status", string(s.Status))
	o.some("reason", s.Reason)
	o.some("effect", s.Effect)
	o.some("id", s.RemoteID)
	o.some("version", s.Version)
	o.some("request", s.RequestID)
	o.number("http", s.HTTP)
	o.some("code", s.Code)
	o.some("message", s.Message)
	o.raw("data", s.Data)
	o.time("time", s.Time)
	return o.end()
}

func (s *storedRow) append(dst []byte) ([]byte, error) {
	o := object{text: dst}
	o.name("in")
	o.rows(s.Path)
	o.member("status", string(s.Status))
	o.some("key", s.Key)
	return o.end()
}

// object is a JSON object that is being written, and the first error of it.
type object struct {
	text []byte
	full bool // it has a member
	err  error
}

// name begins a member.
func (o *object) name(name string) {
	separator := byte('{')
	if o.full {
		separator = ','
	}
	o.full = true
	o.text = append(append(append(o.text, separator, '"'), name...), `":`...)
}

func (o *object) member(name, value string) {
	o.name(name)
	o.text = jsontext.AppendString(o.text, value)
}

// some writes a member that is left out when it is empty; so do the others
// below.
func (o *object) some(name, value string) {
	if value != "" {
		o.member(name, value)
	}
}

func (o *object) number(name string, value int) {
	if value != 0 {
		o.name(name)
		o.text = strconv.AppendInt(o.text, int64(value), 10)
	}
}

func (o *object) raw(name string, value json.RawMessage) {
	if len(value) > 0 && o.err == nil {
		o.name(name)
		o.text, o.err = jsontext.AppendRaw(o.text, value)
	}
}

func (o *object) path(in Path) {
	if len(in) > 0 {
		o.name("in")
		o.rows(in)
	}
}

func (o *object) rows(in Path) {
	if in == nil {
		o.text = append(o.text, "null"...)
		return
	}
	o.text = append(o.text, '[')
	for i, row := range in {
		if i > 0 {
			o.text = append(o.text, ',')
		}
		o.text = jsontext.AppendString(append(o.text, `{"loop":`...), row.Loop)
		o.text = strconv.AppendInt(append(o.text, `,"row":`...), row.Index, 10)
		o.text = append(o.text, '}')
	}
	o.text = append(o.text, ']')
}

func (o *object) time(name string, value time.Time) {
	if o.err == nil {
		o.name(name)
		o.text, o.err = jsontext.AppendTime(o.text, value)
	}
}

func (o *object) end() ([]byte, error) { return append(o.text, '}'), o.err }
