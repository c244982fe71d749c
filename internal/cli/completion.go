package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowrun-dev/flowrun/steps"
	"github.com/urfave/cli/v2"
)

func (c *command) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell: bash, zsh or fish",
		ArgsUsage: "SHELL",
		UsageText: "source <(flowrun completion bash)\nflowrun completion fish | source",
		Action: func(ctx *cli.Context) error {
			scripts := map[string]func(*cli.App) string{"bash": bash, "zsh": zsh, "fish": fish}
			script, ok := scripts[ctx.Args().First()]
			if !ok || ctx.NArg() != 1 {
				return usage("completion takes the name of a shell: bash, zsh or fish", `for bash: source <(flowrun completion bash)`)
			}
			_, err := fmt.Fprint(c.Out, script(ctx.App))
			return err
		},
	}
}

// completes are the words and the flags that may follow a command. Where it
// takes a file, the shell completes that by itself.
type completes struct {
	after string // such as "actions show"; empty for the program
	words []string
	help  []string // for each of the words, or nil
	flags []cli.Flag
}

// completions are those of all commands, the shortest first.
func completions(app *cli.App) []completes {
	program, help := completes{}, completes{after: "help"}
	all := []completes{}
	for _, command := range app.Commands {
		program.words = append(program.words, command.Name)
		program.help = append(program.help, command.Usage)
		all = append(all, completionsOf("", command)...)
	}
	help.words = program.words
	return append([]completes{program, help}, all...)
}

func completionsOf(before string, command *cli.Command) []completes {
	own := completes{after: before + command.Name, flags: command.Flags}
	all := []completes{}
	for _, sub := range command.Subcommands {
		own.words = append(own.words, sub.Name)
		all = append(all, completionsOf(own.after+" ", sub)...)
	}
	switch own.after {
	case "actions show":
		own.words = append(own.words, steps.Names()...)
	case "completion":
		own.words = append(own.words, "bash", "zsh", "fish")
	case "schema":
		own.words = append(own.words, "plan")
	case "resume", "undo", "resolve", "runs show":
		own.words = append(own.words, "last", `$(command ls "${FLOWRUN_STATE_DIR:-.flowrun}/runs" 2>/dev/null)`)
	}
	return append([]completes{own}, all...)
}

// choices are the values of the flags that have only a few.
func choices() map[string][]string {
	kinds := slices.Clone(reportKinds)
	for i := range kinds {
		kinds[i] += "="
	}
	return map[string][]string{
		"output": {"text", "json", "ndjson"}, "report": kinds, "region": {"us", "eu", "au"},
		"on-stale": {"skip", "fail"}, "on-conflict": {"skip", "field", "force"},
	}
}

// spellings are the flag as it is typed, in all its forms.
func spellings(flag cli.Flag) []string {
	var all []string
	for _, name := range flag.Names() {
		if len(name) > 1 {
			all = append(all, "--"+name)
		} else {
			all = append(all, "-"+name)
		}
	}
	return all
}

func bash(app *cli.App) string {
	var b strings.Builder
	b.WriteString("_flowrun() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words= flags=\n  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n")
	all := completions(app)
	for _, two := range []bool{true, false} { // the longer ones first
		for _, each := range all[1:] {
			if strings.Contains(each.after, " ") != two {
				continue
			}
			pattern := fmt.Sprintf("%q", each.after)
			if !two {
				pattern = each.after + "\\ *"
			}
			var flags []string
			for _, flag := range each.flags {
				flags = append(flags, spellings(flag)[0])
			}
			fmt.Fprintf(&b, "    %s) words=\"%s\" flags=%q ;;\n", pattern, strings.Join(each.words, " "), strings.Join(flags, " "))
		}
	}
	fmt.Fprintf(&b, "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words=%q; fi\n", strings.Join(all[0].words, " "))
	b.WriteString("  case $cur in -*) words=$flags ;; esac\n" + bashValues(all))
	b.WriteString("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _flowrun flowrun\n")
	return b.String()
}

// bashValues completes what stands behind a flag: one of its few values, or a
// file.
func bashValues(all []completes) string {
	few := choices()
	var lines, others []string
	seen := map[string]bool{}
	for _, each := range all {
		for _, flag := range each.flags {
			name := flag.Names()[0]
			if _, boolean := flag.(*cli.BoolFlag); boolean || seen[name] {
				continue
			}
			seen[name] = true
			if few[name] == nil {
				others = append(others, spellings(flag)...)
				continue
			}
			lines = append(lines, fmt.Sprintf("    %s) words=%q ;;\n", strings.Join(spellings(flag), "|"), strings.Join(few[name], " ")))
		}
	}
	slices.Sort(lines)
	lines = append(lines, fmt.Sprintf("    %s) words= ;;\n", strings.Join(others, "|")))
	return "  case ${COMP_WORDS[COMP_CWORD-1]} in\n" + strings.Join(lines, "") + "  esac\n" +
		"  case $words in *=) compopt -o nospace 2>/dev/null ;; esac\n"
}

func zsh(app *cli.App) string {
	return "#compdef flowrun\nautoload -U +X bashcompinit && bashcompinit\n" + bash(app)
}

func fish(app *cli.App) string {
	var b strings.Builder
	few := choices()
	for _, each := range completions(app) {
		when := "__fish_use_subcommand"
		if each.after != "" {
			when = "__fish_seen_subcommand_from " + strings.ReplaceAll(each.after, " ", "; and __fish_seen_subcommand_from ")
		}
		for i, word := range each.words {
			if strings.HasPrefix(word, "$") {
				word = "'(ls .flowrun/runs 2>/dev/null)'"
			}
			fmt.Fprintf(&b, "complete -c flowrun -n %q -f -a %s", when, word)
			if each.help != nil {
				fmt.Fprintf(&b, " -d %q", each.help[i])
			}
			b.WriteString("\n")
		}
		for _, flag := range each.flags {
			fmt.Fprintf(&b, "complete -c flowrun -n %q -l %s", when, flag.Names()[0])
			if _, boolean := flag.(*cli.BoolFlag); !boolean {
				b.WriteString(" -r")
			}
			if values := few[flag.Names()[0]]; values != nil {
				fmt.Fprintf(&b, " -f -a %q", strings.Join(values, " "))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
