package steps

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/google/go-cmp/cmp"
)

// TestCallsAreSearchedForTogether loses the answers of calls that differ in the
// field they are found by: what became of each is found out with few searches.
func TestCallsAreSearchedForTogether(t *testing.T) {
	leadOf := func(i int) values {
		return values{"role": "lead", "email": fmt.Sprintf("Lead-%d@example.com", i), "name": "Ann"}
	}
	named := func(i int) values { return values{"role": "lead", "name": fmt.Sprintf("Ann & Co %d", i)} }
	tests := []struct {
		name   string
		action string
		calls  []values
		most   int // searches
	}{
		{"leads by email", "createContact", []values{leadOf(1), leadOf(2), leadOf(3), leadOf(4), leadOf(5)}, 1},
		{"leads by email and by name", "createContact", []values{leadOf(1), named(1), leadOf(2), named(2)}, 2},
		{"tickets of different contacts that are alike", "createTicket", []values{ticketBy("contact_id", ann), ticketBy("contact_id", bob)}, 1},
		{"tickets of different types", "createTicket", []values{ticketBy("contact_id", ann), with(ticketBy("contact_id", bob), "ticket_type_id", "8")}, 2},
		{"a ticket with a time of its own", "createTicket", []values{ticketBy("contact_id", ann), with(ticketBy("contact_id", bob), "created_at", 1577836800)}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, sandbox.Options{Data: twoTypes()}, time.Hour)
				time.Sleep(time.Hour)
				var doubts []Doubt
				var want []Verdict
				for i, in := range tt.calls {
					verdict, kind := Applied, sandbox.FaultLost
					if i%2 == 1 {
						verdict, kind = NotApplied, sandbox.FaultReset
					}
					want = append(want, verdict)
					doubts = append(doubts, Doubt{in, w.lose(tt.action, in, kind)})
					time.Sleep(10 * time.Second)
				}
				time.Sleep(7 * time.Minute)
				before := searchesIn(w.server.Calls())
				var got []Verdict
				for _, e := range w.settleAll(tt.action, 0, doubts...) {
					got = append(got, e.Verdict)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("verdicts differ (-want +got):\n%s", diff)
				}
				if n := searchesIn(w.server.Calls()) - before; n > tt.most {
					t.Errorf("%d searches were made, want %d at most", n, tt.most)
				}
			})
		})
	}
}

const bob = "000000000000000000000b0b"

// twoTypes is a workspace with two ticket types, and with two contacts.
func twoTypes() *sandbox.Data {
	d := customers()
	d.Contacts = append(d.Contacts, sandbox.Contact{ID: bob, Email: "bob@example.com"})
	reference := []sandbox.TicketAttribute{{Name: "reference"}}
	d.TicketTypes = []sandbox.TicketType{{ID: bug, Name: "Bug", Attributes: reference}, {ID: "8", Name: "Other", Attributes: reference}}
	return d
}

func searchesIn(calls map[string]int) (n int) {
	for op, times := range calls {
		if strings.HasSuffix(op, "/search") {
			n += times
		}
	}
	return n
}

// TestOneRecordIsNotTwoCalls loses the answers of two calls that send the same,
// of which one was applied: one is done, and the other is to be sent again.
func TestOneRecordIsNotTwoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sandbox.Options{}, 0)
		first := w.lose("createContact", lead, sandbox.FaultReset)
		second := w.lose("createContact", lead, sandbox.FaultLost)
		time.Sleep(7 * time.Minute)
		got := w.settleAll("createContact", 0, Doubt{lead, first}, Doubt{lead, second})
		if got[0].Verdict != Applied || got[1].Verdict != NotApplied {
			t.Errorf("the verdicts are %s and %s, want applied and not applied", got[0].Verdict, got[1].Verdict)
		}
	})
}

// TestTheVerdictIsNeverWrongTogether is the same for many calls at a time, whose
// records are alike but for the field that they are found by.
func TestTheVerdictIsNeverWrongTogether(t *testing.T) {
	for seed := range uint64(60) {
		synctest.Test(t, func(t *testing.T) {
			r := &random{Rand: rand.New(rand.NewPCG(seed, 8)), t: t, seed: seed}
			index := r.upTo(4 * time.Minute)
			r.w = newWorld(t, sandbox.Options{IndexLag: index}, pick(r, 0, time.Hour, -time.Hour))
			var doubts []Doubt
			var own []string
			for i := range 40 {
				in := pick(r, with(lead, "email", fmt.Sprintf(" Ann-%d@Example.com", i)),
					values{"role": "lead", "name": fmt.Sprintf("Ann & Co %d", i)},
					values{"role": "lead", "phone": fmt.Sprintf("+4412345678%02d", i)})
				sent, id := r.lose("createContact", in)
				doubts, own = append(doubts, Doubt{in, sent}), append(own, id)
			}
			time.Sleep(r.upTo(8 * time.Minute))
			for i, got := range r.w.settleAll("createContact", index+time.Second, doubts...) {
				if got.Verdict == Applied && got.ID != own[i] || got.Verdict == NotApplied && own[i] != "" {
					t.Errorf("seed %d: %v is settled as %s %s, but made %q\n%s", seed, doubts[i].In, got.Verdict, got.ID, own[i], got.Note)
				}
			}
		})
	}
}

// TestTheTimeIsAskedForOnce settles a call where an answer has been seen before.
func TestTheTimeIsAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sandbox.Options{}, time.Hour)
		sent := w.lose("createContact", lead, sandbox.FaultLost)
		look := Look{Do: w.read, Clock: new(Clock)}
		for _, want := range []int{1, 1} {
			got, err := Find("createContact").Settle(t.Context(), look, []Doubt{{lead, sent}})
			if err != nil || got[0].Verdict != Applied {
				t.Errorf("error = %v, evidence = %+v", err, got)
			}
			if n := w.server.Calls()["GET /me"]; n != want {
				t.Errorf("the time was asked for %d times, want %d", n, want)
			}
		}
	})
}

// TestTheClockOfIntercom shows a clock answers that were on their way for
// different times.
func TestTheClockOfIntercom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c Clock
		see := func(ahead time.Duration) {
			c.See(map[string][]string{"Date": {time.Now().Add(ahead).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")}})
		}
		for _, tt := range []struct {
			name         string
			after, shows time.Duration
			want         time.Duration
		}{
			{"the first one counts", 0, -5 * time.Second, -5 * time.Second},
			{"one that was faster counts", time.Second, 0, 0},
			{"one that was slow does not", time.Second, -40 * time.Second, 0},
			{"after some seconds it does, since clocks drift and are set", 11 * time.Second, -3 * time.Second, -3 * time.Second},
		} {
			time.Sleep(tt.after)
			see(tt.shows)
			if got, ok := c.Ahead(); !ok || got != tt.want {
				t.Errorf("%s: ahead by %s, want %s", tt.name, got, tt.want)
			}
		}
	})
}
