package program

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// longWorkflow has many steps, each of which reads the one before it.
func longWorkflow(steps int) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nsteps:\n  - id: step0\n    action: createTag\n    with: {name: vip}\n")
	for i := 1; i < steps; i++ {
		fmt.Fprintf(&b, "  - id: step%d\n    if: steps.step%d.status == \"done\"\n    action: createTag\n    with: {name: \"{{ lower(steps.step%d.data.name) }} {{ steps.step%d.data.id }}\"}\n", i, i-1, i-1, i-1)
	}
	return []byte(b.String())
}

func BenchmarkLoad(b *testing.B) {
	for _, steps := range []int{10, 100, 1000} {
		text := longWorkflow(steps)
		b.Run(fmt.Sprint(steps, " steps"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, problems := Load("file.yaml", text); problems != nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// TestLongWorkflowsLoadFast: the time for a step does not grow with the number
// of steps before it.
func TestLongWorkflowsLoadFast(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much; -short leaves it out")
	}
	took := func(steps int) time.Duration {
		best := time.Hour
		for range 3 {
			began := time.Now()
			if _, problems := Load("file.yaml", longWorkflow(steps)); problems != nil {
				t.Fatal(problems)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	few, many := took(200), took(2000)
	if many > 40*few {
		t.Errorf("2,000 steps took %v, 200 took %v", many, few)
	}
}
