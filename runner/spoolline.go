package runner

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/jsontext"
	"github.com/tidwall/gjson"
)

// spoolLine is the stored form of an item; fields may only be added.
type spoolLine struct {
	Key      string          `json:"key"`
	Line     int             `json:"line,omitempty"`
	Place    string          `json:"place,omitempty"`
	Possible []string        `json:"possible,omitempty"`
	Failure  *Failure        `json:"failure,omitempty"`
	Item     json.RawMessage `json:"item"` // checked before
}

// append adds the line without its end. There is one for each item, nearly all
// with nothing but a key, a place and the item itself.
func (l *spoolLine) append(dst []byte) ([]byte, error) {
	if l.Possible != nil || l.Failure != nil {
		return jsontext.AppendValue(dst, l)
	}
	dst = jsontext.AppendString(append(dst, `{"key":`...), l.Key)
	if l.Line != 0 {
		dst = strconv.AppendInt(append(dst, `,"line":`...), int64(l.Line), 10)
	}
	if l.Place != "" {
		dst = jsontext.AppendString(append(dst, `,"place":`...), l.Place)
	}
	dst, err := jsontext.AppendRaw(append(dst, `,"item":`...), l.Item)
	return append(dst, '}'), err
}

// parseSpooled gives the item of a line.
func parseSpooled(text string) (row spooled, err error) {
	if !gjson.Valid(text) {
		return row, errors.New("a line is not valid JSON")
	}
	gjson.Parse(text).ForEach(func(name, value gjson.Result) bool {
		switch name.Str {
		case "key":
			row.key = value.String()
		case "line":
			row.line = int(value.Int())
		case "place":
			row.place = value.String()
		case "possible":
			err = errors.Join(err, json.Unmarshal([]byte(value.Raw), &row.possible))
		case "failure":
			err = errors.Join(err, json.Unmarshal([]byte(value.Raw), &row.failure))
		case "item":
			row.value = eval.RawTrusted(value.Raw)
		}
		return true
	})
	return row, err
}
