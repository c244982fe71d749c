package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/runner"
	"github.com/flowrun-dev/flowrun/steps"
)

// The limits on what a summary keeps.
const (
	maxAllCounters = 40_000 // different values of all fields
	maxFields      = 60     // of a group, and of a sample
	maxValueBytes  = 200    // of a value
	maxFindings    = 50
	minSamples     = 20 // of a group
	maxPlaces      = 5  // of a finding
	maxReasons     = 50
)

// Collector makes a [Summary] from the events of a plan or a run. It takes them
// one at a time, in any order. Its memory is bounded, and what it keeps of many
// rows does not depend on which of them ended first.
type Collector struct {
	samples  int
	room     int
	groups   map[groupKey]*group
	findings map[findingKey]*Fails
	others   int64
	reasons  map[Reason]int64
	undo     Undo
}

// Collect begins a summary. Of each group it keeps that many samples, or a few
// more.
func Collect(samples int) *Collector {
	return &Collector{
		samples: max(samples, minSamples), room: maxAllCounters,
		groups: map[groupKey]*group{}, findings: map[findingKey]*Fails{}, reasons: map[Reason]int64{},
	}
}

type groupKey struct {
	step     string
	effect   steps.Effect
	possible bool
}

// group is a [Group] while it grows.
type group struct {
	Group
	fields map[string]*histogram
	ranks  []uint64 // of the samples, sorted
}

type findingKey struct {
	step, code string
	line       int
}

// Event takes in what happens.
func (c *Collector) Event(e runner.Event) {
	switch {
	case e.Ended != nil:
		if wrote(e.Ended) {
			c.write(e.Ended)
		}
		c.failure(e.Ended.Failure)
	case e.Row != nil:
		c.failure(e.Row.Failure)
	case e.Failed != nil:
		c.failure(e.Failed)
	}
}

// wrote reports whether an instance wrote, or would write.
func wrote(e *runner.StepEnded) bool {
	return e.Effect != steps.Read && (e.Status == runner.Done || e.Status == runner.InDoubt) && !e.Before
}

func (c *Collector) write(e *runner.StepEnded) {
	possible := e.Possible || e.Status == runner.InDoubt
	k := groupKey{e.Step, e.Effect, possible}
	g := c.groups[k]
	if g == nil {
		g = &group{fields: map[string]*histogram{}}
		g.Group = Group{Step: e.Step, Action: e.Action, Effect: Effect{e.Effect}, Possible: possible}
		c.groups[k] = g
	}
	g.Count++
	if possible {
		g.after(e.After)
	}
	for _, change := range e.Changes {
		c.change(g, e.Addr, change)
	}
	g.sample(e, c.samples)
	c.reversal(e)
}

// after adds to the steps that decide whether writes are made.
func (g *group) after(addrs []string) {
	for _, addr := range addrs {
		name, _, _ := strings.Cut(addr, "[")
		if at, found := slices.BinarySearch(g.After, name); !found && len(g.After) < maxFields {
			g.After = slices.Insert(g.After, at, name)
		}
	}
}

func (c *Collector) change(g *group, row string, change runner.Change) {
	h := g.fields[change.Path]
	if h == nil {
		if len(g.fields) == maxFields {
			g.Others++
			return
		}
		h = &histogram{room: &c.room, counters: map[key]*counter{}}
		g.fields[change.Path] = h
	}
	v := valueOf(change)
	k := keyOf(change.Before, change.After, []byte(strings.Join(v.Known, "\x00")), []byte(strings.Join(v.Since, "\x00")), strconv.AppendBool(nil, v.Absent))
	h.add(k, row, func() Value {
		v.Before, v.After = shortened(v.Before), shortened(v.After)
		return v
	})
}

// valueOf is the change of a value, whatever row it is in.
func valueOf(c runner.Change) Value {
	return Value{
		Before: c.Before, Absent: c.Absent, After: c.After, Known: steadied(c.Known), Since: steadied(c.Since), Secret: c.Secret, Told: c.Told,
	}
}

// steadied names the steps that will tell a value: of the rows of a loop, the
// loop alone.
func steadied(addrs []string) []string {
	if addrs == nil {
		return nil
	}
	names := make([]string, len(addrs))
	for i, addr := range addrs {
		names[i], _, _ = strings.Cut(addr, "[")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// shortened is a value as JSON that is not too long to be kept: of a longer
// one, a text with its beginning.
func shortened(value json.RawMessage) json.RawMessage {
	if len(value) <= maxValueBytes {
		return slices.Clone(value)
	}
	text := string(value)
	_ = json.Unmarshal(value, &text) // what is no text stays as it is
	const most = maxValueBytes * 3 / 4
	if len(text) > most { // a text may have been long by its escapes alone
		text = strings.ToValidUTF8(text[:most], "") + "..."
	}
	return json.RawMessage(jsonText(text))
}

// sample keeps the writes whose addresses have the smallest hashes.
func (g *group) sample(e *runner.StepEnded, most int) {
	rank := keyOf([]byte(e.Addr)).rank()
	at, _ := slices.BinarySearch(g.ranks, rank)
	if at == most {
		return
	}
	if len(g.ranks) == most {
		g.ranks, g.Samples = g.ranks[:most-1], g.Samples[:most-1]
	}
	g.ranks, g.Samples = slices.Insert(g.ranks, at, rank), slices.Insert(g.Samples, at, sampleOf(e))
}

func sampleOf(e *runner.StepEnded) Sample {
	s := Sample{Addr: e.Addr, Target: target(e), Changes: make([]runner.Change, 0, len(e.Changes)), index: e.Index}
	for _, c := range e.Changes[:min(len(e.Changes), maxFields)] {
		c.Before, c.After = shortened(c.Before), shortened(c.After)
		s.Changes = append(s.Changes, c)
	}
	return s
}

// target is the record that a write is about, or the path that it calls.
func target(e *runner.StepEnded) string {
	action := steps.Find(e.Action)
	if action == nil {
		return ""
	}
	if path, ok := e.With["path"].(string); ok && action.Op == "" {
		return fmt.Sprint(e.With["method"], " ", path)
	}
	for _, f := range action.Inputs {
		if f.In != steps.Path {
			continue
		}
		if unknown, some := eval.IsUnknown(e.With[f.Name]); some {
			return "(known after " + origins(unknown.Origins) + ")"
		}
		if id, ok := e.With[f.Name].(string); ok {
			return id
		}
		if raw, ok := e.With[f.Name].(*eval.JSON); ok {
			return strings.Trim(string(raw.Bytes()), `"`)
		}
	}
	return ""
}

func (c *Collector) reversal(e *runner.StepEnded) {
	switch e.Undo {
	case "":
		return
	case runner.Fully:
		c.undo.Full++
		return
	case runner.Partly:
		c.undo.Partly++
	case runner.Never:
		c.undo.None++
	}
	r := Reason{Action: e.Action, Undo: e.Undo, Note: e.UndoNote}
	if _, known := c.reasons[r]; known || len(c.reasons) < maxReasons {
		c.reasons[r]++
	}
}

func (c *Collector) failure(f *runner.Failure) {
	if f == nil {
		return
	}
	k := findingKey{labelOf(f.Addr), f.Code, f.Line}
	found := c.findings[k]
	if found == nil {
		if len(c.findings) == maxFindings {
			c.others++
			return
		}
		found = &Fails{Step: k.step, File: f.File, Line: f.Line, Code: f.Code, Hint: f.Hint}
		c.findings[k] = found
	}
	found.Count++
	message := f.Message
	if len(message) > 2*maxValueBytes {
		message = strings.ToValidUTF8(message[:2*maxValueBytes], "") + "..."
	}
	found.place(FailsHere{Addr: f.Addr, Data: f.Data, Message: message})
}

// place keeps the places whose addresses have the smallest hashes.
func (f *Fails) place(p FailsHere) {
	rank := func(p FailsHere) uint64 { return keyOf([]byte(p.Addr), []byte(p.Data)).rank() }
	at, _ := slices.BinarySearchFunc(f.Places, rank(p), func(each FailsHere, r uint64) int { return cmp.Compare(rank(each), r) })
	if at == maxPlaces {
		return
	}
	if f.Places = slices.Insert(f.Places, at, p); len(f.Places) > maxPlaces {
		f.Places = f.Places[:maxPlaces]
	}
}

// labelOf is the label of the step that an address is one of: attach of
// mark["a@example.com"].attach.
func labelOf(addr string) string {
	var b strings.Builder
	quoted := false
	depth := 0
	for i := 0; i < len(addr); i++ {
		switch ch := addr[i]; {
		case quoted && ch == '\\':
			i++
		case ch == '"':
			quoted = !quoted
		case quoted:
		case ch == '[':
			depth++
		case ch == ']':
			depth--
		case ch == '.' && depth == 0:
			b.Reset()
		case depth == 0:
			b.WriteByte(ch)
		}
	}
	return b.String()
}
