package cli

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// githubOutputs writes what came of a plan or a run, and the workflow's own
// outputs, where GitHub Actions reads those of a step.
func (c *command) githubOutputs(result *runner.Result) error {
	if result == nil {
		return nil
	}
	values := [][2]string{{"has-changes", fmt.Sprint(result.Changes.Any())}}
	for _, effect := range steps.Writes() {
		name := effect.String() + "s"
		values = append(values,
			[2]string{name, fmt.Sprint(result.Changes.Certain.Of(effect))},
			[2]string{"possible-" + name, fmt.Sprint(result.Changes.Possible.Of(effect))})
	}
	if !result.Plan {
		values = append(values, [2]string{"run-id", result.RunID})
	}
	for _, out := range result.Outputs {
		if out.After == nil {
			values = append(values, [2]string{out.Name, out.Text()})
		}
	}
	return c.setOutputs(values)
}

// setOutputs writes outputs of a step. Each value stands between delimiters that
// no value can guess.
func (c *command) setOutputs(values [][2]string) error {
	name := c.Getenv("GITHUB_OUTPUT")
	if name == "" {
		return nil
	}
	var b strings.Builder
	for _, value := range values {
		delimiter := "flowrun_" + rand.Text()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", value[0], delimiter, value[1], delimiter)
	}
	if err := appendTo(name, c.redact(b.String())); err != nil {
		return fmt.Errorf("write GITHUB_OUTPUT: %w", err)
	}
	return nil
}

// failureReasons are what the output failure-reason says, by exit code.
var failureReasons = map[int]string{
	exitFailed:      "failed",
	exitUsage:       "invalid",
	exitCredentials: "auth",
	exitGuard:       "guard",
	exitRows:        "partial",
	exitPlan:        "stale",
	exitLocked:      "locked",
	exitJournal:     "journal",
	exitInterrupt:   "interrupted",
	exitTerminate:   "interrupted",
}

// failureReason tells the following steps of the job why a plan or a run failed.
func (c *command) failureReason(code int) error {
	if reason := failureReasons[code]; reason != "" && c.walks {
		return c.setOutputs([][2]string{{"failure-reason", reason}})
	}
	return nil
}
