package workflow

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// workflow reads the file as a whole.
func (d *decoder) workflow(root *Node) *Workflow {
	w := &Workflow{File: d.file}
	given := d.mapping(root, "a workflow", keys{
		"version":     func(n *Node) { d.version(n) },
		"name":        func(n *Node) { w.Name = d.text(n, "name") },
		"description": func(n *Node) { w.Description = d.text(n, "description") },
		"intercom":    func(n *Node) { d.intercom(n, &w.Intercom) },
		"inputs":      func(n *Node) { w.Inputs = d.inputs(n) },
		"vars":        func(n *Node) { w.Vars = d.named(n, "vars") },
		"allow":       func(n *Node) { w.Allow = d.allow(n) },
		"guards":      func(n *Node) { d.guards(n, &w.Guards) },
		"undo":        func(n *Node) { w.Undo = d.flag(n, "undo") },
		"defaults":    func(n *Node) { d.mapping(n, "defaults", d.settings(&w.Defaults)) },
		"steps":       func(n *Node) { w.Steps = d.steps(n) },
		"outputs":     func(n *Node) { w.Outputs = d.named(n, "outputs") },
	})
	if root.Kind == Map && !given["version"] {
		d.problemOf(root, "the version of the format is missing", "begin the file with: version: 1")
	}
	if root.Kind == Map && !given["steps"] {
		d.problemOf(root, "a workflow needs steps", "begin with: steps: [{action: listTags}]")
	}
	return w
}

func (d *decoder) version(n *Node) {
	if n.Kind != Int || n.Int != 1 {
		d.problem(n, fmt.Sprintf("this flowrun reads version 1 of the format%s", written(n)), "write: version: 1")
	}
}

func (d *decoder) flag(n *Node, what string) *bool {
	value := d.boolean(n, what)
	return &value
}

func (d *decoder) intercom(n *Node, to *Intercom) {
	d.mapping(n, "intercom", keys{
		"region":    func(n *Node) { to.Region = d.word(n, "region", "us", "eu", "au") },
		"workspace": func(n *Node) { to.Workspace = d.text(n, "workspace") },
		"version": func(n *Node) {
			if to.Version = d.text(n, "version"); to.Version != nil && n.Text != "2.16" {
				d.problem(n, fmt.Sprintf("flowrun speaks version 2.16 of Intercom's API%s", written(n)), `write: version: "2.16"`)
			}
		},
	})
}

func (d *decoder) allow(n *Node) []*Node {
	var grants []*Node
	d.list(n, "allow", func(item *Node) {
		if grant := d.word(item, "a grant", "delete", "send"); grant != nil {
			grants = append(grants, grant)
		}
	})
	return grants
}

func (d *decoder) guards(n *Node, to *Guards) {
	count := func(name string, limit **Limit) func(*Node) {
		return func(n *Node) { *limit = d.limit(n, name, false) }
	}
	d.mapping(n, "guards", keys{
		"max_changes":  count("max_changes", &to.MaxChanges),
		"max_creates":  count("max_creates", &to.MaxCreates),
		"max_updates":  count("max_updates", &to.MaxUpdates),
		"max_archives": count("max_archives", &to.MaxArchives),
		"max_deletes":  count("max_deletes", &to.MaxDeletes),
		"max_sends":    count("max_sends", &to.MaxSends),
		"max_change_percent": func(n *Node) {
			to.MaxChangePercent = d.limit(n, "max_change_percent", true)
			if l := to.MaxChangePercent; l != nil && !l.Of100 {
				if l.Percent, l.Of100 = float64(l.Count), true; l.Percent > 100 {
					d.problem(n, fmt.Sprintf("max_change_percent is at most 100%s", written(n)), "")
				}
			}
		},
	})
}

// settings reads what defaults and steps share.
func (d *decoder) settings(to *Settings) keys {
	return keys{
		"retry":    func(n *Node) { to.Retry = d.retry(n) },
		"timeout":  func(n *Node) { to.Timeout = d.duration(n, "timeout") },
		"on_error": func(n *Node) { to.OnError = d.word(n, "on_error", "stop", "continue") },
	}
}

func (d *decoder) retry(n *Node) *Retry {
	r := &Retry{}
	if _, err := strconv.Atoi(n.Text); n.Kind != Map && err == nil {
		d.problem(n, "retry must be a mapping"+written(n), "write {max_attempts: "+n.Text+"}")
		return r
	}
	d.mapping(n, "retry", keys{
		"max_attempts": func(n *Node) {
			if r.MaxAttempts = int(d.whole(n, "max_attempts", 1)); r.MaxAttempts > 100 {
				d.problem(n, "max_attempts is at most 100", "")
			}
		},
		"backoff": func(n *Node) {
			if word := d.word(n, "backoff", "exponential", "linear", "constant"); word != nil {
				r.Backoff = word.Text
			}
		},
		"min_interval": func(n *Node) { d.interval(n, "min_interval", &r.MinInterval) },
		"max_interval": func(n *Node) { d.interval(n, "max_interval", &r.MaxInterval) },
	})
	if r.MaxInterval > 0 && r.MinInterval > r.MaxInterval {
		d.problem(n.Get("min_interval"), "min_interval is longer than max_interval", "")
	}
	return r
}

func (d *decoder) inputs(n *Node) []*Input {
	var inputs []*Input
	for _, field := range d.named(n, "inputs") {
		inputs = append(inputs, d.input(field))
	}
	return inputs
}

func (d *decoder) input(field Field) *Input {
	in := &Input{Key: field.Key, Type: "string"}
	d.mapping(field.Value, "an input", keys{
		"type": func(n *Node) {
			if word := d.word(n, "type", InputTypes...); word != nil {
				in.Type = word.Text
			}
		},
		"default":     func(n *Node) { in.Default = n },
		"enum":        func(n *Node) { d.list(n, "enum", func(item *Node) { in.Enum = append(in.Enum, item) }) },
		"pattern":     func(n *Node) { in.Pattern = d.pattern(n) },
		"required":    func(n *Node) { in.Required = d.boolean(n, "required") },
		"secret":      func(n *Node) { in.Secret = d.boolean(n, "secret") },
		"env":         func(n *Node) { in.Env = d.env(n) },
		"description": func(n *Node) { in.Description = d.text(n, "description") },
	})
	if in.Secret && in.Default != nil {
		d.problem(in.Default, fmt.Sprintf("the secret input %q cannot have a default: the file is no place for a secret", in.Key.Text), "name an environment variable instead: env: "+strings.ToUpper(in.Key.Text))
	}
	if in.Required && in.Default != nil {
		d.problem(in.Default, fmt.Sprintf("the input %q is required and has a default; it can have one of the two", in.Key.Text), "")
	}
	if in.Secret && in.Type != "string" {
		d.problem(field.Key, fmt.Sprintf("the secret input %q must be of type string: nothing else can be kept out of the output", in.Key.Text), "")
	}
	if in.Pattern != nil && in.Type != "string" {
		d.problem(in.Pattern, "a pattern is for inputs of type string", "")
	}
	return in
}

func (d *decoder) pattern(n *Node) *Node {
	if d.text(n, "pattern") == nil {
		return nil
	}
	if _, err := regexp.Compile(n.Text); err != nil {
		d.problem(n, "pattern is not a regular expression: "+strings.TrimPrefix(err.Error(), "error parsing regexp: "), "")
		return nil
	}
	return n
}

func (d *decoder) env(n *Node) *Node {
	if d.text(n, "env") == nil {
		return nil
	}
	if !identifier.MatchString(n.Text) {
		d.problem(n, fmt.Sprintf("%q is not the name of an environment variable", n.Text), "")
		return nil
	}
	if slices.Contains([]string{"INTERCOM_TOKEN", "INTERCOM_ACCESS_TOKEN"}, n.Text) {
		d.problem(n, "the token is not an input: flowrun reads "+n.Text+" itself and sends it to Intercom only", "")
		return nil
	}
	return n
}
