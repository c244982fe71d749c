package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/rows"
	"github.com/tidwall/gjson"
)

// source hands out the items of a loop one by one. An error ends it.
type source struct {
	items iter.Seq2[item, error]
	calls *int64 // that were made so far; nil where none are

	// Of a file only:
	name   string // for messages
	path   string // absolute: a resume may begin in another folder
	file   *files.Watched
	header []string // the columns of a CSV file
	digest string   // once it is read to its end; "" where nothing is kept
}

func (s *source) close() {
	if s.file != nil {
		s.file.Close()
	}
}

// item is one item as it was read. One that comes from no file has line 0.
type item struct {
	rows.Row
	value eval.Value // instead of its JSON, for lists that are in memory
}

// source opens where the items come from, of which at most so many are wanted;
// 0 is all.
func (w *walk) source(ctx context.Context, s *program.Step, at *place, most int64) (source, []string, error) {
	l := s.Loop
	switch {
	case l.In != nil:
		v, err := l.In.Eval(ctx, at.scope)
		if err != nil {
			return source{}, nil, err
		}
		if u, ok := v.(*eval.Unknown); ok {
			return source{}, u.Origins, nil
		}
		items, err := listItems(v)
		return source{items: items}, nil, program.Placed(l.In.Node, err)
	case l.File != nil:
		return w.fileSource(ctx, s, at)
	}
	in, err := l.With.Eval(ctx, at.scope)
	if err != nil {
		return source{}, nil, err
	}
	if u, some := eval.IsUnknown(in); some {
		return source{}, u.Origins, nil
	}
	given, err := plain(in.(eval.Object))
	if err != nil {
		return source{}, nil, err
	}
	pager, err := w.pages(l.Action, s.Retry, given, most)
	if err != nil {
		return source{}, nil, program.Placed(l.With.Node, err)
	}
	return source{items: pageItems(ctx, pager.Next), calls: &pager.calls}, nil, nil
}

func (w *walk) fileSource(ctx context.Context, s *program.Step, at *place) (source, []string, error) {
	v, err := s.Loop.File.Eval(ctx, at.scope)
	if err != nil {
		return source{}, nil, err
	}
	if u, ok := v.(*eval.Unknown); ok {
		return source{}, u.Origins, nil
	}
	name, ok := v.(string)
	if !ok {
		return source{}, nil, program.Placed(s.Loop.File.Node, fmt.Errorf("file must be a path, not %s", program.Word(v)))
	}
	format := s.Loop.Format
	if format == "" {
		if format = rows.FormatOf(name); format == "" {
			return source{}, nil, program.Placed(s.Loop.File.Node, fmt.Errorf("the format of %s cannot be told from its name; add format: csv, ndjson or json", name))
		}
	}
	src, err := w.openFile(s.Loop, name, format)
	return src, nil, program.Placed(s.Loop.File.Node, err)
}

// openFile opens a data file and reads its head.
func (w *walk) openFile(l *program.Loop, name, format string) (source, error) {
	path := w.program.Path(name)
	file, err := w.folders().Watch(path)
	if err != nil {
		return source{}, fileError(err, name, path)
	}
	if path, err = filepath.Abs(path); err != nil {
		return source{}, errors.Join(err, file.Close())
	}
	src := source{name: name, path: path, file: file}
	table, err := rows.New(file, format, l.Types)
	if err != nil {
		src.close()
		return source{}, fileError(err, name, path)
	}
	src.header, src.items = table.Columns, fileItems(table, name, path)
	return src, nil
}

// folders are those that data files may be read in: a file that the command
// line gives for an input is allowed with it.
func (w *walk) folders() files.Folders {
	return slices.Concat(w.program.Folders, w.opt.Inputs.Named)
}

// fileError is what is wrong with a data file: at its line, where it is known,
// and else with its name.
func fileError(err error, name, path string) error {
	what, mend, line := program.FileProblem(err, path)
	if line == 0 {
		what = filepath.Base(name) + ": " + what
	}
	return &codedError{code: "file", message: what, hint: mend, row: itemPlace(name, line)}
}

// fileItems walks the rows of a file.
func fileItems(file *rows.Reader, name, path string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for row, err := range file.All {
			if err != nil {
				err = fileError(err, name, path)
			}
			if row.Err != nil {
				row.Err = fileError(row.Err, name, path)
			}
			if !yield(item{Row: row}, err) {
				return
			}
		}
	}
}

// listItems walks a list that is in memory.
func listItems(v eval.Value) (iter.Seq2[item, error], error) {
	switch v := v.(type) {
	case eval.List:
		return func(yield func(item, error) bool) {
			for _, each := range v {
				if !yield(item{value: each}, nil) {
					return
				}
			}
		}, nil
	case *eval.JSON:
		if eval.KindOf(v) == eval.KindList {
			return rawItems(v.Bytes()), nil
		}
	}
	return nil, &codedError{code: "expression", message: "for_each needs a list, and this is " + describeList(v)}
}

// rawItems walks the elements of a JSON list.
func rawItems(list []byte) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		gjson.ParseBytes(list).ForEach(func(_, element gjson.Result) bool {
			return yield(item{Row: rows.Row{JSON: []byte(element.Raw)}}, nil)
		})
	}
}

func describeList(v eval.Value) string {
	if v == nil {
		return "null"
	}
	return program.Word(v)
}

// pageItems walks the pages of a list, each record once.
func pageItems(ctx context.Context, next func(context.Context) (intercom.Page, error)) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		seen := map[string]bool{}
		for {
			page, err := next(ctx)
			if err == io.EOF { // only as it is: a connection that broke wraps it
				return
			}
			if err != nil {
				yield(item{}, err)
				return
			}
			for _, raw := range page.Rows {
				if !repeated(seen, raw) && !yield(item{Row: rows.Row{JSON: raw}}, nil) {
					return
				}
			}
		}
	}
}
