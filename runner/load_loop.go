package runner

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/files"
	"github.com/flowrun-dev/flowrun/internal/rows"
	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// loop compiles for_each and what runs for each item.
func (l *loader) loop(s *step) {
	source := s.source.ForEach
	lp := &loop{as: "item", failures: source.MaxFailures, types: map[string]eval.Kind{}}
	s.loop = lp
	if source.As != nil {
		lp.as = source.As.Text
		l.itemName(source.As)
	}
	for _, field := range source.Types {
		lp.types[field.Key.Text] = columnKinds[field.Value.Text]
	}
	item := l.loopSource(lp, source)
	if source.Limit != nil {
		lp.limit = l.value(source.Limit, steps.Type{Kind: steps.Integer})
		l.mustGive(source.Limit, lp.limit.typ(), "limit must be a whole number", eval.KindInt)
	}
	l.loopIf(s, item)
	leave := l.scope.enter(lp.as, item)
	defer leave()
	l.secrets.add(lp.as, lp.in)
	l.items[lp.as] = lp
	lp.where = l.condition(source.Where)
	if lp.key = l.expression(source.Key); lp.key != nil {
		l.mustGive(source.Key, lp.key.expr.Type(), "key must be a string or an integer", eval.KindString, eval.KindInt)
	}
	l.body(s)
}

// mustGive reports a value whose type can never be one of those wanted.
func (l *loader) mustGive(n *workflow.Node, t *eval.Type, message string, wanted ...eval.Kind) {
	if t != nil && t.Kind != eval.KindAny && !slices.Contains(wanted, t.Kind) {
		l.problem(n, message+", and this gives "+kindWord[t.Kind], "")
	}
}

// loopIf compiles the condition of a loop, which cannot see an item.
func (l *loader) loopIf(s *step, item *eval.Type) {
	n := s.source.If
	if n == nil || n.Broken {
		return
	}
	_, problems := tryParse(l, n.Text, eval.ParseCondition)
	if len(problems) == 0 || !l.needsItem(n, s.loop.as, item) {
		s.cond = l.condition(n)
		return
	}
	p := problems[0]
	l.problemAt(n.At(p.Offset), n.WidthAt(p.Offset, p.Length), "if decides about the whole loop, before there is an item", "use for_each.where, or an if on a step inside the loop")
}

// needsItem reports whether a condition that is wrong outside of a loop would
// be right inside.
func (l *loader) needsItem(n *workflow.Node, as string, item *eval.Type) bool {
	leave := l.scope.enter(as, item)
	defer leave()
	_, problems := tryParse(l, n.Text, eval.ParseCondition)
	return len(problems) == 0
}

// loopSource compiles where the items come from and gives their type.
func (l *loader) loopSource(lp *loop, source *workflow.Loop) *eval.Type {
	switch {
	case source.In != nil:
		return l.loopList(lp, source.In)
	case source.File != nil:
		lp.file = l.value(source.File, steps.Type{Kind: steps.String})
		l.mustGive(source.File, lp.file.typ(), "file must be a path", eval.KindString)
		return l.loopFile(lp, source)
	case source.Action != nil:
		return l.loopAction(lp, source)
	}
	return nil
}

func (l *loader) loopList(lp *loop, in *workflow.Node) *eval.Type {
	lp.in = l.value(in, steps.Type{Kind: steps.List})
	t := lp.in.typ()
	switch {
	case lp.in.broken || lp.in.kind == workflow.List:
		return nil
	case lp.in.template == nil && in.Kind == workflow.String:
		l.problem(in, "for_each needs a list, and this is a text", "an expression stands in braces: "+workflow.Quote("{{ "+in.Text+" }}"))
	case lp.in.template == nil:
		l.problem(in, "for_each needs a list, or a template that gives one, not "+in.Kind.String(), "")
	case t != nil && t.Kind != eval.KindAny && t.Kind != eval.KindList:
		l.problem(in, "for_each needs a list, and this gives "+kindWord[t.Kind], listHint(in.Text, t))
	case t != nil:
		return t.Elem
	}
	return nil
}

// listHint offers the list that an answer holds instead of the answer.
func listHint(template string, t *eval.Type) string {
	expr, ok := holeOf(template)
	for ok && t != nil && t.Kind == eval.KindObject {
		t, expr = t.Fields["data"], expr+".data"
	}
	if !ok || t == nil || t.Kind != eval.KindList {
		return ""
	}
	return "its list is " + workflow.Quote("{{ "+expr+" }}")
}

// loopFile settles the format of a file that is named outright and, where it
// is there, reads the columns of a CSV file.
func (l *loader) loopFile(lp *loop, source *workflow.Loop) *eval.Type {
	name, literal := lp.file.constant.(string)
	lp.format = textOf(source.Format)
	if !literal || l.again {
		return nil
	}
	if lp.format == "" {
		lp.format = rows.FormatOf(name)
	}
	if lp.format == "" && source.Node.Get("format") == nil {
		l.problem(source.File, "the format of "+name+" cannot be told from its name", "add beside file: format: csv, ndjson or json")
		return nil
	}
	columns, err := readable(l.program.folders, l.program.path(name), lp.format)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.warn(source.File.Pos, source.File.Width(), "there is no file "+name+" yet", "a path is relative to the workflow file")
	case err != nil:
		l.problem(source.File, name+": "+err.Error(), outsideHint(err))
	case lp.format == "csv":
		return l.columnTypes(source, columns)
	}
	return nil
}

// readable reports a file that cannot be read, and gives the columns of a CSV
// file.
func readable(in files.Folders, path, format string) ([]string, error) {
	if format == "csv" {
		return rows.Columns(in, path)
	}
	file, err := in.Open(path)
	if err != nil {
		return nil, err
	}
	return nil, file.Close()
}

// columnTypes is the type of a row of a CSV file: text, unless types says
// otherwise.
func (l *loader) columnTypes(source *workflow.Loop, columns []string) *eval.Type {
	t := &eval.Type{Kind: eval.KindObject, Fields: map[string]*eval.Type{}, Noun: "column"}
	for _, column := range columns {
		t.Fields[column] = &eval.Type{Kind: eval.KindString}
	}
	for _, field := range source.Types {
		if t.Fields[field.Key.Text] == nil {
			message := fmt.Sprintf("unknown column %q; there are %s", field.Key.Text, strings.Join(columns, ", "))
			l.problem(field.Key, message, spelling.DidYouMean(field.Key.Text, columns))
			continue
		}
		t.Fields[field.Key.Text] = &eval.Type{Kind: columnKinds[field.Value.Text]}
	}
	return t
}

var columnKinds = map[string]eval.Kind{"string": eval.KindString, "integer": eval.KindInt, "number": eval.KindNumber, "boolean": eval.KindBool}

func (l *loader) loopAction(lp *loop, source *workflow.Loop) *eval.Type {
	if lp.action = l.find(source.Action); lp.action == nil {
		return nil
	}
	if lp.action.Rows == "" {
		l.problem(source.Action, lp.action.Name+" gives no list to loop over", "take a list or a search: "+strings.Join(lists(), ", "))
		return nil
	}
	lp.with = l.with(lp.action, source.Action, source.With)
	return l.rowOf(lp.action)
}

// lists names the actions a loop can run over.
func lists() []string {
	var names []string
	for _, action := range steps.All() {
		if action.Rows != "" {
			names = append(names, action.Name)
		}
	}
	return names
}

// rowOf is the type of one row of a list action.
func (l *loader) rowOf(action *steps.Action) *eval.Type {
	t := l.outputType(action)
	if action.Paging != intercom.NoPages {
		t = t.Fields["data"]
	}
	if t == nil {
		return nil
	}
	return t.Elem
}

// path is where a file named in the workflow stands: relative to it.
func (p *compiled) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.dir, name)
}
