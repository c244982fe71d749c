package program

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/workflow"
	"github.com/flowrun-dev/flowrun/steps"
)

// GuardFlag is a guard as the command line has it: --max-deletes.
func GuardFlag(name string) string { return "--" + strings.ReplaceAll(name, "_", "-") }

// GuardKind is what a limit can be set on.
type GuardKind struct {
	Name, Noun string
	Effects    []steps.Effect // the writes that count
}

var guardKinds = [...]GuardKind{
	{"max_changes", "changes", steps.Writes()},
	{"max_creates", "creates", []steps.Effect{steps.Create}},
	{"max_updates", "updates", []steps.Effect{steps.Update}},
	{"max_archives", "archives", []steps.Effect{steps.Archive}},
	{"max_deletes", "deletes", []steps.Effect{steps.Delete}},
	{"max_sends", "sends", []steps.Effect{steps.Send}},
	{maxPercent, "changes", nil},
}

const maxPercent = "max_change_percent" // of the items of each loop

// Guards names the guards there are.
func Guards() []string {
	names := make([]string, len(guardKinds))
	for i, kind := range guardKinds {
		names[i] = kind.Name
	}
	return names
}

// Guard is a limit that is set.
type Guard struct {
	GuardKind
	Text string  // as it was written
	Most float64 // writes, or percent
	Line int     // in the file; 0 where it does not stand there
}

// Percent reports whether the limit is on a part of the items of each loop.
func (g Guard) Percent() bool { return g.Name == maxPercent }

// guardsOf are the limits that a file sets.
func guardsOf(g workflow.Guards) []Guard {
	limits := []*workflow.Limit{g.MaxChanges, g.MaxCreates, g.MaxUpdates, g.MaxArchives, g.MaxDeletes, g.MaxSends, g.MaxChangePercent}
	var set []Guard
	for i, limit := range limits {
		switch {
		case limit == nil:
		case limit.Of100:
			set = append(set, Guard{guardKinds[i], limit.Node.Text, limit.Percent, limit.Node.Pos.Line})
		default:
			set = append(set, Guard{guardKinds[i], limit.Node.Text, float64(limit.Count), limit.Node.Pos.Line})
		}
	}
	return set
}

// Guard sets a limit besides those of the file: a whole number or, for
// max_change_percent, a percentage. Of two limits on one thing the stricter one
// holds.
func (p *Program) Guard(name, text string) error {
	kind := guardKinds[slices.IndexFunc(guardKinds[:], func(k GuardKind) bool { return k.Name == name })]
	most, err := limitOf(kind, text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(p.Limits, func(g Guard) bool { return g.Name == name })
	switch {
	case i < 0:
		p.Limits = append(p.Limits, Guard{kind, text, most, 0})
	case most < p.Limits[i].Most:
		p.Limits[i] = Guard{kind, text, most, 0}
	}
	return nil
}

func limitOf(kind GuardKind, text string) (float64, error) {
	if kind.Name != maxPercent {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%s is a whole number, not %q", GuardFlag(kind.Name), text)
		}
		return float64(n), nil
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil || !(percent >= 0 && percent <= 100) {
		return 0, fmt.Errorf("%s is from 0%% to 100%%, not %q", GuardFlag(kind.Name), text)
	}
	return percent, nil
}

// OwnGuards are the limits that the file does not set, as text by name.
func (p *Program) OwnGuards() map[string]string {
	own := map[string]string{}
	for _, g := range p.Limits {
		if g.Line == 0 {
			own[g.Name] = g.Text
		}
	}
	return own
}

// GuardAgain sets limits that an earlier process was given.
func (p *Program) GuardAgain(own map[string]string) (err error) {
	for name, text := range own {
		if !slices.Contains(Guards(), name) {
			return fmt.Errorf("there is no guard %q", name)
		}
		err = errors.Join(err, p.Guard(name, text))
	}
	return err
}

// Guarded reports whether a guard is set.
func (p *Program) Guarded() bool { return len(p.Limits) > 0 }

// Acknowledged reads acknowledgements such as deletes=104, and gives the number
// by the name of the guard. The error says what cannot be acknowledged.
func (p *Program) Acknowledged(texts []string) (map[string]int64, error) {
	all := map[string]int64{}
	for _, text := range texts {
		noun, number, _ := strings.Cut(text, "=")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no acknowledgement; write what and how many, such as deletes=104", text)
		}
		at := slices.IndexFunc(p.Limits, func(g Guard) bool { return g.Noun == noun })
		if at < 0 {
			return nil, fmt.Errorf("%s sets no limit on %s, so that there is nothing to acknowledge", p.File(), noun)
		}
		all[p.Limits[at].Name] = n
	}
	return all, nil
}
