package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/urfave/cli/v2"
)

func (c *command) sandboxCommand() *cli.Command {
	return &cli.Command{
		Name:  "sandbox",
		Usage: "serve a local Intercom look-alike to any client",
		Description: "It holds sample data, or that of --data, in memory, and forgets all changes when it ends. " +
			"GET /_sandbox/state shows what it holds, GET /_sandbox/ledger what was changed. POST /_sandbox/faults makes it " +
			"misbehave, by kind: latency, slow, rate_limit, status, reset, lost, truncated, not_json, huge or redirect, with " +
			"method, path, nth, count, probability, delay and status if need be; DELETE ends that.\n\n" +
			"It plays the pages of OAuth as well, for any app: \"flowrun auth login --client-id any\".",
		UsageText: "flowrun sandbox\nflowrun sandbox --listen 127.0.0.1:0 --data contacts.json\n" +
			`curl -d '{"kind": "latency", "delay": "200ms"}' 127.0.0.1:8085/_sandbox/faults`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "listen", Value: "127.0.0.1:8085", Usage: "serve on `ADDRESS`, of this machine only", EnvVars: environment("listen")},
			&cli.StringFlag{Name: "data", Usage: "begin with the contents of a JSON `FILE`, in the form of /_sandbox/state", EnvVars: environment("data")},
		},
		Action: c.serveSandbox,
	}
}

func (c *command) serveSandbox(ctx *cli.Context) error {
	if err := noArguments(ctx); err != nil {
		return err
	}
	data, err := sandboxData(ctx.String("data"))
	if err != nil {
		return err
	}
	listener, err := listenLocally(ctx.String("listen"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: sandbox.New(sandbox.Options{Data: data}), ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintf(c.Out, "Intercom look-alike on http://%s (any token)\n\n", listener.Addr())
	fmt.Fprintf(c.Out, "  export INTERCOM_API_BASE_URL=http://%s INTERCOM_TOKEN=test\n  flowrun plan workflow.yaml\n\n", listener.Addr())
	stop := c.interrupts("stopping")
	defer stop.end()
	go func() {
		<-stop.first
		_ = server.Shutdown(context.Background())
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func sandboxData(name string) (*sandbox.Data, error) {
	if name == "" {
		return sandbox.Sample(), nil
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	data, err := sandbox.ReadData(bytes.NewReader(text))
	if err != nil {
		return nil, usage(name + ": " + err.Error())
	}
	return data, nil
}

// listenLocally opens a port that only this machine reaches: the sandbox takes
// any token.
func listenLocally(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, usage("--listen: "+err.Error(), "write it as 127.0.0.1:8085")
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usage(fmt.Sprintf("--listen: %q is not an address of this machine alone", host), "write it as 127.0.0.1:8085")
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, usage("--listen: "+err.Error(), "127.0.0.1:0 takes a port that is free")
	}
	return listener, nil
}
