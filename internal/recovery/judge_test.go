package recovery_test

import (
	"fmt"
	"slices"
)

// effect is one change of the workspace, found by what was sent.
type effect struct {
	row  string // the marker in it
	step int    // of the row, from 0
}

// affair is all that is known of a run that has come to its end, from two
// sides: what the workspace has been through, and what flowrun says.
type affair struct {
	rows       []string          // the markers of the input
	repeatable []bool            // the steps of a row; of such a one a second effect does no harm
	effects    []effect          // in the order of applying
	told       map[string]string // the status of each row, by its marker
	requests   int               // that reached the workspace
}

// verdict is where the two sides differ. Rows are named by their markers.
type verdict struct {
	Lost    []string // done, and something of it never happened; or not told of
	Twice   []string // something that must not be repeated happened more than once
	Lies    []string // any other status that is not what happened
	Unruly  []string // a step took effect before an earlier one of its row
	InDoubt []string // nobody knows; a run that looked has none of them in the end
}

// judge compares the two sides.
func (a affair) judge() verdict {
	var v verdict
	happened := a.happened(&v)
	for _, row := range a.rows {
		times := happened[row]
		if a.someTwice(times) {
			v.Twice = append(v.Twice, row)
		}
		v.hold(row, a.told[row], times, a.repeatable)
	}
	return v
}

// happened counts the effects of each row by its steps.
func (a affair) happened(v *verdict) map[string][]int {
	all := map[string][]int{}
	for _, row := range a.rows {
		all[row] = make([]int, len(a.repeatable))
	}
	for _, e := range a.effects {
		times, known := all[e.row]
		if !known {
			v.Lies = append(v.Lies, fmt.Sprintf("an effect of %q, which is no row", e.row))
			continue
		}
		if slices.Contains(times[:e.step], 0) {
			v.Unruly = append(v.Unruly, e.row)
		}
		times[e.step]++
	}
	return all
}

func (a affair) someTwice(times []int) bool {
	for step, n := range times {
		if n > 1 && !a.repeatable[step] {
			return true
		}
	}
	return false
}

// hold holds the status of a row against how often each of its steps happened.
func (v *verdict) hold(row, status string, times []int, repeatable []bool) {
	all, none := !slices.Contains(times, 0), slices.Max(times) == 0
	switch status {
	case "":
		v.Lost = append(v.Lost, row)
	case "done":
		if !all {
			v.Lost = append(v.Lost, row)
		}
	case "failed", "pending": // the step that was not done is one of them
		if all {
			v.Lies = append(v.Lies, row)
		}
	case "skipped", "unchanged":
		if !none {
			v.Lies = append(v.Lies, row)
		}
	case "in_doubt":
		v.InDoubt = append(v.InDoubt, row)
		if !slices.Contains(repeatable, false) { // it could have been sent again
			v.Lies = append(v.Lies, row)
		}
	default:
		v.Lies = append(v.Lies, row)
	}
}

// overhead is how many requests were made for each step of each row.
func (a affair) overhead() float64 {
	return float64(a.requests) / float64(len(a.rows)*len(a.repeatable))
}
