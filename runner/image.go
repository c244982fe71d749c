package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/secret"
	"github.com/flowrun-dev/flowrun/steps"
	"github.com/tidwall/gjson"
)

// image is what a write found before it, and what it was about to make of it:
// all that is needed to take it back. It is in the journal before the call, so
// fields may only be added. A step with undo: false has none.
type image struct {
	With    map[string]json.RawMessage `json:"with,omitempty"`    // the required inputs
	ID      string                     `json:"id,omitempty"`      // Intercom's, of the record that was there
	Fields  []imageField               `json:"fields,omitempty"`  // that the write changes
	Record  json.RawMessage            `json:"record,omitempty"`  // all of it, where it is about to be deleted
	Holders []string                   `json:"holders,omitempty"` // ids of the contacts that had it then
	More    bool                       `json:"more,omitempty"`    // there were more of them than are kept
}

// imageField is one field that a write changes, or one member of it.
type imageField struct {
	Input  string          `json:"in"`
	Member string          `json:"of,omitempty"`   // custom attribute
	From   json.RawMessage `json:"from,omitempty"` // nil where there was nothing
	To     json.RawMessage `json:"to,omitempty"`
	Sealed string          `json:"sealed,omitempty"` // in place of To, where that has a secret in it
	Lost   bool            `json:"lost,omitempty"`   // From had a secret in it, and is not kept
}

// writing is the write that an instance is about to make.
type writing struct {
	in     eval.Object
	effect steps.Effect
	target *found
	image  json.RawMessage // nil where nothing is kept
}

const (
	maxHolders = 10_000  // contacts that are kept of a tag or a company that is deleted
	maxRecord  = 1 << 20 // bytes that are kept of a record that is deleted
)

// imageOf gathers what is needed to take a write back, as JSON. It is nil where
// nothing is kept.
func (w *walk) imageOf(ctx context.Context, s *program.Step, in eval.Object, target *found, changes []Change) (json.RawMessage, error) {
	if w.opt.Run == nil || s.Blind || s.Action.Undo == nil && s.Action.Effect != steps.Delete {
		return nil, nil
	}
	b := image{With: w.required(s.Action, in)}
	if target != nil && target.value != nil {
		b.ID = idOf(target.value)
	}
	if s.Action.Goal == steps.Fields || s.Action.Effect == steps.Create {
		b.Fields = w.imageFields(changes)
	}
	if s.Action.Effect == steps.Delete && target != nil {
		if record := asJSON(target.value); len(record) <= maxRecord && !w.secret(record) {
			b.Record = record
		}
		if err := w.holders(ctx, s, in, &b); err != nil {
			return nil, err
		}
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // it is told to people, too
	err := encoder.Encode(b)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// required are the inputs that every call of the action has, without those that
// have a secret in them.
func (w *walk) required(action *steps.Action, in eval.Object) map[string]json.RawMessage {
	with := map[string]json.RawMessage{}
	for _, f := range action.Inputs {
		if text := asJSON(in[f.Name]); f.Required && !w.secret(text) {
			with[f.Name] = text
		}
	}
	return with
}

// imageFields are the fields that a write changes. Of a value with a secret in
// it there is enough to recognise it, and no more.
func (w *walk) imageFields(changes []Change) []imageField {
	fields := make([]imageField, len(changes))
	for i, c := range changes {
		fields[i] = imageField{Input: c.input, Member: c.member, From: c.before, To: c.after}
		if w.secret(c.after) {
			fields[i].To, fields[i].Sealed = nil, secret.Seal(secret.NewSalt(), c.after)
		}
		if w.secret(c.before) {
			fields[i].From, fields[i].Lost = nil, true
		}
	}
	return fields
}

// secret reports whether a text has a secret input in it.
func (w *walk) secret(text []byte) bool {
	return len(w.opt.Inputs.Secrets) > 0 && w.opt.Inputs.Veil.Redact(string(text)) != string(text)
}

// holders reads who has the record that is about to be deleted.
func (w *walk) holders(ctx context.Context, s *program.Step, in eval.Object, b *image) error {
	if s.Holders == nil {
		return nil
	}
	return w.held(ctx, s.Holders, s.Retry, in, func(row []byte) (bool, error) {
		b.More = len(b.Holders) == maxHolders
		if !b.More {
			b.Holders = append(b.Holders, gjson.GetBytes(row, "id").String())
		}
		return !b.More, nil
	})
}

// held hands out the rows that a list of holders has, until visit has enough.
// The record itself may be gone.
func (w *walk) held(ctx context.Context, l *program.Lookup, retry intercom.Retry, in eval.Object, visit func(row []byte) (more bool, err error)) error {
	given, err := inputsOf(ctx, l, in)
	if err != nil {
		return err
	}
	pager, err := w.pages(l.Action, retry, given, 0)
	if err != nil {
		return err
	}
	for {
		page, err := pager.Next(ctx)
		if err == io.EOF || intercom.IsGone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if more, err := visit(row); err != nil || !more {
				return err
			}
		}
	}
}

// before is the image of the write that is about to be made here.
func (p *place) before() json.RawMessage {
	if p.writing == nil {
		return nil
	}
	return p.writing.image
}

// toTwin is the way to a contact that a create has met. What is written to it is
// put on record first, with the contact as it was.
type toTwin struct {
	*walk
	step  *program.Step
	at    *place
	given map[string]any
	same  bool // somebody else had made it as desired, and nothing was written
}

func (t *toTwin) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	if intercom.IsRead(req.Method, req.Path) || t.at.before() == nil {
		return t.walk.Do(ctx, req)
	}
	now, err := t.walk.Do(ctx, intercom.Request{Method: http.MethodGet, Path: req.Path, Repeat: true, Retry: t.step.Retry})
	if err != nil {
		return intercom.Response{}, err
	}
	met, write := *t.at, *t.at.writing
	write.target = &found{value: eval.RawTrusted(bytes.Clone(now.Body))}
	changes := diff(t.step, write.in, write.target.value)
	if len(changes) == 0 {
		ours, err := t.opt.Run.hasMet(t.at, idOf(write.target.value))
		t.same = !ours
		return now, err
	}
	write.image, err = t.imageOf(ctx, t.step, write.in, write.target, changes)
	if err != nil {
		return intercom.Response{}, err
	}
	met.writing = &write
	if err := t.opt.Run.intent(ctx, t.step, &met, t.given, req); err != nil {
		return intercom.Response{}, err
	}
	t.opt.Run.meets(t.at, idOf(write.target.value))
	return t.walk.Do(ctx, req)
}

// meets notes that an instance is about to update a contact that its create has
// met, until an answer tells what became of that.
func (r *Run) meets(at *place, id string) {
	if r != nil {
		r.met.Store(at.addr(), id)
	}
}

// hasMet reports whether an instance was about to update a contact before, and
// it is not known what became of that: what the contact shows is then its own.
func (r *Run) hasMet(at *place, id string) (bool, error) {
	if r == nil {
		return false, nil
	}
	if met, _ := r.met.Load(at.addr()); met == id {
		return true, nil
	}
	before, err := r.before(at)
	if before == nil || err != nil {
		return false, err
	}
	for _, intent := range before.Intents {
		var b image
		if intent.Before == nil {
			continue
		}
		if err := json.Unmarshal(intent.Before, &b); err != nil {
			return false, err
		}
		if b.ID == id {
			return true, nil
		}
	}
	return false, nil
}
