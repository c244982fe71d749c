package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/runner"
)

// marking is the progress of a loop over 1,000 items, 100 of which an earlier
// stretch of the run has settled.
func marking(errs *bytes.Buffer) *progress {
	p := &progress{
		to:    newCommand(Streams{Out: errs, Err: errs}),
		limit: func() intercom.RateLimit { return intercom.RateLimit{Limit: 1666, Used: 0.5} },
	}
	p.event(runner.Event{Listed: &runner.Listed{Addr: "mark", Read: 2000, Items: 1000, Before: 100}})
	return p
}

// rows ends so many rows of the loop, the first of them failed, each with a row
// of a loop inside it.
func (p *progress) rows(n int) {
	for i := range n {
		status := runner.Done
		if i == 0 {
			status = runner.Failed
		}
		addr := fmt.Sprintf("mark[%q]", fmt.Sprintf(`a"].%d`, i))
		p.event(runner.Event{Row: &runner.RowEnded{Addr: addr + `.inner["x"]`, Status: runner.Done}})
		p.event(runner.Event{Row: &runner.RowEnded{Addr: addr, Status: status}})
	}
}

func TestProgressCountsTheRowsOfTheOutermostLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := marking(&bytes.Buffer{})
		time.Sleep(10 * time.Second)
		p.rows(400)
		now := p.now()
		if text, want := now.text(200), "mark: 500 of 1,000, 1 failed, 12.5 s left, 40/s, rate limit 50% used"; text != want {
			t.Errorf("text = %q, want %q", text, want)
		}
		if now.done != 500 || now.total != 1000 {
			t.Errorf("%d of %d are done", now.done, now.total)
		}
	})
}

func TestProgressKeepsToTheWidthOfTheTerminal(t *testing.T) {
	now := standing{loop: "everyone_who_left", parts: []string{"500 of 1,000", "1 failed", "12.5 s left", "40/s"}}
	tests := map[int]string{
		200: "everyone_who_left: 500 of 1,000, 1 failed, 12.5 s left, 40/s",
		54:  "everyone_who_left: 500 of 1,000, 1 failed, 12.5 s left",
		53:  "everyone_who_left: 500 of 1,000, 1 failed",
		31:  "everyone_who_left: 500 of 1,000",
		30:  "everyone_who_...: 500 of 1,000",
		18:  "e...: 500 of 1,000",
		17:  "500 of 1,000",
		0:   "500 of 1,000",
	}
	for width, want := range tests {
		if got := now.text(width); got != want {
			t.Errorf("in %d columns: %q, want %q", width, got, want)
		}
	}
}

func TestABarIsOneLineOfTheTerminal(t *testing.T) {
	for _, width := range []int{40, 60, 80, 200} {
		synctest.Test(t, func(t *testing.T) {
			var screen bytes.Buffer
			p := marking(&screen)
			p.to.ErrWidth = func() int { return width }
			time.Sleep(time.Second)
			p.rows(400)
			p.draw()
			for line := range strings.SplitSeq(strings.ReplaceAll(screen.String(), "\x1b[0K", ""), "\r") {
				if least := utf8.RuneCountInString(line) - (barWidth - barLeast); least >= width {
					t.Errorf("in %d columns at least %d are taken: %q", width, least, line)
				}
			}
		})
	}
}

func TestTheRateIsThatOfTheLastHalfMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := marking(&bytes.Buffer{})
		p.rows(400)
		for range 60 {
			time.Sleep(time.Second)
			p.rows(1)
			p.now()
		}
		if text := p.now().text(200); !strings.Contains(text, ", 7 min 20 s left, 1.0/s, ") {
			t.Errorf("text = %q", text)
		}
	})
}

func TestTheBarIsErasedBeforeAnythingIsPrinted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var screen bytes.Buffer
		p := marking(&screen)
		time.Sleep(time.Second)
		p.rows(400)
		p.draw()
		if !strings.Contains(screen.String(), "mark: 500 of 1,000") {
			t.Fatalf("drawn: %q", screen.String())
		}
		screen.Reset()
		p.to.note("a note")
		p.to.note("another")
		if want := "\x1b[2K\r\x1b[Jflowrun: a note\nflowrun: another\n"; screen.String() != want {
			t.Errorf("printed %q, want %q", screen.String(), want)
		}
	})
}

func TestNothingIsSaidBeforeAndBehindALoop(t *testing.T) {
	var screen bytes.Buffer
	p := &progress{to: newCommand(Streams{Out: &screen, Err: &screen})}
	p.draw()
	p.line()
	p = marking(&screen)
	p.rows(900)
	p.draw()
	p.line()
	if screen.Len() > 0 {
		t.Errorf("printed %q", screen.String())
	}
}
