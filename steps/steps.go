// Package steps is the catalogue of actions: what a step of a workflow may do,
// one table entry per action.
//
// An entry is data. It names the operation of Intercom's API, the inputs with
// their types, what the answer looks like, which read shows the record before
// a write, and which action takes the write back. From it come the check of a
// workflow file, the JSON Schema, the help, the request, the sign in a plan,
// whether a call may be repeated, and undo.
//
// The package knows nothing of files, expressions or runs, and sends nothing
// itself: it turns inputs into an [intercom.Request] and an answer into the
// data of a step. Names and rules are those of API version 2.16.
package steps

import (
	"context"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// Effect is what an action does to a workspace.
type Effect uint8

const (
	Read    Effect = iota // changes nothing
	Create                // makes a record, or changes the one its key names
	Update                // changes a record
	Archive               // takes a record away; it can be brought back
	Delete                // takes a record away for good
	Send                  // reaches a customer
)

var effects = [...]struct{ name, sign string }{
	Read:    {"read", " "},
	Create:  {"create", "+"},
	Update:  {"update", "~"},
	Archive: {"archive", "-"},
	Delete:  {"delete", "!"},
	Send:    {"send", "»"},
}

// String gives the effect as workflow files write it, such as "update".
func (e Effect) String() string { return effects[e].name }

// Sign gives the sign of the effect in a plan: + ~ - ! or », and a space for
// a read.
func (e Effect) Sign() string { return effects[e].sign }

// Writes are the effects that change something, from the mildest.
func Writes() []Effect { return []Effect{Create, Update, Archive, Delete, Send} }

// ParseEffect gives the effect that a workflow file calls name.
func ParseEffect(name string) (Effect, bool) {
	for e, known := range effects {
		if known.name == name {
			return Effect(e), true
		}
	}
	return Read, false
}

// Retry is what may be done about a call whose outcome is not known.
type Retry uint8

const (
	Repeatable Retry = iota // sending it twice leaves what sending it once leaves
	Keyed                   // Intercom refuses the second one, with a 409: look first
	Once                    // never sent again without evidence that the first was lost
)

var retries = [...]string{
	Repeatable: "sent again: twice leaves the same as once",
	Keyed:      "looked up first: Intercom refuses a second one",
	Once:       "never sent again by itself: a second one would be a duplicate",
}

// String says in words what is done about a call whose outcome is not known.
func (r Retry) String() string { return retries[r] }

// Goal is when a record needs no change, and so what a plan compares.
type Goal uint8

const (
	Fields  Goal = iota // the record has the values that are sent
	Present             // the record that Current finds is there
	Absent              // the record that Current finds is not there
	Gone                // never: a record that is not found is a failure
)

// Action is one thing that a step can do. Actions are shared; nobody changes
// them.
type Action struct {
	Name       string // as a workflow file writes it, such as "createTag"
	Resource   string // heading in lists of actions, such as "tags"
	Doc        string // a sentence
	Op         string // method and path; a {name} in the path is an input
	Permission string // what the token needs, as Intercom's Developer Hub calls it
	Effect     Effect // of most calls; EffectOf has the exact one
	Retry      Retry  // of most calls; RetryOf has the exact one
	Inputs     []Field
	Groups     []Group // inputs that depend on each other
	Routes     []Route // operations that some inputs lead to instead of Op
	Output     Type    // of the step's data

	Paging intercom.Paging // how to ask for further rows
	Rows   string          // gjson path of the rows in Intercom's answer; empty if it is no list

	Goal       Goal     // what Current is compared with
	Current    *Call    // reads the record as it is; nil if there is nothing to look at
	Unique     []Unique // of an update: what no two records may have alike
	Undo       *Call    // takes the call back; nil if nothing can
	UndoUpdate *Call    // takes a Create back that changed a record which was there before
	UndoNote   string   // what cannot be taken back, and why; empty if all can
	Holders    *Holders // of an action that deletes what others have: who has it
	SettleNote string   // how it is found out what a call did whose answer was lost; empty if it is sent again anyway

	// The rest is for the few calls that the table alone cannot describe.

	check   func(inputs) (input, problem string)                       // looks at several inputs together
	body    func(inputs) []byte                                        // makes the body
	request func(inputs) (intercom.Request, error)                     // makes the whole request
	answer  func(body []byte) []byte                                   // makes the data from Intercom's body
	effect  func(inputs) Effect                                        // decides by the inputs
	retry   func(inputs) Retry                                         // decides by the inputs
	resolve func(context.Context, conflict) (Resolution, error)        // settles a 409
	settle  func(context.Context, *settling) (Evidence, *query, error) // looks for what a lost call made
}

// Call is a use of another action. With and Match hold templates over with
// (the inputs of the step), data (its answer) and before (the record that
// Current found).
type Call struct {
	Action  string
	With    map[string]string
	If      string            // a condition over the same names; empty is true
	Match   map[string]string // of a list, the row whose fields have these values
	Fold    bool              // Match does not tell capitals from small letters
	Restore bool              // and every field that the step set, as before had it
	Else    *Call             // used where If is false
}

// Unique is an input of an update that Intercom refuses where another record has
// the value already.
type Unique struct {
	Input  string
	Find   *Call  // finds who has it; templates are over with
	Of     string // the role of the contacts that are held to it; empty for every record
	Unless string // a record that has this field, too, is not held to it
}

// Holders are the contacts that have a record, such as a tag. It is deleted in
// an undo only where nobody has it, and given back to them when it comes back.
type Holders struct {
	List  *Call   // lists them, as contacts with an id; templates are over with
	Link  string  // the action that gives the record to a contact; its Current tells whether the contact has it
	Other []*Call // list what else may have it, and cannot be given it back
}

// Group says how many of some inputs may be given.
type Group struct {
	Names []string
	Min   int
	Max   int // zero for any number
}

// Route is the operation that is called when one of the inputs in When is
// given.
type Route struct {
	When []string
	Op   string
}

// Place is where an input goes in the request.
type Place uint8

const (
	Body  Place = iota // a member of the JSON object that is sent
	Path               // a segment of the path
	Query              // a parameter of the query
	Own                // nowhere: it tells flowrun what to do
)

// Field is an input of an action, or a member of an object.
type Field struct {
	Name     string // in workflow files
	Wire     string // on the wire, if that differs
	Wrap     string // JSON that stands around the value on the wire, with %s in its place
	Type     Type
	Required bool
	Doc      string // a phrase, with units and Intercom's own rules
	Example  string // YAML that help shows; empty leaves the field out there
	In       Place  // of an input
	Form     *Form  // what the text must look like; nil for any
	Needs    string // another input that must be given with this one
	Literal  bool   // written out in the file, never a template
	Segments bool   // each template in the text is one segment of a path, and escaped
	At       string // gjson path of the value in a record, if not Name; "-" if no record shows it
	UndoNote string // why an old value may not come back
	Privacy  Privacy

	// Same reports whether Intercom would turn what is sent into what the
	// record has; nil for values that are equal only when they are written
	// alike. It keeps a plan from showing a change that never goes away.
	Same func(record, sent gjson.Result) bool
}

// Privacy is what a field may say about a person. Others than those who run
// the workflow see pull requests, logs of CI and reports.
type Privacy uint8

const (
	Plain    Privacy = iota // nothing by itself: ids, times, numbers, words from a list
	FreeText                // anything: whoever set it chose the words
	Personal                // who somebody is
)

// WireName gives the name of the field in requests.
func (f Field) WireName() string {
	if f.Wire != "" {
		return f.Wire
	}
	return f.Name
}

// Shown gives the gjson path at which a record shows the value of the field,
// and whether records show it at all.
func (f Field) Shown() (path string, ok bool) {
	if f.At == "" {
		return f.Name, true
	}
	return f.At, f.At != "-"
}

// InputError is an input that an action cannot take.
type InputError struct {
	Action  string
	Input   string // empty if it is about several
	Problem string // a phrase, such as "is missing"
}

// Error gives the action, the input and what is wrong with it.
func (e *InputError) Error() string {
	if e.Input == "" {
		return fmt.Sprintf("%s: %s", e.Action, e.Problem)
	}
	return fmt.Sprintf("%s: %s %s", e.Action, e.Input, e.Problem)
}

// Input gives the input called name.
func (a *Action) Input(name string) (Field, bool) {
	for i := range a.Inputs {
		if a.Inputs[i].Name == name {
			return a.Inputs[i], true
		}
	}
	return Field{}, false
}

// At gives the input whose value a record shows at a path, such as email or
// custom_attributes.plan. Where there is no record with it, an input stands under
// its name.
func (a *Action) At(path string) (Field, bool) {
	for _, f := range a.Inputs {
		at, shown := f.Shown()
		if !shown || a.Goal != Fields {
			at = f.Name
		}
		if rest, found := strings.CutPrefix(path, at); found && (rest == "" || f.Type.Open && rest[0] == '.') {
			return f, true
		}
	}
	return Field{}, false
}

// EffectVaries reports whether the effect depends on the inputs.
func (a *Action) EffectVaries() bool { return a.effect != nil }

// EffectOf gives the effect of a step with these inputs. An input that is not
// known yet, being a [Later], counts as its worst value.
func (a *Action) EffectOf(in map[string]any) Effect {
	if a.effect == nil {
		return a.Effect
	}
	encoded, _ := a.encode(in)
	return a.effect(encoded)
}

// RetryOf gives the retry class of a call with these inputs.
func (a *Action) RetryOf(in map[string]any) Retry {
	if a.retry == nil {
		return a.Retry
	}
	encoded, _ := a.encode(in)
	return a.retry(encoded)
}
