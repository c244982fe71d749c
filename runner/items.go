package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
)

// source hands out the items of a loop one by one. An error ends it.
type source struct {
	items iter.Seq2[item, error]

	// Of a file only:
	name    string // for messages
	path    string
	folders files.Folders // that it may stand in
	header  []string      // the columns of a CSV file
}

// item is one item as it was read.
type item struct {
	raw   []byte     // JSON; nil where value is given
	value eval.Value // for lists that are in memory
	line  int        // in its file; 0 where it comes from none
	err   error      // why the row cannot be used
}

// items reads, selects and keeps the items of a loop. After is set instead in
// a plan that cannot know them: the steps that will tell.
func (w *walk) items(ctx context.Context, s *step, at *place) (kept *spool, after []string, err error) {
	known, err := w.opt.Run.loop(at)
	if err != nil {
		return nil, nil, &fatalError{err}
	}
	if known.List != nil {
		kept, err = w.opt.Run.reopen(known)
		return kept, nil, err
	}
	limit, unknown, err := w.limit(ctx, s, at)
	if err != nil || unknown != nil {
		return nil, unknown, err
	}
	most := max(limit, 0)
	if s.loop.where != nil {
		most = 0 // nobody knows how many must be read for so many to pass
	}
	src, unknown, err := w.source(ctx, s, at, most)
	if err != nil || unknown != nil {
		return nil, unknown, err
	}
	kept, err = w.newSpool(s)
	if err != nil {
		return nil, nil, err
	}
	if err := w.selectItems(ctx, s, at, src, limit, kept); err != nil {
		kept.close()
		return nil, nil, err
	}
	kept.header = src.header
	if err := kept.finish(); err != nil {
		return nil, nil, err
	}
	kept.affected = w.affectedList(s, at)
	if err := errors.Join(w.opt.Run.listed(at, kept, src), w.opt.Draft.listed(s, at, kept, src)); err != nil {
		return nil, nil, &fatalError{err}
	}
	return kept, nil, nil
}

// limit is the number of items a loop takes at most; below zero is no limit.
func (w *walk) limit(ctx context.Context, s *step, at *place) (int64, []string, error) {
	limit := int64(-1)
	if w.opt.Limit > 0 && at.prefix == "" {
		limit = w.opt.Limit
	}
	if s.loop.limit == nil {
		return limit, nil, nil
	}
	v, err := s.loop.limit.eval(ctx, at.scope)
	if err != nil {
		return 0, nil, err
	}
	switch v := v.(type) {
	case int64:
		if v < 0 {
			return 0, nil, placed(s.loop.limit.node, fmt.Errorf("limit is %d; it must be 0 or more", v))
		}
		if limit < 0 || v < limit {
			limit = v
		}
		return limit, nil, nil
	case *eval.Unknown:
		return 0, v.Origins, nil
	}
	return 0, nil, placed(s.loop.limit.node, fmt.Errorf("limit must be an integer, not %s", kindWord[kindOf(v)]))
}

// selectItems reads the source to its end or to the limit, keeps the items that
// where selects, and sees to it that each has a key of its own.
func (w *walk) selectItems(ctx context.Context, s *step, at *place, src source, limit int64, kept *spool) error {
	keys := newKeyFile(w.opt.Dir)
	defer keys.close()
	for it, err := range src.items {
		if err != nil {
			return err
		}
		if w.stopped(ctx) {
			return errStopped
		}
		if kept.count == limit {
			kept.cut = true
			break
		}
		kept.read++
		row, selected := w.selectItem(ctx, s, at, src.name, it, kept.count)
		if !selected {
			continue
		}
		if row.failure == nil { // those that failed are called by their number
			if err := keys.add(row.identity(s.loop.key != nil), row.index); err != nil {
				return err
			}
		}
		if err := kept.add(row); err != nil {
			return err
		}
	}
	kept.source = src.name
	return kept.settle(keys, s.loop.key != nil)
}

// selectItem evaluates where and key for one item.
func (w *walk) selectItem(ctx context.Context, s *step, at *place, file string, it item, index int64) (spooled, bool) {
	row := spooled{raw: it.raw, value: it.value, line: it.line, place: itemPlace(file, it.line), index: index}
	if it.value == nil {
		row.value = eval.RawTrusted(it.raw)
	}
	here := at.in(s)
	here.row = row.place
	if it.err != nil {
		return row.failed(w.failure(here, s.source.ForEach.Node, it.err)), true
	}
	here.scope = at.scope.Child()
	here.scope.Set(s.loop.as, row.value)
	here.scope.Set("index", index)
	here.possible = nil // that of the loop is its rows' anyway
	selected, err := w.holds(ctx, s.loop.where, here)
	if err != nil {
		return row.failed(w.failure(here, s.source.ForEach.Where, err)), true
	}
	row.possible = here.possible
	if selected && s.loop.key != nil {
		if row.key, err = w.key(ctx, s, here); err != nil {
			return row.failed(w.failure(here, s.source.ForEach.Key, err)), true
		}
	}
	if selected && s.loop.key == nil {
		row.key = row.digest()
	}
	return row, selected
}

// failed is a row that cannot be run. It is called by its number.
func (s spooled) failed(f *Failure) spooled {
	s.failure, s.key = f, "item "+strconv.FormatInt(s.index+1, 10)
	if s.line > 0 {
		s.key = "line " + strconv.Itoa(s.line)
	}
	return s
}

// digest is the key of an item that the file gives none.
func (s *spooled) digest() string {
	sum := sha256.Sum256(s.bytes())
	return hex.EncodeToString(sum[:6])
}

// identity is what makes two items the same one: the key they are given, or
// all they hold.
func (s *spooled) identity(given bool) []byte {
	if given {
		return []byte(s.key)
	}
	return s.bytes()
}

// key evaluates the key of an item.
func (w *walk) key(ctx context.Context, s *step, at *place) (string, error) {
	v, err := s.loop.key.expr.Eval(ctx, at.scope)
	if err != nil {
		return "", placed(s.loop.key.node, err)
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			return w.opt.Inputs.name(v), nil // it is told and kept in many places
		}
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", placed(s.loop.key.node, &codedError{
		code:    "expression",
		message: fmt.Sprintf("the key must be a string that is not empty or an integer, and this is %s", describeKey(v)),
		hint:    "take a field that every item has, or write ?? and another one",
	})
}

func describeKey(v eval.Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "empty"
	}
	if word := kindWord[kindOf(v)]; word != "" {
		return word
	}
	return "not known yet"
}

// source opens where the items come from, of which at most so many are wanted;
// 0 is all.
func (w *walk) source(ctx context.Context, s *step, at *place, most int64) (source, []string, error) {
	l := s.loop
	switch {
	case l.in != nil:
		v, err := l.in.eval(ctx, at.scope)
		if err != nil {
			return source{}, nil, err
		}
		if u, ok := v.(*eval.Unknown); ok {
			return source{}, u.Origins, nil
		}
		items, err := listItems(v)
		return source{items: items}, nil, placed(l.in.node, err)
	case l.file != nil:
		return w.fileSource(ctx, s, at)
	}
	in, err := l.with.eval(ctx, at.scope)
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
	pager, err := w.pages(l.action, s.retry, given, most)
	if err != nil {
		return source{}, nil, placed(l.with.node, err)
	}
	return source{items: pageItems(ctx, pager.Next)}, nil, nil
}

func (w *walk) fileSource(ctx context.Context, s *step, at *place) (source, []string, error) {
	v, err := s.loop.file.eval(ctx, at.scope)
	if err != nil {
		return source{}, nil, err
	}
	if u, ok := v.(*eval.Unknown); ok {
		return source{}, u.Origins, nil
	}
	name, ok := v.(string)
	if !ok {
		return source{}, nil, placed(s.loop.file.node, fmt.Errorf("file must be a path, not %s", kindWord[kindOf(v)]))
	}
	format := s.loop.format
	if format == "" {
		if format = formatOf(name); format == "" {
			return source{}, nil, placed(s.loop.file.node, fmt.Errorf("the format of %s cannot be told from its name; add format: csv, ndjson or json", name))
		}
	}
	path := w.program.path(name)
	src := source{name: name, path: path, folders: w.folders()}
	if src.items, err = readFile(src.folders, path, filepath.Base(name), format, s.loop.types); err != nil {
		return source{}, nil, placed(s.loop.file.node, err)
	}
	if format == "csv" {
		src.header, err = csvColumns(src.folders, path)
	}
	return src, nil, placed(s.loop.file.node, err)
}

// folders are those that data files may be read in: a file that the command
// line gives for an input is allowed with it.
func (w *walk) folders() files.Folders {
	return slices.Concat(w.program.folders, w.opt.Inputs.named)
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
		if kindOf(v) == eval.KindList {
			return rawItems(v.Bytes()), nil
		}
	}
	return nil, &codedError{code: "expression", message: "for_each needs a list, and this is " + describeList(v)}
}

func describeList(v eval.Value) string {
	if v == nil {
		return "null"
	}
	return kindWord[kindOf(v)]
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
				if !repeated(seen, raw) && !yield(item{raw: raw}, nil) {
					return
				}
			}
		}
	}
}
