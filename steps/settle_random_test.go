package steps

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// The verdict may be Unclear, never wrong, whatever goes wrong with the call
// and whatever other people do, as long as searches lag no more than they are
// said to, and nobody makes the same record in the same seconds, takes it away
// again or changes that by which it is found.
func TestTheVerdictIsNeverWrong(t *testing.T) {
	verdicts := map[Verdict]int{}
	seeds, each := uint64(600), 30
	if testing.Short() {
		seeds, each = 100, 3
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			r := &random{Rand: rand.New(rand.NewPCG(seed, 7)), t: t, seed: seed}
			verdicts[r.run()]++
		})
	}
	for _, v := range []Verdict{Unclear, Applied, NotApplied} {
		if verdicts[v] < each {
			t.Errorf("only %d calls were settled as %s; the scenarios say little", verdicts[v], v)
		}
	}
}

// random makes a scenario up.
type random struct {
	*rand.Rand
	t    *testing.T
	seed uint64
	w    *world
}

func pick[T any](r *random, values ...T) T { return values[r.IntN(len(values))] }

func (r *random) upTo(d time.Duration) time.Duration { return time.Duration(r.Int64N(int64(d) + 1)) }

// sampleCalls are calls of all kinds that can be settled.
var sampleCalls = []struct {
	action string
	in     values
}{
	{"createContact", user},
	{"createContact", byEmail},
	{"createContact", lead},
	{"createContact", values{"role": "lead", "phone": "+441234567890", "name": "Ann"}},
	{"createContact", values{"role": "lead", "name": " Ann & Co ", "custom_attributes": values{"seats": 5}}},
	{"createTicket", onBug},
	{"createTicket", ticketBy("external_id", "42")},
	{"createTicket", ticketBy("email", "both@example.com")},
	{"createTicket", ticketBy("email", "new@example.com")},
	{"createTicket", with(onBug, "created_at", 1577836800)},
}

// run plays the scenario and gives the last verdict, after looking again as
// long as that may help.
func (r *random) run() Verdict {
	call := pick(r, sampleCalls...)
	index := pick(r, 0, r.upTo(time.Minute), r.upTo(4*time.Minute))
	r.w = newWorld(r.t, sandbox.Options{Data: customers(), IndexLag: index, Switches: sandbox.Switches{
		EscapeNames: pick(r, true, false), NextNull: pick(r, true, false),
		EmailConflict: pick(r, sandbox.EmailConflictBare, sandbox.EmailConflictAlways, sandbox.EmailConflictNever),
	}}, pick(r, 0, time.Hour, -time.Hour, r.upTo(time.Minute)))
	time.Sleep(r.upTo(forever))

	r.others(call.action, call.in, pause(10*time.Second+r.upTo(time.Hour)))
	sent, own := r.lose(call.action, call.in)
	r.others(call.action, call.in, pause(2*time.Minute+r.upTo(time.Hour)))
	time.Sleep(r.upTo(8 * time.Minute))

	lag := index + max(1, pick(r, 0, r.upTo(2*time.Minute)))
	got := r.settle(call.action, call.in, sent, lag, own)
	for !got.Again.IsZero() {
		if !got.Again.After(time.Now()) || got.Verdict != Unclear {
			r.t.Fatalf("seed %d: look again at %v, at %v and with the verdict %s", r.seed, got.Again, time.Now(), got.Verdict)
		}
		time.Sleep(time.Until(got.Again))
		got = r.settle(call.action, call.in, sent, lag, own)
	}
	return got.Verdict
}

// settle settles a call, and holds the verdict against the ledger.
func (r *random) settle(action string, in values, sent Sent, lag time.Duration, own string) Evidence {
	r.t.Helper()
	got := r.w.settle(action, in, sent, lag)
	if got.Verdict == Applied && got.ID != own || got.Verdict == NotApplied && own != "" {
		r.t.Errorf("seed %d: %s of %v is settled as %s %s, but made %q\n%s", r.seed, action, in, got.Verdict, got.ID, own, got.Note)
	}
	return got
}

// others has other people do some things: the same as the call at another time,
// something like it, or a change of what was made last.
func (r *random) others(action string, in values, away func(*world)) {
	same := func(w *world) { _, _ = w.try(action, in) } // may meet a conflict
	twin := and(away, same, away)
	unlike := func(w *world) { _, _ = w.try(action, r.unlike(action, in)) }
	things := []func(*world){func(*world) {}, func(*world) {}, twin, unlike, and(unlike, unlike), and(twin, unlike), r.changeLast}
	pick(r, things...)(r.w)
	time.Sleep(r.upTo(3 * time.Second))
}

// unlike gives inputs that differ from in by something that the call sends.
func (r *random) unlike(action string, in values) values {
	if action == "createTicket" {
		return pick(r, marked(in, "another"), with(in, "ticket_attributes", values{}))
	}
	if _, ok := in["custom_attributes"]; ok && pick(r, true, false) || in["name"] == nil {
		return with(in, "custom_attributes", values{"winback": true, "plan": "free", "seats": 1})
	}
	return with(in, "name", "Bob")
}

// changeLast changes what was made last, but not that by which it is found.
func (r *random) changeLast(w *world) {
	ledger := w.server.Ledger()
	if len(ledger) == 0 {
		return
	}
	time.Sleep(time.Second)
	last := ledger[len(ledger)-1]
	change := values{"contact_id": last.ObjectID, "custom_attributes": values{"plan": pick(r, "trial", "free"), "seats": pick(r, 7, 8)}}
	if bytes.Contains(last.Body, []byte(`"email"`)) && pick(r, true, false) {
		change["name"] = "Zoe"
	}
	switch last.Operation {
	case "POST /contacts":
		_, _ = w.try("updateContact", change)
	case "POST /tickets":
		retitled(w)
	}
}

// lose makes the call in such a way that its outcome is not known, and gives
// the id of what it made.
func (r *random) lose(action string, in values) (Sent, string) {
	fault := pick(r,
		sandbox.Fault{Kind: sandbox.FaultLost},
		sandbox.Fault{Kind: sandbox.FaultTruncated},
		sandbox.Fault{Kind: sandbox.FaultStatus, After: true},
		sandbox.Fault{Kind: sandbox.FaultStatus},
		sandbox.Fault{Kind: sandbox.FaultReset},
	)
	fault.Method, fault.Count = "POST", 1
	r.w.server.Fail(fault)
	before := r.w.server.Ledger()
	sent := Sent{First: time.Now()}
	time.Sleep(r.upTo(2 * time.Second))
	_, err := r.w.try(action, in)
	var unknown *intercom.UnknownError
	sent.Applied = errors.As(err, &unknown) && unknown.Applied
	r.w.server.Heal()
	time.Sleep(r.upTo(time.Second))
	sent.Last = time.Now().Add(-pick(r, 0, time.Since(sent.First)))

	made := slices.DeleteFunc(r.w.server.Ledger()[len(before):], func(e sandbox.Entry) bool { return e.Method != "POST" })
	if len(made) == 0 {
		return sent, ""
	}
	return sent, made[0].ObjectID
}
