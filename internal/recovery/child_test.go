package recovery_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"

	"github.com/flowrun-dev/flowrun/internal/cli"
)

const childEnv = "RECOVERY_CHILD"

// order is what a child is told to do.
type order struct {
	Stretch  stretch
	Args     []string // be the program with this command line, for the workspace of the stretch
	MaxFile  uint64   // bytes that a file of this process may have; 0 for any number
	Nobody   bool     // give up the rights of root
	TempDir  string   // for the child's temporary files
	OnlyOpen bool     // end when the run is open
}

// TestMain lets the test binary be another process that runs a workflow.
func TestMain(m *testing.M) {
	text := os.Getenv(childEnv)
	if text == "" {
		os.Exit(m.Run())
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	if o.Args != nil {
		os.Exit(o.program())
	}
	if err := o.obey(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// program is what main does.
func (o order) program() (code int) {
	for name, value := range map[string]string{"INTERCOM_TOKEN": "test", "INTERCOM_API_BASE_URL": o.Stretch.URL} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	return cli.Main(o.Args, cli.System())
}

// obey carries out a stretch and prints its result, in the child.
func (o order) obey() error {
	if err := o.confine(); err != nil {
		return err
	}
	stop, ctx, end := interrupts()
	defer end()
	o.Stretch.stop = stop
	o.Stretch.begun = func() {
		fmt.Println("begun")
		if o.OnlyOpen {
			os.Exit(0)
		}
	}
	result, err := o.Stretch.run(ctx)
	if result != nil {
		if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
			return err
		}
	}
	return err
}

// confine takes from this process what it may not have.
func (o order) confine() error {
	if o.MaxFile > 0 {
		signal.Ignore(syscall.SIGXFSZ) // a write then fails, as on a full disk
		limit := syscall.Rlimit{Cur: o.MaxFile, Max: o.MaxFile}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
	}
	if o.Nobody {
		const nobody = 65534
		if err := syscall.Setgid(nobody); err != nil {
			return err
		}
		return syscall.Setuid(nobody)
	}
	return nil
}

// interrupts turns signals into what the program does with them: the first one
// begins nothing new, the second one ends what is in flight.
func interrupts() (stop chan struct{}, ctx context.Context, end func()) {
	stop = make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		fmt.Println("draining")
		close(stop)
		<-signals
		cancel()
	}()
	return stop, ctx, cancel
}

// child is a process that runs a workflow.
type child struct {
	cmd *exec.Cmd

	begun    chan struct{} // closed when the run is open
	draining chan struct{} // closed when the first signal was received
	ended    chan struct{}

	result []byte // once it has ended
	stderr bytes.Buffer
}

// start starts a child.
func start(t testing.TB, o order) *child {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{
		cmd: exec.Command(os.Args[0]), begun: make(chan struct{}), draining: make(chan struct{}), ended: make(chan struct{}),
	}
	c.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	if o.TempDir != "" {
		c.cmd.Env = append(c.cmd.Env, "TMPDIR="+o.TempDir)
	}
	c.cmd.Stderr = &c.stderr
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	go c.listen(out)
	t.Cleanup(c.kill)
	return c
}

func (c *child) listen(out io.Reader) {
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		switch string(line) {
		case "begun\n":
			close(c.begun)
		case "draining\n":
			close(c.draining)
		default:
			c.result = line
		}
	}
	_ = c.cmd.Wait()
	close(c.ended)
}

// reaches waits until the child has come to a moment of its traffic, which
// closes sprung.
func (c *child) reaches(t testing.TB, sprung <-chan struct{}) {
	t.Helper()
	select {
	case <-sprung:
	case <-c.ended:
		t.Fatalf("the process ended too early: %s", c.failure())
	}
}

// kill ends the child as kill -9 does.
func (c *child) kill() { _ = c.cmd.Process.Kill() }

// wait waits for the end of the child and gives what it reported; false if it
// was killed or failed.
func (c *child) wait() (r report, ok bool) {
	<-c.ended
	ok = c.cmd.ProcessState.Success() && json.Unmarshal(c.result, &r) == nil
	return r, ok
}

// failure is what a child that failed said, empty if it did not.
func (c *child) failure() string {
	<-c.ended
	if c.cmd.ProcessState.Exited() && !c.cmd.ProcessState.Success() {
		return c.stderr.String()
	}
	return ""
}
