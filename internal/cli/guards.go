package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

func ackFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "ack", Usage: "go beyond a guard by exactly `WHAT=N`, such as deletes=104; void when the number moves"}
}

// guardFlags are the guards of a workflow as flags: --max-deletes 10.
func guardFlags() []cli.Flag {
	var flags []cli.Flag
	for _, name := range program.Guards() {
		what := strings.TrimPrefix(name, "max_")
		help := "allow at most `N` " + what + ", or what the file says if that is less"
		if name == "max_change_percent" {
			help = "change at most `P` percent of the items of a loop"
		}
		flag := strings.TrimPrefix(program.GuardFlag(name), "--")
		flags = append(flags, &cli.StringFlag{Name: flag, Usage: help, EnvVars: environment(flag)})
	}
	return flags
}

// tighten sets the guards of the command line. Of two on one thing the
// stricter one holds.
func tighten(ctx *cli.Context, prog *runner.Program) error {
	for _, name := range program.Guards() {
		text := ctx.String(strings.TrimPrefix(program.GuardFlag(name), "--"))
		if text == "" {
			continue
		}
		if err := prog.Guard(name, text); err != nil {
			return usage(err.Error())
		}
	}
	return nil
}

// guard holds a plan against the guards of its workflow and what it found,
// before anything is written. What is acknowledged with its exact number may go
// beyond.
func (s *session) guard(plan *runner.Result) error {
	breaches := s.unacknowledged(s.program.Breaches(plan))
	switch {
	case len(breaches) > 0:
		for _, b := range breaches {
			s.annotate("error", b.File, b.Line, b.Guard, b.Error())
		}
		return s.refusedByGuard(breaches)
	case plan.Blocking > 0:
		return blocked(plan)
	}
	return nil
}

// blocked says what a plan has found that keeps it from being applied.
func blocked(plan *runner.Result) error {
	var lines, hints []string
	for _, f := range plan.Findings {
		if !f.Blocks {
			break // those that block come first
		}
		lines = append(lines, f.Error())
		if f.Hint != "" && !slices.Contains(hints, f.Hint) {
			hints = append(hints, f.Hint)
		}
	}
	return &exitError{exitFailed, strings.Join(lines, "\n") + "\nnothing was written", hints}
}

// unacknowledged leaves out what --ack names exactly, and tells the run so.
func (s *session) unacknowledged(breaches []runner.Breach) []runner.Breach {
	var left []runner.Breach
	s.options.Acknowledged = map[string]int64{}
	for _, b := range breaches {
		given := false
		for _, ack := range s.flags.StringSlice("ack") {
			given = given || ack == b.Ack && ack != ""
		}
		if given {
			s.options.Acknowledged[b.Guard] = b.Most
		} else {
			left = append(left, b)
		}
	}
	return left
}

// acknowledge takes the acknowledgements that a run is resumed with. They hold
// together with those it has, and from now on.
func (s *session) acknowledge() error {
	given, err := s.program.Acknowledged(s.flags.StringSlice("ack"))
	if err != nil {
		return usage(err.Error())
	}
	maps.Copy(s.options.Acknowledged, given)
	return s.run.Acknowledge(given)
}

// refusedByGuard says which guards a plan goes beyond, and the two ways on. An
// undo has one guard, which nobody has set and nobody can change.
func (s *session) refusedByGuard(breaches []runner.Breach) error {
	var lines, hints []string
	acks, change := "", "; or change the limit"
	for _, b := range breaches {
		lines = append(lines, b.Error())
		if b.Ack == "" {
			hints = append(hints, b.Guard+": nobody can know yet how many there will be; give the loop a limit")
		} else if !strings.Contains(acks, b.Ack) {
			acks += " --ack " + b.Ack
		}
	}
	if s.program.Undoes() != "" {
		lines, change = []string{"this deletes " + breaches[0].Found + " for good, which has to be acknowledged"}, ""
	}
	if acks != "" {
		hints = append(hints, "if that is meant, add"+acks+change)
	}
	return &exitError{exitGuard, strings.Join(lines, "\n") + "\nnothing was written", hints}
}
