package report

import "github.com/flowrun-dev/flowrun/steps"

// The colours of a terminal, as the numbers of ANSI escape sequences.
const (
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	purple = "35"
)

var colors = map[steps.Effect]string{
	steps.Create:  green,
	steps.Update:  yellow,
	steps.Archive: red,
	steps.Delete:  red,
	steps.Send:    purple,
}

// paint puts text into a colour, where colours are wanted.
func (p *Printer) paint(color, text string) string {
	if !p.opt.Color || color == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
