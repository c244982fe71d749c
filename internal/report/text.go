package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/rivo/uniseg"
)

// headingLines is how long a heading is.
const headingLines = 3

// heading names what is planned or run, and where.
func (p *Printer) heading(s *runner.Started) string {
	word, note := "apply", "run "+s.RunID
	if s.Plan {
		word, note = "plan", "nothing is written"
	}
	what := s.File
	if s.Undoes != "" {
		what = s.Workflow // there is no file that anybody has written
	}
	return fmt.Sprintf("%s %s\nworkspace %s (%s), %s\n\n", word, p.paint(color.Bold, what), s.Workspace.Name, s.Workspace.ID, note)
}

// result is the result for a person: a line for each step, then the sums, then
// the outputs.
func (p *Printer) result(r *runner.Result) string {
	var b strings.Builder
	if !p.opt.Quiet {
		b.WriteString(p.table(r) + "\n")
	}
	b.WriteString(p.sums(r))
	b.WriteString(p.outputs(r.Outputs, 0))
	return b.String()
}

// The widths of the columns of the table of steps.
const (
	nameWidth = 30
	kindWidth = 20
)

// table has a line for each step: its sign, its name, its action and what
// became of it. In a plan a sample stands below it.
func (p *Printer) table(r *runner.Result) string {
	names, kinds := 0, 0
	for _, s := range r.Steps {
		name, kind := titles(s)
		names, kinds = max(names, uniseg.StringWidth(name)), max(kinds, uniseg.StringWidth(kind))
	}
	var b strings.Builder
	for _, s := range r.Steps {
		if s.Action == "" && !s.Loop {
			continue
		}
		name, kind := titles(s)
		begin := padded(name, names) + "  " + padded(kind, kinds) + "  "
		b.WriteString(p.stepLine(effectOf(s), begin, p.ended(r, s), (&Printer{}).ended(r, s)))
	}
	return b.String()
}

// stepLine is the line of a step. Where the plain text of what became of it is
// too long for it, that goes on below itself.
func (p painter) stepLine(effect steps.Effect, begin, text, plain string) string {
	hang := strings.Repeat(" ", 4+uniseg.StringWidth(begin))
	if len(hang)+uniseg.StringWidth(plain) > Width {
		text = strings.TrimPrefix(Wrap(plain, hang, max(Width, len(hang)+24)), hang)
	}
	return "  " + p.paint(effectColors[effect], effect.Sign()) + " " + strings.TrimRight(begin+text, " \n") + "\n"
}

// titles are the name of a step, as deep as it stands, and its action. The name
// is its id, since others refer to it by that; else its name; else its action.
func titles(s runner.StepResult) (name, kind string) {
	name, kind = s.Label, s.Action
	made := s.Action != "" && (s.Label == s.Action || strings.HasPrefix(s.Label, s.Action+"#"))
	switch {
	case s.Loop && kind == "":
		kind = cmp.Or(s.Name, "for_each")
	case made && s.Name != "":
		name = s.Name
	case made:
		kind = ""
	}
	return cut(strings.Repeat("  ", s.Depth)+name, nameWidth), cut(kind, kindWidth)
}

// effectOf is the worst that a step does.
func effectOf(s runner.StepResult) steps.Effect {
	effect := steps.Read
	for _, each := range steps.Writes() {
		if s.Changes.Certain.Of(each)+s.Changes.Possible.Of(each) > 0 {
			effect = each
		}
	}
	return effect
}

// ended says what became of a step: of its items, and of its instances.
func (p *Printer) ended(r *runner.Result, s runner.StepResult) string {
	text := p.becameOf(r, s)
	if r.Plan {
		text = strings.ReplaceAll(text, " failed", " would fail")
	}
	if s.AffectedBy != nil {
		text += "; an apply may read others, after " + origins(s.AffectedBy)
	}
	return text
}

func (p *Printer) becameOf(r *runner.Result, s runner.StepResult) string {
	if s.After != nil {
		return "decided by " + origins(s.After)
	}
	if !s.Loop {
		return p.became(r, s, s.Counts)
	}
	text := plural(s.Read, "item")
	if s.Rows.Total != s.Read {
		text = Number(s.Rows.Total) + " of " + text
	}
	switch {
	case s.Rows.Total == 0 && s.Counts.Total > 0:
		return p.counted(s.Counts) // the list was not read
	case s.Rows.Total == 0:
		return text
	case s.Action != "":
		return text + ": " + p.became(r, s, *s.Rows)
	case r.Plan && s.Rows.Failed == 0:
		return text
	case r.Plan: // its other rows are planned; their steps say what for
		return text + ": " + p.counted(runner.Counts{Failed: s.Rows.Failed})
	}
	return text + ": " + p.counted(*s.Rows)
}

// became says what was done, or in a plan is to be done, and which instances
// did nothing.
func (p *Printer) became(r *runner.Result, s runner.StepResult, counts runner.Counts) string {
	rest := counts
	rest.Done = max(0, counts.Done-s.Before)
	var parts []string
	if s.Changes.Any() {
		parts = append(parts, changes(s, r.Plan))
		made := s.Changes.Certain.Total()
		if r.Plan {
			made += s.Changes.Possible.Total()
		}
		rest.Done = max(0, rest.Done-made)
	}
	if rest.Done+rest.Unchanged+rest.Skipped+rest.Failed+rest.InDoubt+rest.Pending > 0 || len(parts) == 0 {
		text := p.counted(rest)
		if effectOf(s) == steps.Read && r.Plan {
			text = strings.Replace(text, " done", " read", 1)
		}
		parts = append(parts, text)
	}
	if s.Before > 0 {
		parts = append(parts, Number(s.Before)+" before this")
	}
	return strings.Join(parts, ", ")
}

// counted lists the statuses that occur, the best known first.
func (p *Printer) counted(c runner.Counts) string {
	var parts []string
	for _, status := range []runner.Status{runner.Done, runner.Unchanged, runner.Skipped, runner.Failed, runner.InDoubt, runner.Pending} {
		if n := c.Of(status); n > 0 {
			parts = append(parts, p.paint(statusColors[status], Number(n)+" "+word(status)))
		}
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func word(s runner.Status) string {
	if s == runner.Pending {
		return "not reached"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

var verbs = []struct {
	effect       steps.Effect
	future, past string
}{
	{steps.Delete, "delete", "deleted"},
	{steps.Archive, "archive", "archived"},
	{steps.Send, "send", "sent"},
	{steps.Update, "update", "updated"},
	{steps.Create, "create", "created"},
}

// changes lists the writes of a step by effect, the worst first.
func changes(s runner.StepResult, plan bool) string {
	return changeList(s.Changes, plan, upserted(s.Action))
}

// upserted reports whether what an action creates may be there already, where
// no list shows it.
func upserted(action string) bool { return action == "createCompany" }

func changeList(c runner.Changes, plan, upsert bool) string {
	var parts []string
	for _, verb := range verbs {
		certain, possible := c.Certain.Of(verb.effect), c.Possible.Of(verb.effect)
		text := verb.past
		if plan {
			text = "to " + verb.future
		}
		if plan && upsert && verb.effect == steps.Create {
			text += " or update"
		}
		switch {
		case possible > 0 && plan:
			parts = append(parts, fmt.Sprintf("%s to %s %s", Number(certain), Number(certain+possible), strings.TrimPrefix(text, "to ")))
		case certain > 0:
			parts = append(parts, Number(certain)+" "+text)
		}
	}
	return strings.Join(parts, ", ")
}
