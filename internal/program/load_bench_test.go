package program

import (
	"fmt"
	"strings"
	"testing"
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

// TestLongWorkflowsLoadCheaply: what a step costs does not grow with the number
// of steps before it. BenchmarkLoad has the times.
func TestLongWorkflowsLoadCheaply(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine, over much; -short leaves it out")
	}
	allocations := func(steps int) float64 {
		text := longWorkflow(steps)
		return testing.AllocsPerRun(1, func() {
			if _, problems := Load("file.yaml", text); problems != nil {
				t.Fatal(problems)
			}
		})
	}
	if few, many := allocations(200), allocations(2000); many > 12*few {
		t.Errorf("2,000 steps allocate %.0f times, 200 allocate %.0f times", many, few)
	}
}
