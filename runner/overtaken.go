package runner

import (
	"fmt"
	"strconv"
	"time"

	"github.com/flowrun-dev/flowrun/steps"
)

// repeatedFor is how long a call that leaves the same when it is made twice is
// made again without a look. Later, somebody may have changed the record since.
const repeatedFor = time.Hour

// isOld reports whether a call in doubt was made so long ago that somebody may
// have changed its record since.
func (d *doubt) isOld() bool { return d != nil && time.Since(d.sent.Last) > repeatedFor }

// isLooked reports whether the record of a call in doubt is read before the call is
// made again: somebody may have changed it since, or the call may be refused
// because of what it has done.
func (d *doubt) isLooked() bool { return d.isOld() || d != nil && isLink(d.step.Action) }

// overtaken says how a write in doubt ends that is not to be made again: it was
// applied, or the record was changed since and shows something else. It is nil
// where the write may be made.
func (w *walk) overtaken(open *doubt, target *found, v verdict) *outcome {
	if isLink(open.step.Action) && target != nil && v.end != nil && v.end.status == Unchanged {
		return &outcome{status: Done, effect: v.effect, has: true, data: target.value, permitted: true} // sent again, it might be refused
	}
	if !open.isOld() || target == nil || target.value == nil || open.step.Action.Goal != steps.Fields {
		return nil
	}
	if v.end != nil && v.end.status == Unchanged {
		id := idOf(target.value)
		return &outcome{status: Done, effect: v.effect, id: id, has: true, data: target.value, permitted: true}
	}
	const slack = 2 * time.Second                                                          // of times of Intercom
	changed, _ := strconv.ParseInt(textValue(valueAt(target.value, "updated_at")), 10, 64) // none in a record without it
	ahead, known := w.clock.Ahead()
	sent := open.sent.First.Add(ahead)
	if !known || changed < sent.Add(-slack).Unix() {
		return nil
	}
	out := w.inDoubt(open, &codedError{
		code: codeInDoubt,
		message: fmt.Sprintf("sent at %s, and the record was changed at %s and shows something else: sending it again might overwrite what somebody did since",
			clockTime(sent), clockTime(time.Unix(changed, 0))),
		hint: hintOf(time.Time{}),
	})
	out.effect, out.permitted = v.effect, true
	return &out
}

// isLink reports whether an action puts something on a record or takes it off,
// or brings the record back: it is so or it is not, whoever made it so.
func isLink(action *steps.Action) bool {
	return action.Effect == steps.Update && (action.Goal == steps.Present || action.Goal == steps.Absent)
}

func clockTime(t time.Time) string { return t.UTC().Format(time.DateTime) + " UTC" }
