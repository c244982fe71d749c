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
	"strconv"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
)

// source hands out the items of a loop one by one. An error ends it.
type source struct {
	name  string // of the file, for messages; empty for other sources
	items iter.Seq2[item, error]
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
	src, unknown, err := w.source(ctx, s, at)
	if err != nil || unknown != nil {
		return nil, unknown, err
	}
	limit, unknown, err := w.limit(ctx, s, at)
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
	return kept, nil, kept.finish()
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

// selectItems reads the source to its end or to the limit, and keeps the items
// that where selects.
func (w *walk) selectItems(ctx context.Context, s *step, at *place, src source, limit int64, kept *spool) error {
	keys := keySet{}
	for it, err := range src.items {
		if err != nil {
			return err
		}
		if w.stopped(ctx) {
			return errStopped
		}
		if kept.count == limit {
			return nil
		}
		kept.read++
		row, selected, err := w.selectItem(ctx, s, at, src.name, it, kept.count)
		if err != nil {
			return err
		}
		if !selected {
			continue
		}
		if err := keys.take(&row, s.loop.key != nil); err != nil {
			return err
		}
		if err := kept.add(row); err != nil {
			return err
		}
	}
	return nil
}

// selectItem evaluates where and key for one item.
func (w *walk) selectItem(ctx context.Context, s *step, at *place, file string, it item, index int64) (spooled, bool, error) {
	row := spooled{raw: it.raw, value: it.value, line: it.line, place: itemPlace(file, it.line), index: index}
	if it.value == nil {
		row.value = eval.RawTrusted(it.raw)
	}
	here := at.in(s)
	here.row = row.place
	if it.err != nil {
		row.failure = w.failure(here, s.source.ForEach.Node, it.err)
		return row, true, nil
	}
	here.scope = at.scope.Child()
	here.scope.Set(s.loop.as, row.value)
	here.scope.Set("index", index)
	before := len(here.possible)
	selected, err := w.holds(ctx, s.loop.where, here)
	if err != nil {
		row.failure = w.failure(here, s.source.ForEach.Where, err)
		return row, true, nil
	}
	row.possible = here.possible[before:]
	if selected && s.loop.key != nil {
		if row.key, err = w.key(ctx, s, here); err != nil {
			row.failure = w.failure(here, s.source.ForEach.Key, err)
		}
	}
	return row, selected, nil
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
			return v, nil
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

// keySet knows the keys of the items of one loop.
type keySet map[string]int

// take gives a row without a key one of its own, and refuses a key that an
// earlier row has.
func (k keySet) take(row *spooled, given bool) error {
	if !given || row.failure != nil {
		sum := sha256.Sum256(row.bytes())
		name := hex.EncodeToString(sum[:6])
		if k[name]++; k[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, k[name])
		}
		row.key = name
		return nil
	}
	first, again := k[row.key]
	if again {
		return &codedError{
			code:    "duplicate_key",
			message: fmt.Sprintf("two items have the key %q: %s and %s", row.key, ordinal(first, row), ordinal(int(row.index)+1, row)),
			hint:    "choose a key that differs, or take one of the items out; nothing of this loop was sent",
		}
	}
	k[row.key] = int(row.index) + 1
	if row.line > 0 {
		k[row.key] = row.line
	}
	return nil
}

func ordinal(n int, row *spooled) string {
	if row.line > 0 {
		if n == int(row.index)+1 {
			n = row.line
		}
		return "line " + strconv.Itoa(n)
	}
	return "number " + strconv.Itoa(n)
}

// source opens where the items come from.
func (w *walk) source(ctx context.Context, s *step, at *place) (source, []string, error) {
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
	pager, err := w.pages(l.action, s.retry, given)
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
	items, err := readFile(w.program.path(name), filepath.Base(name), format, s.loop.types)
	return source{name: name, items: items}, nil, placed(s.loop.file.node, err)
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
			if errors.Is(err, io.EOF) {
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
