package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/report"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/schollz/progressbar/v3"
)

const (
	redraw   = 100 * time.Millisecond // of the bar, on a terminal
	lineTime = 10 * time.Second       // between the lines, elsewhere
	rateTime = 30 * time.Second       // over which the rate is taken: three windows of Intercom's limit
)

// progress says how far the outermost loop that is running has come: with a bar
// on a terminal, which is erased before anything else is printed, and with a
// line now and then elsewhere.
type progress struct {
	to    *command
	limit func() intercom.RateLimit
	quit  chan struct{} // nil if nothing is to be said
	gone  chan struct{}

	mu      sync.Mutex
	loop    string // its address; empty while none is running
	total   int64
	done    int64
	failed  int64
	samples []sample // of the last rateTime, the oldest first
}

type sample struct {
	at   time.Time
	done int64
}

// progress begins to say how far a walk has come.
func (s *session) progress() *progress {
	p := &progress{to: s.command}
	if s.flags.Bool("quiet") || s.client == nil { // what was saved is shown at once
		return p
	}
	p.limit = s.client.RateLimit
	p.quit, p.gone = make(chan struct{}), make(chan struct{})
	every, show := lineTime, p.line
	if s.ErrTTY {
		every, show = redraw, p.draw
	}
	go func() {
		defer close(p.gone)
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				show()
			case <-p.quit:
				return
			}
		}
	}()
	return p
}

// end stops it and leaves no bar behind.
func (p *progress) end() {
	if p.quit == nil {
		return
	}
	close(p.quit)
	<-p.gone
	p.to.mu.Lock()
	defer p.to.mu.Unlock()
	p.to.erase()
	p.to.bar = nil
}

// event takes in what happens.
func (p *progress) event(e runner.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e.Listed != nil && !strings.Contains(e.Listed.Addr, "["):
		p.loop, p.total, p.done, p.failed = e.Listed.Addr, e.Listed.Items, e.Listed.Before, 0
		p.samples = []sample{{time.Now(), p.done}}
	case e.Row != nil && isRowOf(e.Row.Addr, p.loop):
		p.done++
		if e.Row.Status == runner.Failed || e.Row.Status == runner.InDoubt {
			p.failed++
		}
	}
}

// isRowOf reports whether an address is that of a row of a loop, and not of
// something inside one.
func isRowOf(addr, loop string) bool {
	key, ok := strings.CutPrefix(addr, loop+"[")
	if !ok {
		return false
	}
	quoted, err := strconv.QuotedPrefix(key)
	return err == nil && key[len(quoted):] == "]"
}

// line prints a line.
func (p *progress) line() {
	if text, _, total := p.now(); total > 0 {
		p.to.note("%s", text)
	}
}

// bar is what is drawn on the screen.
type bar struct {
	*progressbar.ProgressBar
	loop  string
	shown bool
}

// draw draws the bar anew.
func (p *progress) draw() {
	text, done, total := p.now()
	c := p.to
	c.mu.Lock()
	defer c.mu.Unlock()
	if total == 0 {
		return
	}
	loop, _, _ := strings.Cut(text, ":")
	if c.bar == nil || c.bar.loop != loop {
		c.erase()
		c.bar = &bar{loop: loop, ProgressBar: progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(c.screen), progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetWidth(20), progressbar.OptionThrottle(redraw/2),
		)}
	}
	c.bar.shown = true
	c.bar.Describe(text)
	_ = c.bar.Set64(done)                 // of a bar that cannot be drawn nothing is lost
	_, _ = io.WriteString(c.screen, "\r") // where ^C, which the terminal shows, breaks no line
}

// erase takes the bar from the screen. It needs the lock.
func (c *command) erase() {
	if c.bar == nil || !c.bar.shown {
		return
	}
	c.bar.shown = false
	_ = c.bar.Clear()
}

// now describes how far it has come; the total is 0 where there is nothing to
// say.
func (p *progress) now() (text string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loop == "" || p.done >= p.total {
		return "", 0, 0
	}
	now := time.Now()
	if last := p.samples[len(p.samples)-1]; now.Sub(last.at) >= time.Second {
		p.samples = append(p.samples, sample{now, p.done})
	}
	for len(p.samples) > 1 && now.Sub(p.samples[1].at) > rateTime {
		p.samples = p.samples[1:]
	}
	parts := []string{fmt.Sprintf("%s: %s of %s", p.loop, report.Number(p.done), report.Number(p.total))}
	oldest := p.samples[0]
	if rate := float64(p.done-oldest.done) / now.Sub(oldest.at).Seconds(); rate > 0 {
		parts = append(parts, strconv.FormatFloat(rate, 'f', decimals(rate), 64)+"/s", report.Duration(float64(p.total-p.done)/rate)+" left")
	}
	if p.failed > 0 {
		parts = append(parts, report.Number(p.failed)+" failed")
	}
	if limit := p.limit(); limit.Limit > 0 {
		parts = append(parts, fmt.Sprintf("limit %.0f%%", 100*limit.Used))
	}
	return strings.Join(parts, ", "), p.done, p.total
}

func decimals(rate float64) int {
	if rate < 10 {
		return 1
	}
	return 0
}
