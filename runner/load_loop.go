package runner

import (
	"path/filepath"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// loop compiles for_each and adds its names to what the body sees.
func (l *loader) loop(s *step, body *view) {
	source, outside := s.source.ForEach, *body
	lp := &loop{as: "item", failures: source.MaxFailures, types: map[string]string{}}
	if source.As != nil {
		lp.as = source.As.Text
		l.itemName(source.As)
	}
	for _, field := range source.Types {
		lp.types[field.Key.Text] = field.Value.Text
	}
	item := l.loopSource(lp, source, outside)
	body.env = body.env.With(lp.as, item).With("index", &eval.Type{Kind: eval.KindInt})
	if source.Limit != nil {
		lp.limit = l.value(source.Limit, outside, steps.Type{Kind: steps.Integer})
	}
	lp.where = l.condition(source.Where, *body)
	lp.key = l.expression(source.Key, *body)
	if s.source.If != nil && readsItem(s, lp.as) {
		l.problem(s.source.If, "if decides about the whole loop, before there is an item", "use for_each.where, or an if inside the loop")
	}
	s.loop = lp
}

// readsItem reports whether a loop's own condition was meant for its items.
func readsItem(s *step, as string) bool {
	return s.cond == nil && (strings.Contains(s.source.If.Text, as+".") || strings.Contains(s.source.If.Text, "index"))
}

// loopSource compiles where the items come from and gives their type.
func (l *loader) loopSource(lp *loop, source *workflow.Loop, see view) *eval.Type {
	switch {
	case source.In != nil:
		return l.loopList(lp, source.In, see)
	case source.File != nil:
		lp.file = l.value(source.File, see, steps.Type{Kind: steps.String})
		return l.loopFile(lp, source)
	case source.Action != nil:
		return l.loopAction(lp, source, see)
	}
	return nil
}

func (l *loader) loopList(lp *loop, in *workflow.Node, see view) *eval.Type {
	lp.in = l.value(in, see, steps.Type{Kind: steps.List})
	t := lp.in.typ()
	switch {
	case lp.in.kind == workflow.List:
		return nil
	case lp.in.template == nil:
		l.problem(in, "for_each needs a list, and this is text", `write a template, such as "{{ steps.find.data.data }}"`)
	case t != nil && t.Kind == eval.KindObject && t.Fields["data"] != nil:
		l.problem(in, "for_each needs a list, and this gives an object", "its list is in data: "+strings.Replace(in.Text, " }}", ".data }}", 1))
	case t != nil && t.Kind != eval.KindAny && t.Kind != eval.KindList:
		l.problem(in, "for_each needs a list, and this gives "+kindWord[t.Kind], "")
	case t != nil:
		return t.Elem
	}
	return nil
}

// loopFile settles the format of a file that is named outright and, where it
// is there, reads the columns of a CSV file.
func (l *loader) loopFile(lp *loop, source *workflow.Loop) *eval.Type {
	name, literal := lp.file.constant.(string)
	lp.format = textOf(source.Format)
	if lp.format == "" && literal {
		if lp.format = formatOf(name); lp.format == "" {
			l.problem(source.File, "the format of "+name+" cannot be told from its name", "add beside file: format: csv, ndjson or json")
		}
	}
	if lp.format != "csv" || !literal || !lp.file.fixed {
		return nil
	}
	columns, err := csvColumns(l.program.path(name))
	if err != nil {
		if !isNotExist(err) {
			l.problem(source.File, name+": "+err.Error(), "")
		}
		return nil
	}
	return l.columnTypes(source, columns)
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
			hint := ""
			if near := workflow.Nearest(field.Key.Text, columns); near != "" {
				hint = "did you mean " + near + "?"
			}
			l.problem(field.Key, "the file has no column "+field.Key.Text+"; it has "+strings.Join(columns, ", "), hint)
			continue
		}
		t.Fields[field.Key.Text] = &eval.Type{Kind: columnKinds[field.Value.Text]}
	}
	return t
}

var columnKinds = map[string]eval.Kind{"string": eval.KindString, "integer": eval.KindInt, "number": eval.KindNumber, "boolean": eval.KindBool}

// formatOf tells the format of a file by its name.
func formatOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv":
		return "csv"
	case ".ndjson", ".jsonl":
		return "ndjson"
	case ".json":
		return "json"
	}
	return ""
}

func (l *loader) loopAction(lp *loop, source *workflow.Loop, see view) *eval.Type {
	if lp.action = l.find(source.Action); lp.action == nil {
		return nil
	}
	if lp.action.Rows == "" {
		l.problem(source.Action, lp.action.Name+" gives no list to loop over", "take a list or a search: "+strings.Join(lists(), ", "))
		return nil
	}
	lp.with = l.with(lp.action, source.Action, source.With, see)
	return rowsType(lp.action)
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

// rowsType is the type of one row of a list action.
func rowsType(action *steps.Action) *eval.Type {
	t := typeOf(action.Output)
	if action.Paging != intercom.NoPages {
		t = t.Fields["data"]
	}
	if t == nil {
		return nil
	}
	return t.Elem
}

// path is where a file named in the workflow stands: relative to it.
func (p *Program) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(p.file.File.Name), name)
}
