package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// interrupts turns signals into two requests: the first ends the run when what
// is in flight has been answered, the second at once.
type interrupts struct {
	first   chan struct{}   // closed by the first signal
	ctx     context.Context // cancelled by the second
	signals chan os.Signal
	cancel  context.CancelFunc
	code    atomic.Int32
}

func (c *command) interrupts() *interrupts {
	ctx, cancel := context.WithCancel(context.Background())
	i := &interrupts{first: make(chan struct{}), ctx: ctx, cancel: cancel, signals: make(chan os.Signal, 2)}
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	go i.listen(func() { c.note("stopping: finishing what is in flight; once more stops at once") })
	return i
}

func (i *interrupts) listen(told func()) {
	for received := range i.signals {
		if i.code.Load() != 0 {
			i.cancel()
			continue
		}
		i.code.Store(exitInterrupt)
		if received == syscall.SIGTERM {
			i.code.Store(exitTerminate)
		}
		close(i.first)
		told()
	}
}

// signal is the exit code of the signal that was received, or 0.
func (i *interrupts) signal() int { return int(i.code.Load()) }

// end stops listening.
func (i *interrupts) end() {
	signal.Stop(i.signals)
	close(i.signals)
	i.cancel()
}
