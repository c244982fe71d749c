package repeats

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInOrder compares a finder with a map, with so little memory that most of
// what it keeps is in files, and with enough.
func TestInOrder(t *testing.T) {
	for _, limit := range []int{7, inMemory} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			dir := t.TempDir()
			f := New(dir)
			f.keys.limit = limit
			random := rand.New(rand.NewPCG(1, 2))
			seen := map[string][]int64{}
			var want []Repetition
			for i := range int64(1000) {
				key := fmt.Sprint(random.IntN(700))
				if err := f.Add([]byte(key), i); err != nil {
					t.Fatal(err)
				}
				seen[key] = append(seen[key], i)
				if at := seen[key]; len(at) > 1 {
					want = append(want, Repetition{i, at[0], int64(len(at))})
				}
			}
			var got []Repetition
			for again, err := range f.InOrder() {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, again)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("repetitions differ (-want +got):\n%s", diff)
			}
			f.Close()
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%d files are left behind", len(left))
			}
		})
	}
}

func TestErrorsAreTold(t *testing.T) {
	f := New(t.TempDir() + "/missing")
	f.keys.limit = 1
	if err := f.Add([]byte("a"), 0); err == nil {
		t.Error("a folder that is not there takes a file")
	}

	f = New(t.TempDir())
	f.keys.limit = 1
	for i := range int64(2) {
		if err := f.Add([]byte("a"), i); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.keys.files[1].Truncate(1); err != nil {
		t.Fatal(err)
	}
	var failed error
	for _, err := range f.InOrder() {
		failed = err
	}
	if failed == nil {
		t.Error("a file that was cut short has an end")
	}
	f.Close()
}
