package recovery_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// size chooses between the short form of a test and the long one.
func size[T any](t testing.TB, short, long T) T {
	t.Helper()
	if os.Getenv("RECOVERY") == "long" {
		return long
	}
	return short
}

// fewer is a quarter of n with -short, which is how the gate looks for races.
func fewer(n int) int {
	if testing.Short() {
		return max(1, n/4)
	}
	return n
}

// mustHold demands that nothing was lost and nothing was done twice, and that
// in the end every row is done.
func (a affair) mustHold(t testing.TB) {
	t.Helper()
	if diff := cmp.Diff(verdict{}, a.judge()); diff != "" {
		t.Errorf("the promise does not hold (-want +got):\n%s", diff)
	}
	ended := map[string]int{}
	for _, row := range a.rows {
		ended[a.told[row]]++
	}
	if diff := cmp.Diff(map[string]int{"done": len(a.rows)}, ended); diff != "" {
		t.Errorf("the statuses of the rows differ (-want +got):\n%s", diff)
	}
}
