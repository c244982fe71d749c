package cli

import (
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/flowrun-dev/flowrun/runner"
)

// githubOutputs writes the workflow's outputs where GitHub Actions reads those
// of a step. Each value stands between delimiters that no value can guess.
func (c *command) githubOutputs(result *runner.Result) error {
	name := c.Getenv("GITHUB_OUTPUT")
	if name == "" || result == nil || len(result.Outputs) == 0 {
		return nil
	}
	var b strings.Builder
	for _, out := range result.Outputs {
		if out.After != nil {
			continue
		}
		delimiter := "flowrun_" + rand.Text()
		fmt.Fprintf(&b, "%s<<%s\n%s\n%s\n", out.Name, delimiter, out.Text(), delimiter)
	}
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("write GITHUB_OUTPUT: %w", err)
	}
	_, err = file.Write(c.redact(b.String()))
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}
