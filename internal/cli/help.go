package cli

import (
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/urfave/cli/v2"
)

// exitHelp is the part of the help that says how commands end.
const exitHelp = `exit codes
  0  done; a plan, with changes or without
  1  a step outside loops failed; a question was declined; a plan is blocked by
     what it found
  2  the plan has changes (plan --detailed-exitcode)
  3  wrong usage, workflow or input; nothing was sent
  4  no token, a wrong one, or one of another workspace
  5  a guard, of a plan or an apply; nothing was written, or the run was stopped
  6  rows failed, in doubt or not reached; "flowrun resume" goes on
  7  a saved plan is too old or cannot be read; with --on-stale fail, a record
     has moved since the plan
  8  another process holds the run
  9  the journal of the run cannot be written, or is damaged
  130, 143  interrupted or terminated; "flowrun resume" goes on
`

// appHelp is the help of the program.
func appHelp(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", app.Usage)
	b.WriteString("  flowrun plan workflow.yaml      see what would change\n" +
		"  flowrun apply workflow.yaml     change it\n\ncommands\n")
	b.WriteString(commandList(app.Commands))
	b.WriteString("\n" + report.Wrap(`"flowrun COMMAND --help" shows the flags of a command. Most may also be set in the environment: `+
		"--state-dir is FLOWRUN_STATE_DIR. Those for one run alone, such as --input, --ack and --out, may not.", "", report.Width) + "\n" + exitHelp)
	return b.String()
}

func commandList(commands []*cli.Command) string {
	rows := make([][2]string, len(commands))
	for i, each := range commands {
		rows[i] = [2]string{each.Name, each.Usage}
	}
	return report.Rows("  ", rows)
}

// commandHelp is the help of a command, which path names from the program on.
func commandHelp(path string, command *cli.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\nusage: %s", path, command.Usage, path)
	switch {
	case len(command.Subcommands) > 0:
		b.WriteString(" COMMAND")
	case command.ArgsUsage != "":
		b.WriteString(" " + command.ArgsUsage)
	}
	if len(command.Flags) > 0 {
		b.WriteString(" [flags]")
	}
	b.WriteString("\n")
	if command.Description != "" {
		b.WriteString("\n" + report.Wrap(command.Description, "", report.Width))
	}
	if len(command.Subcommands) > 0 {
		b.WriteString("\ncommands\n" + commandList(command.Subcommands))
	}
	if len(command.Flags) > 0 {
		b.WriteString("\nflags\n" + flagList(command.Flags))
	}
	if command.UsageText != "" {
		b.WriteString("\nexamples\n" + indent(command.UsageText))
	}
	return b.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ") + "\n"
}

// flagList shows each flag with its short form, its value, what it does and
// its default.
func flagList(flags []cli.Flag) string {
	var rows [][2]string
	for _, each := range flags {
		flag, ok := each.(cli.DocGenerationFlag)
		if !ok {
			continue
		}
		name := "--" + each.Names()[0]
		for _, short := range each.Names()[1:] {
			name = "-" + short + ", " + name
		}
		value, does := placeholder(flag.GetUsage())
		if value != "" {
			name += " " + value
		}
		if initial := flag.GetValue(); flag.TakesValue() && initial != "" && initial != "0" && initial != "[]" && initial != "0s" {
			does += " (" + strings.Trim(initial, `"`) + ")"
		}
		rows = append(rows, [2]string{name, does})
	}
	return report.Rows("  ", rows)
}

// placeholder takes the word in backquotes, which stands for the value, out of
// the usage of a flag.
func placeholder(usage string) (value, rest string) {
	before, behind, ok := strings.Cut(usage, "`")
	if !ok {
		return "", usage
	}
	value, after, _ := strings.Cut(behind, "`")
	return value, before + value + after
}
