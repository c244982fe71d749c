package journal

import (
	"maps"
	"slices"
)

// Rows are the statuses of the rows of a loop, half a byte each. The zero
// value has none.
type Rows struct {
	pages  map[int64]*page
	counts [len(statusOf)]int64
}

// page holds the codes of rows beside each other, two to a byte.
type page [pageRows / 2]byte

const pageRows = 1024

// statusOf gives the status of a code. Code 0 is a row that has not ended.
var statusOf = [...]Status{"", Done, Unchanged, Skipped, Failed, InDoubt}

// codeOf is the code of a status, 0 if it is none.
func codeOf(s Status) byte {
	for code, each := range statusOf {
		if s == each {
			return byte(code)
		}
	}
	return 0
}

// Status is how a row ended; it is empty if the row has not.
func (r *Rows) Status(index int64) Status { return statusOf[r.code(index)] }

// Count is how many rows ended with a status.
func (r *Rows) Count(s Status) int64 {
	if code := codeOf(s); code != 0 {
		return r.counts[code]
	}
	return 0
}

// Ended is how many rows have ended.
func (r *Rows) Ended() int64 {
	var sum int64
	for _, n := range r.counts[1:] {
		sum += n
	}
	return sum
}

func (r *Rows) code(index int64) byte {
	p := r.pages[index/pageRows]
	if p == nil || index < 0 {
		return 0
	}
	return p[index%pageRows/2] >> (index % 2 * 4) & 15
}

// end records how a row ended. A row that is settled stays as it is.
func (r *Rows) end(index int64, s Status) {
	old, code := r.code(index), codeOf(s)
	if statusOf[old].Settled() || code == 0 {
		return
	}
	p := r.pages[index/pageRows]
	if p == nil {
		if r.pages == nil {
			r.pages = map[int64]*page{}
		}
		p = new(page)
		r.pages[index/pageRows] = p
	}
	p[index%pageRows/2] ^= (old ^ code) << (index % 2 * 4)
	if old != 0 {
		r.counts[old]--
	}
	r.counts[code]++
}

// ranges gives the rows that have ended as ranges from, to.
func (r *Rows) ranges() map[Status][][2]int64 {
	ended := map[Status][][2]int64{}
	for _, number := range slices.Sorted(maps.Keys(r.pages)) {
		for index := number * pageRows; index < (number+1)*pageRows; index++ {
			s := r.Status(index)
			if s == "" {
				continue
			}
			list := ended[s]
			if n := len(list); n > 0 && list[n-1][1] == index-1 {
				list[n-1][1] = index
				continue
			}
			ended[s] = append(list, [2]int64{index, index})
		}
	}
	return ended
}
