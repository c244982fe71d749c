package cli

import (
	"fmt"
	"io"
	"math"
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
	if s.ErrTTY && s.Getenv("TERM") != "dumb" {
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
	if now := p.now(); now != nil {
		p.to.note("%s", now.text(math.MaxInt))
	}
}

// bar is what is drawn on the screen.
type bar struct {
	*progressbar.ProgressBar
	loop  string
	shown bool
}

// Of a line with a bar, what is not text takes so many columns.
const (
	barWidth = 20
	barLeast = 10                                         // of a terminal that is narrow
	barSigns = len(" 100% |") + len("|  ") + len(" ") + 1 // a full line would break
)

// draw draws the bar anew, on one line: what breaks cannot be erased.
func (p *progress) draw() {
	now := p.now()
	c := p.to
	c.mu.Lock()
	defer c.mu.Unlock()
	if now == nil {
		return
	}
	if c.bar == nil || c.bar.loop != now.loop {
		c.erase()
		c.bar = &bar{loop: now.loop, ProgressBar: progressbar.NewOptions64(now.total,
			progressbar.OptionSetWriter(c.screen), progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionShowDescriptionAtLineEnd(), progressbar.OptionSetWidth(barWidth), progressbar.OptionThrottle(redraw/2),
		)}
	}
	c.bar.shown = true
	c.bar.Describe(now.text(c.columns() - barSigns - barLeast))
	_ = c.bar.Set64(now.done)             // of a bar that cannot be drawn nothing is lost
	_, _ = io.WriteString(c.screen, "\r") // where ^C, which the terminal shows, breaks no line
}

// columns is the width of the terminal, or of most where that is not known.
func (c *command) columns() int {
	if c.ErrWidth != nil {
		if width := c.ErrWidth(); width > 0 {
			return width
		}
	}
	return report.Width
}

// erase takes the bar from the screen. It needs the lock.
func (c *command) erase() {
	if c.bar == nil || !c.bar.shown {
		return
	}
	c.bar.shown = false
	_ = c.bar.Clear()
	_, _ = io.WriteString(c.screen, "\x1b[J") // what broke where the terminal became narrower
}

// standing is how far a loop has come.
type standing struct {
	loop        string
	done, total int64
	parts       []string // what there is to say, the most important first
}

// text is as much of it as goes into a width.
func (s *standing) text(width int) string {
	text := s.parts[0]
	if room := width - len(text) - len(": "); len(s.loop) <= room {
		text = s.loop + ": " + text
	} else if room > len("...") {
		text = s.loop[:room-len("...")] + "...: " + text
	}
	for _, part := range s.parts[1:] {
		if len(text)+len(", ")+len(part) > width {
			break
		}
		text += ", " + part
	}
	return text
}

// now is how far it has come; nil where there is nothing to say.
func (p *progress) now() *standing {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loop == "" || p.done >= p.total {
		return nil
	}
	now := time.Now()
	if last := p.samples[len(p.samples)-1]; now.Sub(last.at) >= time.Second {
		p.samples = append(p.samples, sample{now, p.done})
	}
	for len(p.samples) > 1 && now.Sub(p.samples[1].at) > rateTime {
		p.samples = p.samples[1:]
	}
	parts := []string{fmt.Sprintf("%s of %s", report.Number(p.done), report.Number(p.total))}
	if p.failed > 0 {
		parts = append(parts, report.Number(p.failed)+" failed")
	}
	oldest := p.samples[0]
	if rate := float64(p.done-oldest.done) / now.Sub(oldest.at).Seconds(); rate > 0 {
		parts = append(parts, report.Duration(float64(p.total-p.done)/rate)+" left", strconv.FormatFloat(rate, 'f', decimals(rate), 64)+"/s")
	}
	if limit := p.limit(); limit.Limit > 0 {
		parts = append(parts, fmt.Sprintf("rate limit %.0f%% used", 100*limit.Used))
	}
	return &standing{loop: p.loop, done: p.done, total: p.total, parts: parts}
}

func decimals(rate float64) int {
	if rate < 10 {
		return 1
	}
	return 0
}
