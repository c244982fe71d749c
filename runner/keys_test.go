package runner

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRepeatedKeys compares the file of keys with a map, with so little memory
// that most of it is in files.
func TestRepeatedKeys(t *testing.T) {
	dir := t.TempDir()
	keys := newKeyFile(dir)
	keys.limit = 7
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string][]int64{}
	var want []string
	for i := range int64(1000) {
		key := fmt.Sprint(random.IntN(700))
		if err := keys.add([]byte(key), i); err != nil {
			t.Fatal(err)
		}
		seen[key] = append(seen[key], i)
		if at := seen[key]; len(at) > 1 {
			want = append(want, fmt.Sprint(at[0], i, len(at)))
		}
	}
	var got []string
	err := keys.repeated(func(first, again int64, nth int) error {
		got = append(got, fmt.Sprint(first, again, nth))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("repetitions differ (-want +got):\n%s", diff)
	}
	keys.close()
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left behind", len(left))
	}
}
