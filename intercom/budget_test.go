package intercom

import (
	"testing"
	"testing/synctest"
)

func TestBudgetOfRetries(t *testing.T) {
	retries := func(b *budget, h health) (n int) {
		for n < 1000 && b.spend(h) {
			n++
		}
		return n
	}
	tests := []struct {
		name   string
		earned int
		how    health
		want   int
	}{
		{"a new client has a hundred", 0, failing, 100},
		{"a time-out costs two", 0, timedOut, 50},
		{"more are not saved up", 1000, failing, 100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b budget
			for range tt.earned {
				b.earn()
			}
			if got := retries(&b, tt.how); got != tt.want {
				t.Errorf("%d retries, want %d", got, tt.want)
			}
			for range 51 {
				b.earn()
			}
			if got := retries(&b, failing); got != 5 {
				t.Errorf("%d retries after 51 calls that were done, want 5", got)
			}
		})
	}
}

func TestCallEndsWhenRetriesAreUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newFake(t, inTurn(says(503, `{}`), says(503, `{}`), says(429, ``), says(200, `{}`)))
		c.retries.spent = budgetSize - 1
		read := Request{Method: "GET", Path: "/me"}
		if _, err := c.Do(t.Context(), read); outcome(err) != "unknown" || c.RateLimit().Calls != 2 {
			t.Errorf("after %d calls: %v", c.RateLimit().Calls, err)
		}
		if _, err := c.Do(t.Context(), read); err != nil {
			t.Errorf("a 429 was taken for a retry: %v", err)
		}
	})
}
