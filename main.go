// Flowrun runs declarative workflow files against Intercom.
package main

import (
	"os"

	"github.com/flowrun-dev/flowrun/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.System())) }
