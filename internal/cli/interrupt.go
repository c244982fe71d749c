package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// interrupts turns signals into two requests: the first ends the run when what
// is in flight has been answered, the second at once. The end of its time is
// the first request, too.
type interrupts struct {
	first   <-chan struct{} // closed by the first signal, or at the end of the time
	ending  context.Context // whose end that is
	stop    context.CancelFunc
	ctx     context.Context // cancelled by the second signal
	signals chan os.Signal
	cancel  context.CancelFunc
	code    atomic.Int32
	late    atomic.Bool
	timer   *time.Timer // nil without a time
}

// interrupts listens for signals. The text is told at the first one.
func (c *command) interrupts(text string) *interrupts {
	ctx, cancel := context.WithCancel(context.Background())
	ending, stop := context.WithCancel(context.Background())
	i := &interrupts{first: ending.Done(), ending: ending, stop: stop, ctx: ctx, cancel: cancel, signals: make(chan os.Signal, 2)}
	signal.Notify(i.signals, os.Interrupt, syscall.SIGTERM)
	go i.listen(func() { c.note("%s", text) })
	return i
}

func (i *interrupts) listen(told func()) {
	for received := range i.signals {
		if i.code.Load() != 0 {
			i.cancel()
			continue
		}
		code := int32(exitInterrupt)
		if received == syscall.SIGTERM {
			code = exitTerminate
		}
		i.code.Store(code)
		i.stop()
		told()
	}
}

// longestDrain is how long before the end of its time a run begins to stop, at
// most: what is in flight has to be answered.
const longestDrain = 10 * time.Second

// after lets the run end within a time; zero is none.
func (i *interrupts) after(limit time.Duration) {
	if limit <= 0 {
		return
	}
	i.timer = time.AfterFunc(limit-min(longestDrain, limit/10), func() {
		i.late.Store(true)
		i.stop()
	})
}

// signal is the exit code of the signal that was received, or 0.
func (i *interrupts) signal() int { return int(i.code.Load()) }

// end stops listening.
func (i *interrupts) end() {
	if i.timer != nil {
		i.timer.Stop()
	}
	signal.Stop(i.signals)
	close(i.signals)
	i.stop()
	i.cancel()
}
