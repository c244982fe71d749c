package runner

import (
	"fmt"
	"strconv"
	"time"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/steps"
)

// repeatedFor is how long a call that leaves the same when it is made twice is
// made again without a look. Later, somebody may have changed the record since.
const repeatedFor = time.Hour

// isOld reports whether a call in doubt was made so long ago that somebody may
// have changed its record since.
func (d *doubt) isOld() bool { return d != nil && time.Since(d.sent.Last) > repeatedFor }

// overtaken says how a write in doubt ends that is not to be made again: it was
// applied, or the record was changed since and shows something else. It is nil
// where the write may be made.
func (w *walk) overtaken(open *doubt, in eval.Object, target *found, v verdict) *outcome {
	fields := open.step.Action.Goal == steps.Fields
	switch shows := v.end != nil && v.end.status == Unchanged; {
	case target == nil || fields && target.value == nil:
		return nil
	case shows && isLink(open.step.Action): // sent again, it might be refused
		return &outcome{status: Done, effect: v.effect, has: true, data: target.value, permitted: true}
	case shows && fields && open.isOld():
		return &outcome{status: Done, effect: v.effect, id: target.id(), has: true, data: target.value, permitted: true}
	case shows:
		return nil
	}
	problem := ""
	if by := w.rewritten(open, in, target, v.changes); by != nil {
		problem = by.Label + " has written the record since, which shows something else: sending it again would overwrite that"
	} else if fields && open.isOld() {
		problem = w.changedBehind(open, target)
	}
	if problem == "" {
		return nil
	}
	out := w.inDoubt(open, &codedError{code: codeInDoubt, message: "sent, and not known whether it was applied: " + problem, hint: hintOf(time.Time{})})
	out.effect, out.permitted = v.effect, true
	return &out
}

// changedBehind says that a record was changed after a call in doubt was sent; ""
// where it was not, or does not say when.
func (w *walk) changedBehind(open *doubt, target *found) string {
	const slack = 2 * time.Second                                                          // of times of Intercom
	changed, _ := strconv.ParseInt(textValue(valueAt(target.value, "updated_at")), 10, 64) // none in a record without it
	ahead, known := w.clock.Ahead()
	sent := open.sent.First.Add(ahead)
	if !known || changed < sent.Add(-slack).Unix() {
		return ""
	}
	return fmt.Sprintf("it went out at %s, and the record was changed at %s and shows something else; sending it again might overwrite what somebody did since",
		clockTime(sent), clockTime(time.Unix(changed, 0)))
}

// isLink reports whether an action puts something on a record or takes it off,
// or brings the record back: it is so or it is not, whoever made it so.
func isLink(action *steps.Action) bool {
	return action.Effect == steps.Update && (action.Goal == steps.Present || action.Goal == steps.Absent)
}

func clockTime(t time.Time) string { return t.UTC().Format(time.DateTime) + " UTC" }
