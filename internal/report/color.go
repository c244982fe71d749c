package report

import (
	"github.com/fatih/color"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// effectColors are those of the signs of writes.
var effectColors = map[steps.Effect]color.Attribute{
	steps.Create:  color.FgGreen,
	steps.Update:  color.FgYellow,
	steps.Archive: color.FgRed,
	steps.Delete:  color.FgRed,
	steps.Send:    color.FgMagenta,
}

// statusColors are those of the statuses that need somebody.
var statusColors = map[runner.Status]color.Attribute{
	runner.Failed:  color.FgRed,
	runner.InDoubt: color.FgMagenta,
	runner.Pending: color.FgYellow,
}

// Colors says whether what is written has colours.
type Colors bool

// painter puts text into colours, where they are wanted.
type painter bool

func (on painter) paint(as color.Attribute, text string) string {
	if !on || as == 0 {
		return text
	}
	c := color.New(as)
	c.EnableColor()
	return c.Sprint(text)
}
