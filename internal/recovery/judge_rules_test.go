package recovery_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJudge is the truth table of the promise: which status goes with how many
// effects.
func TestJudge(t *testing.T) {
	once, repeatable, steps := []bool{false}, []bool{true}, []bool{false, true}
	none, one, two := []int{}, []int{0}, []int{0, 0}
	tests := []struct {
		name    string
		kinds   []bool
		status  string
		effects []int // the steps that took effect, in order
		want    verdict
	}{
		{"done once is done", once, "done", one, verdict{}},
		{"done and never happened is lost", once, "done", none, verdict{Lost: rowA}},
		{"done and happened twice is twice", once, "done", two, verdict{Twice: rowA}},
		{"a repeatable step may happen twice", repeatable, "done", two, verdict{}},
		{"and must happen", repeatable, "done", none, verdict{Lost: rowA}},
		{"a row nobody told of is lost", once, "", one, verdict{Lost: rowA}},
		{"failed and nothing happened", once, "failed", none, verdict{}},
		{"failed and it happened is a lie", once, "failed", one, verdict{Lies: rowA}},
		{"failed and it happened twice is both", once, "failed", two, verdict{Twice: rowA, Lies: rowA}},
		{"pending and nothing happened", once, "pending", none, verdict{}},
		{"pending and it happened is a lie", once, "pending", one, verdict{Lies: rowA}},
		{"a repeatable step that failed may not have happened", repeatable, "failed", one, verdict{Lies: rowA}},
		{"in doubt and it happened", once, "in_doubt", one, verdict{InDoubt: rowA}},
		{"in doubt and nothing happened", once, "in_doubt", none, verdict{InDoubt: rowA}},
		{"in doubt does not excuse twice", once, "in_doubt", two, verdict{Twice: rowA, InDoubt: rowA}},
		{"what can be repeated is never in doubt in the end", repeatable, "in_doubt", one, verdict{Lies: rowA, InDoubt: rowA}},
		{"skipped and nothing happened", once, "skipped", none, verdict{}},
		{"skipped and it happened is a lie", once, "skipped", one, verdict{Lies: rowA}},
		{"unchanged and it happened is a lie", repeatable, "unchanged", one, verdict{Lies: rowA}},
		{"a status that there is not is a lie", once, "perhaps", one, verdict{Lies: rowA}},

		{"both steps done", steps, "done", []int{0, 1}, verdict{}},
		{"done without the second step is lost", steps, "done", one, verdict{Lost: rowA}},
		{"failed behind the first step", steps, "failed", one, verdict{}},
		{"failed behind both is a lie", steps, "failed", []int{0, 1}, verdict{Lies: rowA}},
		{"the second step before the first", steps, "done", []int{1, 0}, verdict{Unruly: rowA}},
		{"the first step twice", steps, "done", []int{0, 0, 1}, verdict{Twice: rowA}},
		{"the second step twice", steps, "done", []int{0, 1, 1}, verdict{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := affair{rows: rowA, repeatable: tt.kinds, told: map[string]string{}}
			if tt.status != "" {
				a.told["A"] = tt.status
			}
			for _, step := range tt.effects {
				a.effects = append(a.effects, effect{"A", step})
			}
			if diff := cmp.Diff(tt.want, a.judge()); diff != "" {
				t.Errorf("verdict differs (-want +got):\n%s", diff)
			}
		})
	}
}

var rowA = []string{"A"}

func TestJudgeKnowsItsRows(t *testing.T) {
	a := affair{
		rows: []string{"A", "B"}, repeatable: []bool{false}, requests: 3,
		told:    map[string]string{"A": "done", "B": "done"},
		effects: []effect{{"A", 0}, {"B", 0}, {"C", 0}},
	}
	want := verdict{Lies: []string{`an effect of "C", which is no row`}}
	if diff := cmp.Diff(want, a.judge()); diff != "" {
		t.Errorf("verdict differs (-want +got):\n%s", diff)
	}
	if got := a.overhead(); got != 1.5 {
		t.Errorf("overhead is %v, want 1.5", got)
	}
}
