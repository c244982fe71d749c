package intercom

import (
	"testing"
	"testing/synctest"
	"time"
)

// The tests of this package were seen to fail after each of these changes:
//
//	the change                                     a test that fails then
//	clock.ahead goes by this computer's date       "their clock is an hour ahead" and others
//	Do counts a 429 as an attempt                  TestDoEnds, TestDoReportsAttempts
//	Do has one time-out around all its attempts    TestDoWaits, TestStormsLoseNothing
//	free does not take off calls that fly          TestGovernorLearns
//	due does not spread calls over the window      TestWindowsAreUsedUpAndNotOverrun, "alone" and others
//	reserve forgets what others use                TestGovernorLearns, and "four processes"
//	allowed forgets the share                      "half of it is wanted"
//	isOver believes late answers                   "alone" and others
//	wasLeft is never true                          "their clock is set"
//	no call goes alone after a 429                 TestStormsLoseNothing, "ten minutes"
//	release wakes nobody                           nearly all
func TestWindowsAreUsedUpAndNotOverrun(t *testing.T) {
	seconds := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	const hour, day = time.Hour, 24 * time.Hour
	tests := []struct {
		name    string
		rules   rules
		cfg     Config
		clients int
		minutes int
		used    float64 // at least, of the part that others leave
		refused float64 // at most, of all calls
	}{
		{"alone", rules{limit: 1667}, Config{}, 1, 3, 0.97, 0},
		{"alone with 3,000 a minute", rules{limit: 500}, Config{}, 1, 10, 0.97, 0},
		{"alone with 1,000 a minute", rules{limit: 167}, Config{}, 1, 10, 0.97, 0},
		{"alone with 500 a minute", rules{limit: 83}, Config{}, 1, 10, 0.97, 0},
		{"alone with next to nothing", rules{limit: 2}, Config{}, 1, 10, 0.5, 0},
		{"what remains is told without the call itself", rules{limit: 83, counts: true}, Config{}, 1, 10, 0.97, 0},
		{"their clock is an hour ahead", rules{limit: 167, skew: always(hour + seconds(0.7))}, Config{}, 1, 10, 0.97, 0},
		{"their clock is an hour behind", rules{limit: 167, skew: always(-hour - seconds(0.7))}, Config{}, 1, 10, 0.97, 0},
		{"their clock runs ahead", rules{limit: 83, skew: func(at time.Duration) time.Duration { return at / 1000 }}, Config{}, 1, 10, 0.97, 0},
		{"their clock falls behind", rules{limit: 83, skew: func(at time.Duration) time.Duration { return -at / 1000 }}, Config{}, 1, 10, 0.97, 0},
		{"their clock is set", rules{limit: 167, skew: eachMinute(0, day, -day, seconds(3), 0, hour)}, Config{}, 1, 6, 0.95, 0.001},
		{"windows begin elsewhere", rules{limit: 167, begins: eachMinute(0, seconds(4), seconds(9), seconds(2))}, Config{}, 1, 6, 0.95, 0.001},
		{"resets are rounded up", rules{limit: 83, begins: always(seconds(2.6))}, Config{}, 1, 10, 0.97, 0},
		{"resets are rounded down", rules{limit: 83, begins: always(seconds(2.6)), floor: true}, Config{}, 1, 10, 0.97, 0},
		{"answers have no date", rules{limit: 83, begins: always(seconds(2)), undated: true}, Config{}, 1, 10, 0.97, 0},
		{"windows of two seconds", rules{limit: 167, length: 2 * time.Second}, Config{}, 1, 2, 0.9, 0},
		{"windows of a minute", rules{limit: 1000, length: time.Minute}, Config{}, 1, 6, 0.97, 0},

		{"two processes", rules{limit: 1667}, Config{}, 2, 1, 0.97, 0.0001},
		{"two processes with 1,000 a minute", rules{limit: 167}, Config{}, 2, 10, 0.97, 0.0001},
		{"four processes", rules{limit: 1667}, Config{}, 4, 1, 0.97, 0.0001},
		{"bursts of others use a fifth", rules{limit: 1667, others: 333}, Config{}, 1, 2, 0.85, 0.002},
		{"half of it is wanted", rules{limit: 167}, Config{RateShare: 0.5}, 1, 6, 0.97, 0},
		{"two processes want three tenths each", rules{limit: 167}, Config{RateShare: 0.3}, 2, 6, 0.97, 0},

		{"rate headers go missing", rules{limit: 167, silent: eachMinute(false, true)}, Config{}, 1, 6, 0.88, 0},
		{"there are no rate headers", rules{limit: 167, silent: always(true)}, Config{}, 1, 6, 0.5, 0.03},
		{"the workspace has less", rules{limit: 167, total: 100}, Config{}, 1, 6, 0.35, 0.01},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newService(tt.rules)
				long := time.Duration(tt.minutes) * time.Minute
				if testing.Short() { // for races, and not for figures
					s.drive(t, tt.cfg, tt.clients, 20*time.Second)
					return
				}
				s.drive(t, tt.cfg, tt.clients, long)

				share := 1.0
				if tt.cfg.RateShare > 0 {
					share = tt.cfg.RateShare * float64(tt.clients)
				}
				allowed := share * float64(s.limit) * float64(long/s.length)
				used := float64(s.taken) / (allowed - float64(s.foreign.taken+s.foreign.refused))
				refused := float64(s.refused) / float64(s.taken+s.refused)
				t.Logf("%.1f %% used, %d of %d calls refused, of others %d of %d", 100*used,
					s.refused, s.taken+s.refused, s.foreign.refused, s.foreign.taken+s.foreign.refused)
				if used < tt.used {
					t.Errorf("%.1f %% used, want at least %.1f %%", 100*used, 100*tt.used)
				}
				if refused > tt.refused {
					t.Errorf("%.3f %% refused, want at most %.3f %%", 100*refused, 100*tt.refused)
				}
				if most := int(share * float64(s.limit)); s.peak > most {
					t.Errorf("%d calls in a window, want at most %d", s.peak, most)
				}
			})
		})
	}
}

// eachMinute gives one value after the other, and the last one from then on.
func eachMinute[T any](values ...T) func(time.Duration) T {
	return func(at time.Duration) T { return values[min(int(at/time.Minute), len(values)-1)] }
}

func TestShortRunUsesItsFirstWindow(t *testing.T) {
	for _, begins := range []time.Duration{0, 3 * time.Second, 6 * time.Second, 9900 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := newService(rules{limit: 1666, even: true, skew: always[time.Duration](0), begins: always(begins)})
			start := time.Now()
			doAll(t, s.client(t, Config{}), 64, 5000)
			took := time.Since(start)
			t.Logf("windows begin at %v: %v", begins, took)
			if took > 30500*time.Millisecond || s.refused > 0 {
				t.Errorf("took %v with %d calls refused", took, s.refused)
			}
		})
	}
}

func TestStormsLoseNothing(t *testing.T) {
	tests := []struct {
		name    string
		closed  func(time.Duration) bool
		minutes int
		used    float64
	}{
		{"five seconds of each minute", func(at time.Duration) bool { return at%time.Minute > 55*time.Second }, 6, 0.25},
		{"in the middle of windows", func(at time.Duration) bool { s := at % time.Minute / time.Second; return s > 31 && s < 37 }, 6, 0.25},
		{"ten minutes", eachMinute(false, true, true, true, true, true, true, true, true, true, true, false), 14, 0.1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(rules{limit: 500, closed: tt.closed})
				s.drive(t, Config{}, 1, time.Duration(tt.minutes)*time.Minute)
				used := float64(s.taken) / float64(s.limit*tt.minutes*6)
				t.Logf("%.1f %% used, %d refused", 100*used, s.refused)
				if s.inVain > 2 {
					t.Errorf("%d calls sent to a window that was known to be closed", s.inVain)
				}
				if s.refused > 100 {
					t.Errorf("%d calls refused", s.refused)
				}
				if used < tt.used {
					t.Errorf("%.1f %% used, want at least %.1f %%", 100*used, 100*tt.used)
				}
			})
		})
	}
}
