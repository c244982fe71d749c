package cli

import (
	"context"
	"fmt"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/urfave/cli/v2"
)

// session is one plan or one stretch of a run, from the connection to its end.
type session struct {
	*command
	flags     *cli.Context
	program   *runner.Program
	typed     string // the command that does it, without flags: flowrun apply f.yaml
	client    *connection
	workspace runner.Workspace
	stop      *interrupts
	options   runner.Options
	draft     *runner.Draft // keeps the plan that is to be applied or saved; nil without one
	run       *runner.Run   // nil if nothing is kept
	release   func()        // ends the claim on the workflow; nil without one
	holdsPlan func()        // ends the hold on the folder of the draft; nil before there is one
}

func (c *command) session(flags *cli.Context, program *runner.Program) *session {
	c.walks, c.mask = true, c.inCI() && !flags.Bool("reveal")
	return &session{command: c, flags: flags, program: program, stop: c.interrupts("stopping: finishing what is in flight; once more stops at once")}
}

// opening is what a session with Intercom is opened for.
type opening struct {
	typed     string // as in session
	look      bool   // nothing is to be written
	workspace string // the id of the only right one; "" for any
	of        string // what that is the workspace of: run 20261104-153012-k7q2
}

// open opens a session with Intercom: it makes the client, asks whose token it
// is, and refuses that of another workspace.
func (c *command) open(flags *cli.Context, program *runner.Program, what opening) (*session, error) {
	s := c.session(flags, program)
	s.typed = what.typed
	err := s.connect(what.look)
	if err == nil {
		err = s.rightWorkspace(what)
	}
	if err != nil {
		s.end()
		return nil, err
	}
	return s, nil
}

// connect makes the client and asks whose token it is.
func (s *session) connect(look bool) (err error) {
	if s.client, err = s.command.connect(s.flags, s.program.Region(), look); err != nil {
		return err
	}
	context.AfterFunc(s.stop.ending, s.client.Stop) // what waits to be sent is not in flight
	s.workspace, err = s.identify(s.stop.ctx, s.client)
	return err
}

func (s *session) rightWorkspace(what opening) error {
	if what.workspace == "" || what.workspace == s.workspace.ID {
		return nil
	}
	return &exitError{exitCredentials,
		fmt.Sprintf("the token belongs to workspace %s (%s), and %s is for workspace %s; nothing was written", s.workspace.ID, s.workspace.Name, what.of, what.workspace),
		[]string{"use a token of workspace " + what.workspace}}
}

// end lets go of what is still open.
func (s *session) end() {
	if s.run != nil {
		_ = s.close(nil) // there is an error already
	}
	if s.release != nil {
		s.release()
	}
	s.dropDraft()
	if s.client != nil {
		s.client.CloseIdleConnections()
	}
	s.stop.end()
}
