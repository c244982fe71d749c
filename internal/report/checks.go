package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"
)

// The results of a [Check].
const (
	CheckOK      = "ok"
	CheckWarning = "warning" // a run is possible, and something may go wrong
	CheckProblem = "problem" // a run is not possible
)

// Check is one thing that was looked at.
type Check struct {
	Name    string `json:"name"` // a word
	Result  string `json:"result"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"` // what mends it
}

var checkColors = map[string]color.Attribute{
	CheckOK: color.FgGreen, CheckWarning: color.FgYellow, CheckProblem: color.FgRed,
}

// Checks writes a line for each check, and what mends it.
func Checks(w io.Writer, checks []Check, colors Colors) error {
	paint := painter(colors)
	indent := strings.Repeat(" ", 22)
	for _, c := range checks {
		result := paint.paint(checkColors[c.Result], fmt.Sprintf("%-7s", c.Result))
		text := fmt.Sprintf("%s  %-11s  %s", result, c.Name, strings.TrimPrefix(Wrap(c.Message, indent, Width), indent))
		if c.Hint != "" {
			text += Wrap("hint: "+c.Hint, indent, Width)
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
