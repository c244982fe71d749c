package cli

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/urfave/cli/v2"
)

// arguments puts the flags of a command line in front of its other words. The
// parser below stops reading flags at the first word that is none, and would
// take "apply file --dry-run" for an apply.
func (c *command) arguments(app *cli.App, args []string) error {
	line := commandLine{commands: app.Commands}
	for len(args) > 0 {
		var err error
		if args, err = line.take(args); err != nil {
			return err
		}
	}
	if err := line.known(app.Name); err != nil {
		return err
	}
	if len(line.path) == 0 || line.help || len(line.commands) > 0 {
		return line.showHelp(c, app)
	}
	c.args = slices.Concat([]string{app.Name}, line.path, line.given, line.words)
	return nil
}

// errHelp ends a command line whose help has been shown.
var errHelp = errors.New("help was shown")

// showHelp prints the help of the command that the line has come to.
func (l *commandLine) showHelp(c *command, app *cli.App) error {
	text := appHelp(app)
	if l.command != nil {
		text = commandHelp(strings.Join(append([]string{app.Name}, l.path...), " "), l.command)
	}
	if _, err := io.WriteString(c.Out, text); err != nil {
		return err
	}
	return errHelp
}

// commandLine is a command line while it is sorted.
type commandLine struct {
	commands []*cli.Command // that may come next
	command  *cli.Command   // the last one; nil in front of all
	help     bool           // is asked for
	flags    []cli.Flag     // of the commands so far
	path     []string       // the commands
	given    []string       // the flags with their values
	words    []string       // the rest
}

// take sorts the first of args, and its value where it has one.
func (l *commandLine) take(args []string) ([]string, error) {
	word := args[0]
	switch {
	case word == "--":
		return nil, l.rest(args[1:])
	case word == "--help" || word == "-h":
		l.help = true
		return args[1:], nil
	case word == "--version" && len(l.path) == 0:
		return append([]string{"version"}, args[1:]...), nil
	case strings.HasPrefix(word, "-") && word != "-":
		return l.flag(args)
	}
	if command := find(l.commands, word); command != nil && len(l.words) == 0 {
		l.command, l.path = command, append(l.path, command.Name)
		l.commands = command.Subcommands
		l.flags = append(l.flags, command.Flags...)
		return args[1:], nil
	}
	if len(l.commands) > 0 && len(l.words) == 0 {
		if word != "help" {
			return nil, unknownCommand(word, l.commands)
		}
		l.help = true // "help apply" is "apply --help"
		return args[1:], nil
	}
	l.words = append(l.words, word)
	return args[1:], nil
}

// rest takes what follows "--": words, even where they look like flags.
func (l *commandLine) rest(words []string) error {
	for _, word := range words {
		if strings.HasPrefix(word, "-") {
			return usage(fmt.Sprintf("%q looks like a flag and stands behind --", word), "put flags in front of --; a file whose name begins with - is written ./"+word)
		}
	}
	l.words = append(l.words, words...)
	return nil
}

// flag takes a flag. One that takes a value and has none in it takes the next
// word, too.
func (l *commandLine) flag(args []string) ([]string, error) {
	name, _, inside := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
	if inside || !l.takesValue(name) {
		l.given = append(l.given, args[0])
		return args[1:], nil
	}
	if len(args) == 1 {
		return nil, usage(fmt.Sprintf("the flag %s needs a value", args[0]))
	}
	l.given = append(l.given, args[0]+"="+args[1])
	return args[2:], nil
}

// takesValue reports whether the flag takes the word behind it. A flag that
// stands before its command is looked up among the flags of all that may come.
func (l *commandLine) takesValue(name string) bool {
	for _, flag := range append(slices.Clone(l.flags), flagsBelow(l.commands)...) {
		if slices.Contains(flag.Names(), name) {
			_, boolean := flag.(*cli.BoolFlag)
			return !boolean
		}
	}
	return false
}

// flagsBelow are the flags of commands and of those below them.
func flagsBelow(commands []*cli.Command) []cli.Flag {
	var flags []cli.Flag
	for _, command := range commands {
		flags = append(flags, command.Flags...)
		flags = append(flags, flagsBelow(command.Subcommands)...)
	}
	return flags
}

// known refuses a flag that the command does not have.
func (l *commandLine) known(program string) error {
	var names []string
	for _, flag := range l.flags {
		names = append(names, flag.Names()...)
	}
	for _, given := range l.given {
		flag, _, _ := strings.Cut(given, "=")
		name := strings.TrimLeft(flag, "-")
		if slices.Contains(names, name) {
			continue
		}
		command := strings.Join(append([]string{program}, l.path...), " ")
		return usage(fmt.Sprintf("%s has no flag %s", command, flag), l.flagHint(command, name, names))
	}
	return nil
}

// flagHint says what may have been meant by a flag that is not there.
func (l *commandLine) flagHint(command, name string, names []string) string {
	if slices.Equal(l.path, []string{"plan"}) && (name == "n" || name == "dry-run") {
		return "plan is the dry run: it writes nothing"
	}
	if slices.Equal(l.path, []string{"apply"}) && name == "out" {
		return "flowrun plan FILE --out PLAN saves a plan, and flowrun apply PLAN applies it"
	}
	if near := spelling.Nearest(name, names); near != "" && len(name) > 1 {
		return fmt.Sprintf("did you mean --%s?", near)
	}
	if len(names) == 0 && len(l.path) > 0 {
		return command + " has no flags"
	}
	return fmt.Sprintf(`"%s --help" shows its flags`, command)
}

func find(commands []*cli.Command, name string) *cli.Command {
	for _, command := range commands {
		if command.HasName(name) {
			return command
		}
	}
	return nil
}

func unknownCommand(name string, commands []*cli.Command) error {
	names := make([]string, len(commands))
	for i, command := range commands {
		names[i] = command.Name
	}
	hint := "the commands are " + strings.Join(names, ", ")
	near, below := spelling.Nearest(name, names), withSubcommand(name, commands)
	switch {
	case near != "":
		hint = fmt.Sprintf("did you mean %q?", near)
	case len(below) > 0:
		hint = fmt.Sprintf("did you mean %s?", strings.Join(below, " or "))
	case strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml"):
		hint = fmt.Sprintf("to see what %s would change: flowrun plan %s", name, name)
	}
	return usage(fmt.Sprintf("there is no command %q", name), hint)
}

// withSubcommand are the commands that have one of that name, as "auth login".
func withSubcommand(name string, commands []*cli.Command) (all []string) {
	for _, command := range commands {
		if sub := find(command.Subcommands, name); sub != nil {
			all = append(all, fmt.Sprintf("%q", command.Name+" "+sub.Name))
		}
	}
	return all
}

// oneFile is the only argument of a command that takes a file: what it is, and
// an example of one.
func oneFile(ctx *cli.Context, what, example string) (string, error) {
	name := ctx.Command.Name
	switch ctx.NArg() {
	case 0:
		return "", usage(fmt.Sprintf("%s needs a %s", name, what), fmt.Sprintf("flowrun %s %s", name, example))
	case 1:
		return ctx.Args().First(), nil
	}
	return "", usage(fmt.Sprintf("%s takes one %s, not %d: %s", name, what, ctx.NArg(), strings.Join(ctx.Args().Slice(), " ")))
}

// noArguments refuses arguments of a command that takes none.
func noArguments(ctx *cli.Context) error {
	if ctx.Args().Present() {
		return usage(fmt.Sprintf("%s takes no arguments: %s", ctx.Command.Name, strings.Join(ctx.Args().Slice(), " ")))
	}
	return nil
}
