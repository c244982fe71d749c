package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// What others than those who run a workflow see, such as the log of a CI job or
// a comment on a pull request, does not say who somebody is. Of a value that may
// do so the first character is left, and of an email its domain as well:
// j...@acme.example. By the class of the field, [steps.Privacy]:
//
//   - emails, phone numbers, names and pictures are always masked;
//   - custom attributes and other fields for any words are masked, but for
//     numbers and booleans, for short words that several rows share, and for
//     what the workflow itself has written out;
//   - of everything else, such as the keys of rows and Intercom's messages, what
//     looks like an email or a phone number is.
const (
	enoughRows = 5  // that share a value, for it to be one of a list
	wordLength = 40 // bytes, beyond which a text is not taken for one of a list
)

var contactPoint = regexp.MustCompile(
	"[^\\s\"'<>(){}\\[\\],;:\\\\/=&?|@`]+(?:@|%40)[\\pL\\pN][\\pL\\pN.-]*" + // an email, also in a URL
		`|\+\d[\d ().-]{5,}\d`) // a phone number

// MaskText masks emails and phone numbers in a text.
func MaskText(text string) string {
	if !strings.ContainsAny(text, "@%+") {
		return text
	}
	return contactPoint.ReplaceAllStringFunc(text, masked)
}

// masked is what is left of a text that may say who somebody is.
func masked(text string) string {
	if text == "" {
		return ""
	}
	first, _ := utf8.DecodeRuneInString(text)
	left := string(first) + "..."
	if contactPoint.FindString(text) != text {
		return left
	}
	if at := max(strings.LastIndex(text, "@"), strings.LastIndex(text, "%40")); at >= 0 {
		return left + text[at:]
	}
	return left
}

// maskJSON masks the texts in a value, at any depth, and the numbers as well
// where they may be those of a telephone.
func maskJSON(value json.RawMessage, numbers bool) json.RawMessage {
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var v any
	if value == nil || decoder.Decode(&v) != nil {
		return value
	}
	return json.RawMessage(jsonText(maskAny(v, numbers)))
}

func maskAny(v any, numbers bool) any {
	switch v := v.(type) {
	case string:
		return masked(v)
	case json.Number:
		if numbers {
			return masked(v.String())
		}
	case []any:
		for i := range v {
			v[i] = maskAny(v[i], numbers)
		}
	case map[string]any:
		for name := range v {
			v[name] = maskAny(v[name], numbers)
		}
	}
	return v
}

// maskValue masks a value of a field, unless many rows have it.
func maskValue(value json.RawMessage, class steps.Privacy, shared bool) json.RawMessage {
	text := MaskText(string(value))
	switch {
	case value == nil:
		return nil
	case class == steps.Personal:
		return maskJSON(value, true)
	case class == steps.Plain, shared && len(value) <= wordLength && text == string(value):
		return json.RawMessage(text)
	}
	return maskJSON(value, false)
}

// privacyOf is the class of a field of an action. One that nobody knows may hold
// anything.
func privacyOf(action, path string) steps.Privacy {
	if a := steps.Find(action); a != nil {
		if f, known := a.At(path); known {
			return f.Privacy
		}
	}
	return steps.FreeText
}

// MaskedEvent is an event for a log that others see.
func MaskedEvent(e runner.Event) runner.Event {
	switch {
	case e.Listed != nil:
		listed := *e.Listed
		listed.Addr, listed.After = MaskText(listed.Addr), maskTexts(listed.After)
		return runner.Event{Listed: &listed}
	case e.Row != nil:
		row := *e.Row
		row.Addr, row.Failure = MaskText(row.Addr), maskFailure(row.Failure)
		return runner.Event{Row: &row}
	case e.Waiting != nil:
		return runner.Event{Waiting: &runner.StepWaits{Addr: MaskText(e.Waiting.Addr), Try: e.Waiting.Try}}
	case e.Failed != nil:
		return runner.Event{Failed: maskFailure(e.Failed)}
	case e.Ended != nil:
		ended := *e.Ended
		ended.Addr, ended.After, ended.Failure = MaskText(ended.Addr), maskTexts(ended.After), maskFailure(ended.Failure)
		ended.Changes = maskChanges(ended.Action, ended.Changes, nil)
		return runner.Event{Ended: &ended}
	}
	return e
}

func maskTexts(texts []string) []string {
	out := slices.Clone(texts)
	for i, text := range out {
		out[i] = MaskText(text)
	}
	return out
}

func maskFailure(f *runner.Failure) *runner.Failure {
	if f == nil {
		return nil
	}
	hidden := *f
	hidden.Addr, hidden.Message, hidden.Hint = MaskText(f.Addr), MaskText(f.Message), MaskText(f.Hint)
	return &hidden
}

// maskChanges masks the changes of one write. Shared counts the rows that have a
// value, by field.
func maskChanges(action string, changes []runner.Change, shared map[string]map[string]int64) []runner.Change {
	out := slices.Clone(changes)
	for i, c := range out {
		class := privacyOf(action, c.Path)
		isShared := func(value json.RawMessage) bool { return shared[c.Path][string(value)] >= enoughRows }
		out[i].Before = maskValue(c.Before, class, isShared(c.Before))
		if c.Told || c.Secret {
			class = steps.Plain // it stands so in the workflow
		}
		out[i].After = maskValue(c.After, class, isShared(c.After))
		out[i].Known, out[i].Since = maskTexts(c.Known), maskTexts(c.Since)
	}
	return out
}
