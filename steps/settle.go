package steps

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
)

// DefaultIndexLag is how long a write may take to show in searches. Intercom
// says of its search that new contacts may take a few minutes.
const DefaultIndexLag = 5 * time.Minute

const (
	// atWork is how long a server may still carry out a request after its
	// client has gone: as long as the client would have waited for it.
	atWork = time.Minute

	// slack is by how much times of Intercom may be off. A Date has whole
	// seconds, and recorded answers to a create have times one second apart.
	slack = 2 * time.Second
)

// Sent says when a call whose outcome is not known was on its way, by the clock
// of this machine. It may be about calls of an earlier process.
type Sent struct {
	First time.Time // the first attempt began
	Last  time.Time // the last attempt may have gone out as late as this, such as when the process ended

	// Applied is whether Intercom said that the call was done, in an answer
	// that could not be read. It is never settled as not applied then.
	Applied bool

	// Taken reports whether a record is known to be another call's. Two calls
	// that send the same can be told apart by nothing else: settle them
	// together, or one after the other with the record of the first counted as
	// taken. May be nil.
	Taken func(id string) bool
}

// Doubt is a call whose outcome is not known.
type Doubt struct {
	In map[string]any // its inputs
	Sent
}

// Look says how calls are looked for.
type Look struct {
	Do    intercom.Doer // sends reads only
	Clock *Clock        // of Intercom; it is asked for the time if that is not known; may be nil
	Lag   time.Duration // how long searches may lag behind writes; [DefaultIndexLag] if zero
}

// Verdict is what became of a call whose outcome was not known.
type Verdict uint8

// A call is to be sent again only when it was not applied.
const (
	Unclear Verdict = iota
	Applied
	NotApplied
)

// String gives the verdict in words, such as "not applied".
func (v Verdict) String() string {
	return [...]string{"unclear", "applied", "not applied"}[v]
}

// Evidence is a verdict and what it rests on.
type Evidence struct {
	Verdict Verdict
	ID      string    // Intercom's id of the record, when Applied
	Data    []byte    // the record as it is now, as the step's data, when Applied
	Note    string    // what was looked at and found; holds personal data, as the inputs do
	Again   time.Time // when looking again may be conclusive, by this machine's clock; zero for never
}

// Settle finds out what became of calls whose outcome is not known: the answer
// was lost, or the process ended before it was written down. It gives the
// evidence of each, in their order, and sends few requests: what can be searched
// for together is.
//
// A call that may be repeated is not looked for: it is NotApplied, since
// sending it again leaves the same. A contact with an external_id is looked up
// by it. Other contacts and tickets are searched for, by what was sent and by
// when: a record counts that was made in the time of the call, by Intercom's
// clock, and has every field that was sent. Of one such record the call is
// taken to be the maker; of two, none is; that there is none counts once the
// server cannot be at work any more and the search has caught up. All other
// calls stay Unclear, for a person to decide.
//
// Two things it cannot see. A record that was archived, deleted, merged or given
// another email, phone number or name meanwhile looks as if it had not been
// made; and one that somebody else made with the same fields in the time of the
// call looks like the call's own.
//
// The error is an [*InputError], or that of a look-up; nothing is known then.
func (a *Action) Settle(ctx context.Context, look Look, doubts []Doubt) ([]Evidence, error) {
	if look.Lag <= 0 {
		look.Lag = DefaultIndexLag
	}
	if look.Clock == nil {
		look.Clock = new(Clock)
	}
	evidence := make([]Evidence, len(doubts))
	var queries []*query
	for i, d := range doubts {
		e, q, err := a.settleOne(ctx, look, d)
		if err != nil {
			return nil, err
		}
		if evidence[i] = e; q != nil {
			q.evidence = &evidence[i]
			queries = append(queries, q)
		}
	}
	return evidence, searchAll(ctx, look.Do, queries)
}

// Searched reports whether what a call with these inputs made can only be
// searched for, and so may not be found for some minutes.
func (a *Action) Searched(in map[string]any) bool {
	return a.settle != nil && a.RetryOf(in) == Once
}

// settleOne settles a call, or gives the query that will.
func (a *Action) settleOne(ctx context.Context, look Look, d Doubt) (Evidence, *query, error) {
	req, err := a.Request(d.In)
	if err != nil {
		return Evidence{}, nil, err
	}
	if d.First.IsZero() || d.Last.Before(d.First) {
		return Evidence{}, nil, a.wrong("", "cannot be settled without the times of its first and its last attempt")
	}
	if a.RetryOf(d.In) == Repeatable {
		return Evidence{Verdict: NotApplied, Note: "sending it again leaves the same, whatever became of it"}, nil, nil
	}
	if a.settle == nil {
		return leftToPeople(req, d.Sent), nil, nil
	}
	encoded, _ := a.encode(d.In)
	return a.settle(ctx, &settling{Look: look, fields: a.Inputs, in: encoded, sent: d.Sent})
}

// leftToPeople is the evidence where flowrun does not know where to look.
func leftToPeople(req intercom.Request, sent Sent) Evidence {
	return Evidence{Note: fmt.Sprintf("flowrun does not know what %s %s leaves behind; look in Intercom for what it does, between %s and %s",
		req.Method, req.Path, stamp(sent.First), stamp(sent.Last.Add(atWork)))}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// settling is a call whose outcome is being looked for.
type settling struct {
	Look
	fields []Field
	in     inputs
	sent   Sent
}

// window is the time in which the call can have made a record, by the clock of
// Intercom.
type window struct{ from, to time.Time }

// holds reports whether a time in Unix seconds lies in the window.
func (w window) holds(unix int64) bool {
	t := time.Unix(unix, 0)
	return !t.Before(w.from) && !t.After(w.to)
}

func (w window) String() string { return "from " + stamp(w.from) + " to " + stamp(w.to) }

// window turns the times of the call into Intercom's. That this machine's clock
// was as wrong when the call was made as it is now has to be assumed.
func (s *settling) window(ctx context.Context) (window, error) {
	ahead, err := s.Clock.ask(ctx, s.Do)
	return window{s.sent.First.Add(ahead - slack), s.sent.Last.Add(ahead + atWork + slack)}, err
}

func get(path string) intercom.Request {
	return intercom.Request{Method: http.MethodGet, Path: path, Repeat: true}
}

// missed is the evidence of a look that began at asked, and found nothing. Lag
// is how far behind the writes it may have been.
func (s *settling) missed(asked time.Time, lag time.Duration, note string) Evidence {
	ready := s.sent.Last.Add(atWork + lag)
	switch {
	case asked.Before(ready):
		return Evidence{Note: note + "; it is too early for that to count", Again: ready}
	case s.sent.Applied:
		return Evidence{Note: note + "; yet Intercom said that the call was done"}
	}
	return Evidence{Verdict: NotApplied, Note: note}
}
