package cli

import (
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/steps"
	"github.com/urfave/cli/v2"
)

func (c *command) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell: bash, zsh or fish",
		ArgsUsage: "SHELL",
		UsageText: "source <(flowrun completion bash)",
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

// completes are the words that may follow a command.
type completes struct {
	after string // such as "actions show"; empty for the program
	words []string
	help  []string // for each of the words; empty for flags
}

// completions are those of all commands, the shortest first.
func completions(app *cli.App) []completes {
	all := []completes{{}}
	for _, command := range app.Commands {
		all[0].words = append(all[0].words, command.Name)
		all[0].help = append(all[0].help, command.Usage)
	}
	for _, command := range app.Commands {
		all = append(all, completionsOf("", command)...)
	}
	return all
}

func completionsOf(before string, command *cli.Command) []completes {
	own := completes{after: before + command.Name}
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
	case "resume", "resolve", "runs show":
		own.words = append(own.words, "last")
	}
	for _, flag := range command.Flags {
		own.words = append(own.words, "--"+flag.Names()[0])
	}
	return append([]completes{own}, all...)
}

func bash(app *cli.App) string {
	var b strings.Builder
	b.WriteString("_flowrun() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words\n  case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n")
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
			fmt.Fprintf(&b, "    %s) words=%q ;;\n", pattern, strings.Join(each.words, " "))
		}
	}
	fmt.Fprintf(&b, "  esac\n  if [ \"$COMP_CWORD\" -eq 1 ]; then words=%q; fi\n", strings.Join(all[0].words, " "))
	b.WriteString("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _flowrun flowrun\n")
	return b.String()
}

func zsh(app *cli.App) string {
	return "#compdef flowrun\nautoload -U +X bashcompinit && bashcompinit\n" + bash(app)
}

func fish(app *cli.App) string {
	var b strings.Builder
	for _, each := range completions(app) {
		when := "__fish_use_subcommand"
		if each.after != "" {
			when = "__fish_seen_subcommand_from " + strings.ReplaceAll(each.after, " ", "; and __fish_seen_subcommand_from ")
		}
		for i, word := range each.words {
			flag, ok := strings.CutPrefix(word, "--")
			switch {
			case ok:
				fmt.Fprintf(&b, "complete -c flowrun -n %q -l %s\n", when, flag)
			case each.help != nil:
				fmt.Fprintf(&b, "complete -c flowrun -n %q -f -a %s -d %q\n", when, word, each.help[i])
			default:
				fmt.Fprintf(&b, "complete -c flowrun -n %q -f -a %s\n", when, word)
			}
		}
	}
	return b.String()
}
