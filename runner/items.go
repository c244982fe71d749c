package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/repeats"
)

// items reads, selects and keeps the items of a loop. After is set instead in
// a plan that cannot know them: the steps that will tell.
func (w *walk) items(ctx context.Context, s *program.Step, at *place) (kept *spool, after []string, err error) {
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
	if s.Loop.Where != nil {
		most = 0 // nobody knows how many must be read for so many to pass
	}
	src, unknown, err := w.source(ctx, s, at, most)
	if err != nil || unknown != nil {
		return nil, unknown, err
	}
	defer src.close()
	kept, err = w.newSpool(s)
	if err != nil {
		return nil, nil, err
	}
	err = w.selectItems(ctx, s, at, src, limit, kept)
	if err = w.oneState(ctx, s, &src, err); err != nil {
		kept.close()
		return nil, nil, err
	}
	kept.header = src.header
	if err := kept.finish(); err != nil {
		return nil, nil, err
	}
	kept.affected = w.affectedList(s, at)
	if src.calls != nil {
		kept.calls = *src.calls
	}
	if err := w.opt.Run.listed(at, kept, src); err != nil {
		return nil, nil, &fatalError{err}
	}
	w.opt.Draft.listed(s, at, kept, src)
	return kept, nil, nil
}

// limit is the number of items a loop takes at most; below zero is no limit.
func (w *walk) limit(ctx context.Context, s *program.Step, at *place) (int64, []string, error) {
	limit := int64(-1)
	if w.opt.Limit > 0 && at.prefix == "" {
		limit = w.opt.Limit
	}
	if s.Loop.Limit == nil {
		return limit, nil, nil
	}
	v, err := s.Loop.Limit.Eval(ctx, at.scope)
	if err != nil {
		return 0, nil, err
	}
	switch v := v.(type) {
	case int64:
		if v < 0 {
			return 0, nil, program.Placed(s.Loop.Limit.Node, fmt.Errorf("limit is %d; it must be 0 or more", v))
		}
		if limit < 0 || v < limit {
			limit = v
		}
		return limit, nil, nil
	case *eval.Unknown:
		return 0, v.Origins, nil
	}
	return 0, nil, program.Placed(s.Loop.Limit.Node, fmt.Errorf("limit must be an integer, not %s", program.Word(v)))
}

// selectItems reads the source to its end or to the limit, keeps the items that
// where selects, and sees to it that each has a key of its own.
func (w *walk) selectItems(ctx context.Context, s *program.Step, at *place, src source, limit int64, kept *spool) error {
	keys := repeats.New(w.opt.Dir)
	defer keys.Close()
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
			if err := keys.Add(row.identity(s.Loop.Key != nil), row.index); err != nil {
				return unkept(err)
			}
		}
		if err := kept.add(row); err != nil {
			return err
		}
	}
	kept.source = src.name
	return kept.settle(keys, s.Loop.Key != nil)
}

// selectItem evaluates where and key for one item.
func (w *walk) selectItem(ctx context.Context, s *program.Step, at *place, file string, it item, index int64) (spooled, bool) {
	row := spooled{raw: it.JSON, value: it.value, line: it.Line, place: itemPlace(file, it.Line), index: index}
	if it.value == nil {
		row.value = eval.RawTrusted(it.JSON)
	}
	here := at.in(s)
	here.row = row.place
	if it.Err != nil {
		return row.failed(w.failure(here, s.Source.ForEach.Node, it.Err)), true
	}
	here.scope = at.scope.Child()
	here.scope.Set(s.Loop.As, row.value)
	here.scope.Set("index", index)
	here.possible = nil // that of the loop is its rows' anyway
	selected, err := w.holds(ctx, s.Loop.Where, here)
	if err != nil {
		return row.failed(w.failure(here, s.Source.ForEach.Where, err)), true
	}
	row.possible = here.possible
	if selected && s.Loop.Key != nil {
		if row.key, err = w.key(ctx, s, here); err != nil {
			return row.failed(w.failure(here, s.Source.ForEach.Key, err)), true
		}
	}
	if selected && s.Loop.Key == nil {
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
func (w *walk) key(ctx context.Context, s *program.Step, at *place) (string, error) {
	v, err := s.Loop.Key.Expr.Eval(ctx, at.scope)
	if err != nil {
		return "", program.Placed(s.Loop.Key.Node, err)
	}
	switch v := v.(type) {
	case string:
		if v != "" {
			return w.opt.Inputs.Veil.Name(v), nil // it is told and kept in many places
		}
	case int64:
		return strconv.FormatInt(v, 10), nil
	}
	return "", program.Placed(s.Loop.Key.Node, &codedError{
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
	if word := program.Word(v); word != "" {
		return word
	}
	return "not known yet"
}
