package workflow

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
	"time"
)

func (d *decoder) steps(n *Node) []*Step {
	var steps []*Step
	if n.Kind == Null || n.Kind == List && len(n.Items) == 0 {
		d.problem(n, "there are no steps in it", "begin with: - action: listTags")
		return nil
	}
	d.list(n, "steps", func(item *Node) { steps = append(steps, d.step(item)) })
	return steps
}

func (d *decoder) step(n *Node) *Step {
	s := &Step{Node: n}
	known := keys{
		"id":          func(n *Node) { s.ID = d.id(n) },
		"name":        func(n *Node) { s.Name = d.text(n, "name") },
		"description": func(n *Node) { s.Description = d.text(n, "description") },
		"action":      func(n *Node) { s.Action = d.text(n, "action") },
		"with":        func(n *Node) { s.With = d.with(n) },
		"steps":       func(n *Node) { s.Steps = d.steps(n) },
		"if":          func(n *Node) { s.If = d.expression(n, "if") },
		"for_each":    func(n *Node) { s.ForEach = d.loop(n) },
		"until":       func(n *Node) { s.Until = d.until(n) },
		"assert":      func(n *Node) { s.Assert = d.assert(n) },
		"undo":        func(n *Node) { s.Undo = d.flag(n, "undo") },
	}
	maps.Copy(known, d.settings(&s.Settings))
	given := d.mapping(n, "a step", known)
	if n.Kind == Map && !given["workflow"] {
		d.actionOrSteps(s, given)
	}
	return s
}

// actionOrSteps holds a step to exactly one of the two.
func (d *decoder) actionOrSteps(s *Step, given map[string]bool) {
	switch {
	case given["action"] && given["steps"]:
		d.problem(cmp.Or(s.Node.Get("action"), s.Node), "a step has an action or steps, not both", "move the action into the steps")
	case given["action"]:
		return
	case !given["steps"]:
		d.problemOf(s.Node, "a step needs an action, or steps", `"flowrun actions list" shows the actions`)
		return
	}
	if s.With != nil {
		d.problemOf(s.With, "with belongs to an action; this step is a group", "")
	}
	if s.Until != nil {
		d.problemOf(s.Until.Node, "until belongs to an action that reads; this step is a group", "")
	}
}

func (d *decoder) id(n *Node) *Node {
	if d.text(n, "id") == nil {
		return nil
	}
	if !identifier.MatchString(n.Text) {
		d.problem(n, fmt.Sprintf("%q is not an id: letters, digits and underscores, no digit first", n.Text), "write "+toIdentifier(n.Text))
		return nil
	}
	return n
}

func (d *decoder) with(n *Node) *Node {
	if n.Kind != Map {
		d.problem(n, fmt.Sprintf("with must be a mapping of inputs to values%s", written(n)), missingSpace(n))
		return &Node{Kind: Map, Pos: n.Pos, Broken: true}
	}
	return n
}

func (d *decoder) assert(n *Node) []*Node {
	if n.Kind != List {
		if e := d.expression(n, "assert"); e != nil {
			return []*Node{e}
		}
		return nil
	}
	var conditions []*Node
	d.list(n, "assert", func(item *Node) {
		if e := d.expression(item, "assert"); e != nil {
			conditions = append(conditions, e)
		}
	})
	return conditions
}

func (d *decoder) until(n *Node) *Until {
	u := &Until{Node: n}
	given := d.mapping(n, "until", keys{
		"condition": func(n *Node) { u.Condition = d.expression(n, "condition") },
		"interval":  func(n *Node) { d.interval(n, "interval", &u.Interval) },
		"timeout":   func(n *Node) { d.interval(n, "timeout", &u.Timeout) },
	})
	if n.Kind == Map && !given["condition"] {
		d.problemOf(n, "until needs a condition", "")
	}
	return u
}

func (d *decoder) interval(n *Node, what string, to *time.Duration) {
	if value := d.duration(n, what); value != nil {
		*to = value.Value
	}
}

// loop reads for_each: a template, a list, or a mapping.
func (d *decoder) loop(n *Node) *Loop {
	l := &Loop{Node: n}
	switch n.Kind {
	case Map:
		d.loopSource(l, d.loopKeys(n, l))
	case List, String:
		l.In = n
	default:
		d.problem(n, "for_each must be a template that gives a list, a list, or a mapping"+written(n), "")
	}
	return l
}

func (d *decoder) loopKeys(n *Node, l *Loop) map[string]bool {
	return d.mapping(n, "for_each", keys{
		"in":           func(n *Node) { l.In = n },
		"file":         func(n *Node) { l.File = d.text(n, "file") },
		"format":       func(n *Node) { l.Format = d.word(n, "format", "csv", "ndjson", "json") },
		"action":       func(n *Node) { l.Action = d.text(n, "action") },
		"with":         func(n *Node) { l.With = d.with(n) },
		"as":           func(n *Node) { l.As = d.id(n) },
		"key":          func(n *Node) { l.Key = d.expression(n, "key") },
		"where":        func(n *Node) { l.Where = d.expression(n, "where") },
		"limit":        func(n *Node) { l.Limit = d.loopLimit(n) },
		"concurrency":  func(n *Node) { l.Concurrency = d.concurrency(n) },
		"max_failures": func(n *Node) { l.MaxFailures = d.limit(n, "max_failures", true) },
		"types":        func(n *Node) { l.Types = d.columnTypes(n) },
	})
}

// MaxConcurrency is the most items of a loop that may run side by side.
const MaxConcurrency = 128

func (d *decoder) concurrency(n *Node) int {
	count := d.whole(n, "concurrency", 1)
	if count > MaxConcurrency {
		d.problem(n, fmt.Sprintf("concurrency is at most %d", MaxConcurrency), "")
		return MaxConcurrency
	}
	return int(count)
}

func (d *decoder) loopLimit(n *Node) *Node {
	if n.Kind == String && strings.Contains(n.Text, "{{") {
		return n
	}
	d.whole(n, "limit", 0)
	return n
}

func (d *decoder) columnTypes(n *Node) []Field {
	if n.Kind != Map {
		d.problem(n, "types must be a mapping of column names to types", "")
		return nil
	}
	for _, field := range n.Fields {
		d.word(field.Value, "the type of a column", "string", "integer", "number", "boolean")
	}
	return n.Fields
}

// loopSource holds a loop to exactly one source, and its keys to that source.
func (d *decoder) loopSource(l *Loop, has map[string]bool) {
	var sources []string
	for _, key := range []string{"in", "file", "action"} {
		if has[key] {
			sources = append(sources, key)
		}
	}
	if len(sources) != 1 {
		message := "for_each needs one of in, file and action"
		if len(sources) > 1 {
			message += ", and here are " + strings.Join(sources, " and ")
		}
		d.problemOf(l.Node, message, "")
		return
	}
	for key, source := range map[string]string{"format": "file", "types": "file", "with": "action"} {
		if n := l.Node.Get(key); n != nil && sources[0] != source {
			d.problemOf(n, fmt.Sprintf("%s goes with %s, not with %s", key, source, sources[0]), "")
		}
	}
	for _, field := range fieldsOf(l.With) {
		if key := field.Key.Text; l.Action != nil && (key == "all" || key == "limit") {
			d.problem(field.Key, fmt.Sprintf("a loop always reads every page, so %s has no place here", key), "to take fewer items, set limit beside with")
		}
	}
}

func fieldsOf(n *Node) []Field {
	if n == nil {
		return nil
	}
	return n.Fields
}
