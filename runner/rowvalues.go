package runner

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// rowValues keeps the rows of a loop, as steps.ID.items has them, beside its
// list: a row that is settled is not run again when the run is taken up, and
// later steps may read it.
type rowValues struct {
	file *os.File
	veil secret.Veil
}

// rowValue is the stored form of a row; fields may only be added.
type rowValue struct {
	Index int64           `json:"row"`
	Value json.RawMessage `json:"value"`
}

// openRowValues opens the rows beside a list and puts those of an earlier
// stretch of the run into list.
func openRowValues(name string, list eval.List, veil secret.Veil) (*rowValues, error) {
	file, err := os.OpenFile(name+".rows", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	lines, whole := bufio.NewReader(file), int64(0)
	for {
		text, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // a line without its end was not written to the end
		}
		var row rowValue
		if err == nil {
			err = json.Unmarshal(veil.Show(text), &row)
		}
		if err == nil && (row.Index < 0 || row.Index >= int64(len(list))) {
			err = fmt.Errorf("there is no row %d", row.Index)
		}
		if err != nil {
			file.Close()
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
		list[row.Index] = eval.RawTrusted(row.Value)
		whole += int64(len(text))
	}
	_, err = file.Seek(whole, io.SeekStart)
	return &rowValues{file, veil}, errors.Join(err, file.Truncate(whole))
}

// add keeps a row. It is written before the journal says that the row is
// settled.
func (v *rowValues) add(index int64, value eval.Object) error {
	text, err := eval.AppendJSON(nil, value)
	if err != nil {
		return err
	}
	line, err := json.Marshal(rowValue{index, text})
	if err != nil {
		return err
	}
	_, err = v.file.Write(append(v.veil.Hide(line), '\n'))
	return unkept(err)
}

func (v *rowValues) close() {
	if v != nil {
		v.file.Close()
	}
}
