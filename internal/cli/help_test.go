package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/urfave/cli/v2"
)

func TestHelpFitsTheWidthOfATerminal(t *testing.T) {
	app := newCommand(Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}).app()
	texts := map[string]string{"flowrun": appHelp(app), "actions list": report.ActionTable(steps.All())}
	var add func(path string, commands []*cli.Command)
	add = func(path string, commands []*cli.Command) {
		for _, each := range commands {
			texts[path+each.Name] = commandHelp("flowrun "+path+each.Name, each)
			add(path+each.Name+" ", each.Subcommands)
		}
	}
	add("", app.Commands)
	for _, action := range steps.All() {
		texts["actions show "+action.Name] = report.ActionPage(action)
	}
	for name, text := range texts {
		for _, line := range strings.Split(text, "\n") {
			if utf8.RuneCountInString(line) > report.Width || strings.HasSuffix(line, " ") {
				t.Errorf("%s: %q", name, line)
			}
		}
	}
}

func TestEveryCommandAndFlagSaysWhatItDoes(t *testing.T) {
	app := newCommand(Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}).app()
	var check func(commands []*cli.Command)
	check = func(commands []*cli.Command) {
		for _, each := range commands {
			if each.Usage == "" {
				t.Errorf("%s says nothing", each.Name)
			}
			for _, flag := range each.Flags {
				if flag.(cli.DocGenerationFlag).GetUsage() == "" {
					t.Errorf("%s --%s says nothing", each.Name, flag.Names()[0])
				}
			}
			check(each.Subcommands)
		}
	}
	check(app.Commands)
}
