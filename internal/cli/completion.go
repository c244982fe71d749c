package cli

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func (c *command) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell: bash, zsh or fish",
		ArgsUsage: "SHELL",
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

// words are the flags and subcommands of a command.
func words(command *cli.Command) []string {
	var all []string
	for _, sub := range command.Subcommands {
		all = append(all, sub.Name)
	}
	for _, flag := range command.Flags {
		all = append(all, "--"+flag.Names()[0])
	}
	return all
}

func names(app *cli.App) []string {
	var all []string
	for _, command := range app.Commands {
		all = append(all, command.Name)
	}
	return all
}

func bash(app *cli.App) string {
	var b strings.Builder
	b.WriteString("_flowrun() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  local words\n  case ${COMP_WORDS[1]} in\n")
	for _, command := range app.Commands {
		fmt.Fprintf(&b, "    %s) words=%q ;;\n", command.Name, strings.Join(words(command), " "))
	}
	fmt.Fprintf(&b, "    *) words=%q ;;\n  esac\n", strings.Join(names(app), " "))
	b.WriteString("  if [ \"$COMP_CWORD\" -eq 1 ]; then words=\"" + strings.Join(names(app), " ") + "\"; fi\n")
	b.WriteString("  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _flowrun flowrun\n")
	return b.String()
}

func zsh(app *cli.App) string {
	return "#compdef flowrun\nautoload -U +X bashcompinit && bashcompinit\n" + bash(app)
}

func fish(app *cli.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "set -l commands %s\n", strings.Join(names(app), " "))
	for _, command := range app.Commands {
		fmt.Fprintf(&b, "complete -c flowrun -n \"not __fish_seen_subcommand_from $commands\" -f -a %s -d '%s'\n", command.Name, strings.ReplaceAll(command.Usage, "'", ""))
		for _, word := range words(command) {
			if flag, ok := strings.CutPrefix(word, "--"); ok {
				fmt.Fprintf(&b, "complete -c flowrun -n \"__fish_seen_subcommand_from %s\" -l %s\n", command.Name, flag)
			} else {
				fmt.Fprintf(&b, "complete -c flowrun -n \"__fish_seen_subcommand_from %s\" -f -a %s\n", command.Name, word)
			}
		}
	}
	return b.String()
}
