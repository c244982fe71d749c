package runner

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPace counts steps over time in parts that grow with the run.
func TestPace(t *testing.T) {
	began := time.Unix(1_790_000_000, 0)
	tests := []struct {
		name  string
		ended []int // seconds after the first one
		want  Pace
	}{
		{"within one second", []int{0, 0, 0}, Pace{began, 1, []int64{3}}},
		{"with a pause", []int{0, 1, 1, 4}, Pace{began, 1, []int64{1, 2, 0, 0, 1}}},
		{"longer than a minute", []int{0, 1, 2, 61}, Pace{began, 2, append([]int64{2, 1}, append(make([]int64, 28), 1)...)}},
		{"a clock that was put back", []int{0, -5}, Pace{began, 1, []int64{2}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Pace{Began: began, Each: 1}
			for _, s := range tt.ended {
				got.add(began.Add(time.Duration(s) * time.Second))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("the pace differs (-want +got):\n%s", diff)
			}
		})
	}
}
