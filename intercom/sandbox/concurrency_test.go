package sandbox_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestOfManyCreatesAtOnceOneWins(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: small()})
	statuses := make([]int, 16)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			req := request(t, "POST /contacts", fmt.Sprintf(`{"external_id":"same","name":"%d"}`, i))
			res, err := s.Client().Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			statuses[i] = res.StatusCode
		})
	}
	wg.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	if counts[200] != 1 || counts[409] != 15 || len(s.Ledger()) != 1 {
		t.Errorf("answers are %v with %d effects, want one 200, fifteen 409 and one effect", counts, len(s.Ledger()))
	}
}
