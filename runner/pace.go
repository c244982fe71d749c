package runner

import (
	"time"

	"github.com/flowrun-dev/flowrun/internal/journal"
)

// Pace is how many steps of a run ended when: how a run went over time.
type Pace struct {
	Began time.Time `json:"began"` // of the first part
	Each  float64   `json:"each"`  // length of a part in seconds
	Ended []int64   `json:"ended"` // steps by part
}

// maxParts is how many parts a pace has at most. It has at least half of them,
// of a run that took that many seconds.
const maxParts = 60

// Pace tells how the run went over time, by the answers in its journal. It is
// nil of a run that has none.
func (p *Past) Pace() (*Pace, error) {
	var pace *Pace
	for record, err := range journal.Records(p.Dir) {
		if err != nil {
			return nil, err
		}
		if a := record.Answer; a != nil {
			if pace == nil {
				pace = &Pace{Began: a.Time, Each: 1}
			}
			pace.add(a.Time)
		}
	}
	return pace, nil
}

// add counts a step that ended. Where there is no part for it, the parts get
// twice as long.
func (p *Pace) add(at time.Time) {
	behind := max(0, at.Sub(p.Began).Seconds())
	for behind >= p.Each*maxParts {
		p.widen()
	}
	part := int(behind / p.Each)
	for len(p.Ended) <= part {
		p.Ended = append(p.Ended, 0)
	}
	p.Ended[part]++
}

func (p *Pace) widen() {
	wide := make([]int64, (len(p.Ended)+1)/2)
	for i, n := range p.Ended {
		wide[i/2] += n
	}
	p.Ended, p.Each = wide, p.Each*2
}
