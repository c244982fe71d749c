package cli

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

// ask puts a question to the user of a terminal. --yes answers it; without a
// terminal it has to.
func (c *command) ask(ctx *cli.Context, question string) (bool, error) {
	if ctx.Bool("yes") {
		return true, nil
	}
	if !c.InTTY || !c.ErrTTY {
		return false, usage(fmt.Sprintf("there is nobody to ask: %q", question), "add --yes")
	}
	fmt.Fprintf(c.Err, "%s [y/N] ", question)
	line, err := bufio.NewReader(c.In).ReadString('\n')
	if err != nil {
		return false, &exitError{code: exitFailed, message: "no answer; nothing was done"}
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	if answer == "y" || answer == "yes" {
		return true, nil
	}
	return false, &exitError{code: exitFailed, message: "declined; nothing was done"}
}
