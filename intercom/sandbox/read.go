package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadData reads the JSON form of [Data] and checks it. Unknown members and
// records that contradict each other are errors that say where they are.
func ReadData(r io.Reader) (*Data, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("read sandbox data: %w", err)
	}
	d := &Data{}
	if err := decodeStrict(text, d); err != nil {
		return nil, fmt.Errorf("sandbox data: %w", err)
	}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("sandbox data: %w", err)
	}
	return d, nil
}

// Check tells what is wrong with the data, and where.
func (d Data) Check() error {
	_, err := newState(&d, 0)
	return err
}

// Write writes the JSON form that [ReadData] reads, indented.
func (d Data) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(d)
}

// decodeStrict reads one JSON value and no more, without unknown members.
func decodeStrict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	dec.UseNumber()
	err := dec.Decode(into)
	if err == nil {
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return errors.New("there is more after the end of the JSON value")
		}
		return nil
	}
	line := 1 + bytes.Count(text[:min(int(dec.InputOffset()), len(text))], []byte("\n"))
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		line = 1 + bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n"))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the JSON value ends too early")
	}
	return fmt.Errorf("line %d: %w", line, err)
}
