package workflow

import (
	"fmt"
	"maps"
	"strings"
	"time"
)

func (d *decoder) steps(n *Node) []*Step {
	var steps []*Step
	d.list(n, "steps", func(item *Node) { steps = append(steps, d.step(item)) })
	if n.Kind == List && len(n.Items) == 0 {
		d.problem(n, "steps is empty", "")
	}
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
	d.mapping(n, "a step", known)
	if n.Kind == Map {
		d.actionOrSteps(s)
	}
	return s
}

// actionOrSteps holds a step to exactly one of the two.
func (d *decoder) actionOrSteps(s *Step) {
	action, steps := s.Node.Get("action"), s.Node.Get("steps")
	switch {
	case action != nil && steps != nil:
		d.problem(action, "a step has an action or steps, not both", "move the action into the steps")
	case action == nil && steps == nil:
		d.problem(&Node{Pos: s.Node.Pos}, "a step needs an action, or steps", `"flowrun actions list" shows the actions`)
	case action == nil && s.With != nil:
		d.problem(s.With, "with belongs to an action; this step is a group", "")
	case action == nil && s.Until != nil:
		d.problem(s.Until.Node, "until belongs to an action that reads; this step is a group", "")
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
		d.problem(n, fmt.Sprintf("with must be a mapping of inputs to values, not %s", n.Kind), "")
		return nil
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
	d.mapping(n, "until", keys{
		"condition": func(n *Node) { u.Condition = d.expression(n, "condition") },
		"interval":  func(n *Node) { d.interval(n, "interval", &u.Interval) },
		"timeout":   func(n *Node) { d.interval(n, "timeout", &u.Timeout) },
	})
	if n.Kind == Map && n.Get("condition") == nil {
		d.problem(&Node{Pos: n.Pos}, "until needs a condition", "")
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
		d.loopKeys(n, l)
		d.loopSource(l)
	case List, String:
		l.In = n
	default:
		d.problem(n, fmt.Sprintf("for_each must be a template that gives a list, a list, or a mapping, not %s", n.Kind), "")
	}
	return l
}

func (d *decoder) loopKeys(n *Node, l *Loop) {
	d.mapping(n, "for_each", keys{
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
func (d *decoder) loopSource(l *Loop) {
	var given []string
	for _, key := range []string{"in", "file", "action"} {
		if l.Node.Get(key) != nil {
			given = append(given, key)
		}
	}
	if len(given) != 1 {
		d.problem(&Node{Pos: l.Node.Pos}, "for_each needs one of in, file and action", "")
		return
	}
	only := func(source string, keys ...string) {
		for _, key := range keys {
			if n := l.Node.Get(key); n != nil && given[0] != source {
				d.problem(n, fmt.Sprintf("%s goes with %s, not with %s", key, source, given[0]), "")
			}
		}
	}
	only("file", "format", "types")
	only("action", "with")
	for _, key := range []string{"all", "limit"} {
		if n := l.With.Get(key); n != nil && l.Action != nil {
			d.problem(n, fmt.Sprintf("a loop always reads every page: %s has no place here", key), "use the loop's own limit: beside with")
		}
	}
}
