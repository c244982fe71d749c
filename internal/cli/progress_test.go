package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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
		text, done, total := p.now()
		if want := "mark: 500 of 1,000, 40/s, 12.5 s left, 1 failed, limit 50%"; text != want {
			t.Errorf("text = %q, want %q", text, want)
		}
		if done != 500 || total != 1000 {
			t.Errorf("%d of %d are done", done, total)
		}
	})
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
		if text, _, _ := p.now(); !strings.Contains(text, ", 1.0/s, 7 min 20 s left, ") {
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
		if want := "\x1b[2K\rflowrun: a note\nflowrun: another\n"; screen.String() != want {
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
