package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/urfave/cli/v2"
)

func (c *command) doctorCommand() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "tell whether this machine can run a workflow; changes nothing",
		Description: "Looks at the token, the workspace, what the app may read, Intercom's rate limit, the clock, the " +
			"way there and the state directory, and says what mends what is wrong. It exits with 4 if the token does " +
			"not work, and with 1 if anything else is a problem.",
		Flags: append([]cli.Flag{
			stateFlag(), outputFlag("text", "json"), colorFlag(),
		}, connectFlags()...),
		Action: c.doctor,
	}
}

// doctorPatience is how long Intercom may take to answer all questions.
const doctorPatience = 30 * time.Second

func (c *command) doctor(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	patient, cancel := context.WithTimeout(context.Background(), doctorPatience)
	defer cancel()
	e := &examination{command: c, flags: ctx}
	e.add(report.CheckOK, "version", fmt.Sprintf("flowrun %s, %s, %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH), "")
	e.connection(patient)
	e.stateDir(ctx.String("state-dir"))
	if err := e.print(); err != nil {
		return err
	}
	return e.verdict()
}

// examination collects what is found.
type examination struct {
	*command
	flags    *cli.Context
	checks   []report.Check
	rejected bool // there is no token that works
}

func (e *examination) add(result, name, message, hint string) {
	e.checks = append(e.checks, report.Check{Name: name, Result: result, Message: message, Hint: hint})
}

// fails adds a problem with the hints of an error.
func (e *examination) fails(name string, err error) {
	exit := asExit(err)
	e.rejected = e.rejected || exit.code == exitCredentials
	e.add(report.CheckProblem, name, exit.message, strings.Join(exit.hints, "; "))
}

// connection looks at the token and at what is at the other end.
func (e *examination) connection(ctx context.Context) {
	found, err := e.credentials(e.flags.String("profile"))
	if err != nil {
		e.fails("token", err)
		return
	}
	e.add(report.CheckOK, "token", "from "+found.Source, "")
	conn, err := e.connect(e.flags, "", true)
	if err != nil {
		e.fails("connection", err)
		return
	}
	client := conn.Client
	defer client.CloseIdleConnections()
	e.proxy(client)
	workspace, err := e.identify(ctx, conn)
	if err != nil {
		e.fails("workspace", err)
		return
	}
	e.add(report.CheckOK, "workspace", fmt.Sprintf("%s (%s), region %s", workspace.Name, workspace.ID, workspace.Region), "")
	e.reads(ctx, client)
	e.rate(client.RateLimit())
}

// proxy says what stands between here and Intercom.
func (e *examination) proxy(client *intercom.Client) {
	message := "none"
	address, err := client.Proxy()
	switch {
	case err != nil:
		e.add(report.CheckProblem, "proxy", err.Error(), "set it to an address such as http://proxy.example.com:3128, or unset it")
		return
	case address != "":
		message = "through " + address
	case e.Getenv("HTTPS_PROXY")+e.Getenv("https_proxy") != "":
		message = "none; HTTPS_PROXY is set and does not apply to this address"
	}
	if name := e.flags.String("ca-file"); name != "" {
		message += ", trusting the certificates in " + name
	}
	e.add(report.CheckOK, "proxy", message, "")
}

// reads tries what the app may read. What it may write shows only in writing.
func (e *examination) reads(ctx context.Context, client *intercom.Client) {
	var can, cannot []string
	var last intercom.Response
	for _, each := range []struct{ what, method, path string }{
		{"contacts", http.MethodGet, "/contacts"}, {"companies", http.MethodPost, "/companies/list"},
		{"tags", http.MethodGet, "/tags"}, {"ticket types", http.MethodGet, "/ticket_types"},
	} {
		resp, err := client.Do(ctx, intercom.Request{Method: each.method, Path: each.path, Repeat: true})
		refused, _ := errors.AsType[*intercom.APIError](err)
		switch {
		case err == nil:
			can, last = append(can, each.what), resp
		case refused != nil && refused.Status == http.StatusForbidden:
			cannot = append(cannot, each.what)
		default:
			e.add(report.CheckProblem, "permissions", fmt.Sprintf("%s cannot be read: %v", each.what, err), "look at https://www.intercomstatus.com, and try again")
			return
		}
	}
	e.clock(last.Header)
	if len(cannot) > 0 {
		e.add(report.CheckWarning, "permissions", "the app may not read "+strings.Join(cannot, ", "),
			"if a workflow needs it, give the app the permission in Intercom's Developer Hub, under Authentication")
		return
	}
	e.add(report.CheckOK, "permissions", "may read "+strings.Join(can, ", ")+"; what it may write shows when it writes", "")
}

// clock compares the time of this machine with Intercom's, which is told in
// whole seconds.
func (e *examination) clock(header http.Header) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return
	}
	const tolerated = 5 * time.Second
	switch ahead := time.Since(date).Round(time.Second); {
	case ahead > tolerated:
		e.add(report.CheckWarning, "clock", fmt.Sprintf("%s ahead of Intercom's", ahead), clockHint)
	case ahead < -tolerated:
		e.add(report.CheckWarning, "clock", fmt.Sprintf("%s behind Intercom's", -ahead), clockHint)
	default:
		e.add(report.CheckOK, "clock", "agrees with Intercom's", "")
	}
}

const clockHint = "set the clock of this machine; the pace does not depend on it, but the times in runs and run.started_at do"

// rate tells how much of Intercom's allowance is free at this moment.
func (e *examination) rate(r intercom.RateLimit) {
	left := fmt.Sprintf("%s of %s calls of this window are left", report.Number(int64(r.Remaining)), report.Number(int64(r.Limit)))
	switch {
	case r.Limit == 0:
		e.add(report.CheckWarning, "rate limit", "Intercom does not tell it", "calls go out carefully until it does")
	case r.Remaining*10 < r.Limit:
		e.add(report.CheckWarning, "rate limit", left, "another program uses the allowance; --rate-share leaves room for it")
	default:
		e.add(report.CheckOK, "rate limit", left, "")
	}
}

func (e *examination) count(result string) (n int) {
	for _, check := range e.checks {
		if check.Result == result {
			n++
		}
	}
	return n
}

func (e *examination) print() error {
	if e.flags.String("output") == "json" {
		return e.printJSON(struct {
			Ready  bool           `json:"ready"`
			Checks []report.Check `json:"checks"`
		}{e.count(report.CheckProblem) == 0, e.checks})
	}
	if err := report.Checks(e.Out, e.checks, e.colors(e.flags, e.OutColor)); err != nil {
		return err
	}
	if e.count(report.CheckProblem) > 0 {
		return nil
	}
	summary := "\nThis machine can run a workflow.\n"
	if n := e.count(report.CheckWarning); n > 0 {
		summary = fmt.Sprintf("\nThis machine can run a workflow; look at %s.\n", count(n, "warning"))
	}
	_, err := fmt.Fprint(e.Out, summary)
	return err
}

// verdict is the exit of the command.
func (e *examination) verdict() error {
	n := e.count(report.CheckProblem)
	switch {
	case n == 0:
		return nil
	case e.rejected:
		return &exitError{code: exitCredentials, message: "this machine cannot run a workflow: there is no token that works"}
	}
	return &exitError{code: exitFailed, message: "this machine cannot run a workflow: " + count(n, "problem")}
}
