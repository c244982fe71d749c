package program

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
func (l *loader) loop(s *Step) {
	source := s.Source.ForEach
	lp := &Loop{As: "item", Failures: source.MaxFailures, Types: map[string]eval.Kind{}}
	s.Loop = lp
	if source.As != nil {
		lp.As = source.As.Text
		l.itemName(source.As)
	}
	for _, field := range source.Types {
		lp.Types[field.Key.Text] = columnKinds[field.Value.Text]
	}
	item := l.loopSource(lp, source)
	if source.Limit != nil {
		lp.Limit = l.value(source.Limit, steps.Type{Kind: steps.Integer})
		l.mustGive(source.Limit, lp.Limit.typ(), "limit must be a whole number", eval.KindInt)
	}
	l.loopIf(s, item)
	leave := l.scope.enter(lp.As, item)
	defer leave()
	l.secrets.add(lp.As, lp.In)
	l.items[lp.As] = lp
	lp.Where = l.condition(source.Where)
	if lp.Key = l.expression(source.Key); lp.Key != nil {
		l.mustGive(source.Key, lp.Key.Expr.Type(), "key must be a string or an integer", eval.KindString, eval.KindInt)
	}
	l.body(s)
}

// mustGive reports a value whose type can never be one of those wanted.
func (l *loader) mustGive(n *workflow.Node, t *eval.Type, message string, wanted ...eval.Kind) {
	if t != nil && t.Kind != eval.KindAny && !slices.Contains(wanted, t.Kind) {
		l.problem(n, message+", and this gives "+kindWords[t.Kind], "")
	}
}

// loopIf compiles the condition of a loop, which cannot see an item.
func (l *loader) loopIf(s *Step, item *eval.Type) {
	n := s.Source.If
	if n == nil || n.Broken {
		return
	}
	_, problems := tryParse(l, n.Text, eval.ParseCondition)
	if len(problems) == 0 || !l.needsItem(n, s.Loop.As, item) {
		s.Cond = l.condition(n)
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
func (l *loader) loopSource(lp *Loop, source *workflow.Loop) *eval.Type {
	switch {
	case source.In != nil:
		return l.loopList(lp, source.In)
	case source.File != nil:
		lp.File = l.value(source.File, steps.Type{Kind: steps.String})
		l.mustGive(source.File, lp.File.typ(), "file must be a path", eval.KindString)
		return l.loopFile(lp, source)
	case source.Action != nil:
		return l.loopAction(lp, source)
	}
	return nil
}

func (l *loader) loopList(lp *Loop, in *workflow.Node) *eval.Type {
	lp.In = l.value(in, steps.Type{Kind: steps.List})
	t := lp.In.typ()
	switch {
	case lp.In.broken || lp.In.kind == workflow.List:
		return nil
	case lp.In.Template == nil && in.Kind == workflow.String:
		l.problem(in, "for_each needs a list, and this is a text", "an expression stands in braces: "+workflow.Quote("{{ "+in.Text+" }}"))
	case lp.In.Template == nil:
		l.problem(in, "for_each needs a list, or a template that gives one, not "+in.Kind.String(), "")
	case t != nil && t.Kind != eval.KindAny && t.Kind != eval.KindList:
		l.problem(in, "for_each needs a list, and this gives "+kindWords[t.Kind], listHint(in.Text, t))
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
func (l *loader) loopFile(lp *Loop, source *workflow.Loop) *eval.Type {
	name, literal := lp.File.constant.(string)
	lp.Format = textOf(source.Format)
	if !literal || l.again {
		return nil
	}
	if lp.Format == "" {
		lp.Format = rows.FormatOf(name)
	}
	if lp.Format == "" && source.Node.Get("format") == nil {
		l.problem(source.File, "the format of "+name+" cannot be told from its name", "add beside file: format: csv, ndjson or json")
		return nil
	}
	columns, err := readable(l.program.Folders, l.program.Path(name), lp.Format)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.warn(source.File.Pos, source.File.Width(), "there is no file "+name+" yet", "a path is relative to the workflow file")
	case err != nil:
		what, mend, line := FileProblem(err, l.program.Path(name))
		if line > 0 {
			what = fmt.Sprintf("line %d: %s", line, what)
		}
		l.problem(source.File, name+": "+what, mend)
	case lp.Format == "csv":
		return l.columnTypes(source, columns)
	}
	return nil
}

// readable reports a file that cannot be read, and gives the columns of a CSV
// file.
func readable(in files.Folders, path, format string) ([]string, error) {
	file, err := in.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if format != "csv" {
		return nil, nil
	}
	return rows.Columns(file)
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

func (l *loader) loopAction(lp *Loop, source *workflow.Loop) *eval.Type {
	if lp.Action = l.find(source.Action); lp.Action == nil {
		return nil
	}
	if lp.Action.Rows == "" {
		l.problem(source.Action, lp.Action.Name+" gives no list to loop over", "take a list or a search: "+strings.Join(lists(), ", "))
		return nil
	}
	lp.With = l.with(lp.Action, source.Action, source.With)
	return l.rowOf(lp.Action)
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

// Path is where a file named in the workflow stands: relative to it.
func (p *Program) Path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.Dir, name)
}
