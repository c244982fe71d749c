package runner

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// finish completes the files, and writes the workflow.
func (m *undoMaker) finish() error {
	for _, record := range slices.Sorted(maps.Keys(m.gone)) {
		gone := m.gone[record]
		if gone.group == nil || gone.made {
			continue
		}
		gone.row.Holders = distinct(gone.row.Holders)
		m.failed(gone.group.add(m.stages, gone.row))
	}
	if err := errors.Join(m.err, m.stages.close()); err != nil {
		return err
	}
	groups := m.stages.inOrder()
	if len(groups) == 0 {
		return nil
	}
	file := undoFile{
		Version: 1, Name: m.name(), Allow: []string{"delete"},
		Guards: map[string]int{"max_deletes": 0},
	}
	if m.Of.Workspace != "" {
		file.Intercom = map[string]string{"workspace": m.Of.Workspace}
	}
	for i, g := range groups {
		file.Steps = append(file.Steps, g.text(i+1))
		m.files = append(m.files, filepath.Join(m.dir, g.file))
	}
	text, err := json.MarshalIndent(file, "", "  ")
	m.text = text
	return err
}

// name says what is taken back; of an undo, not again the name of what that took
// back.
func (m *undoMaker) name() string {
	of := m.Of.Workflow
	if m.Of.Undoes != "" {
		of = "undo of " + m.Of.Undoes
	}
	return "undo " + m.Of.ID + " (" + of + ")"
}

// distinct are texts without those that stand in front already: a search that
// lags behind may still name somebody from whom the run took a record.
func distinct(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	return slices.DeleteFunc(texts, func(text string) bool {
		again := seen[text]
		seen[text] = true
		return again
	})
}

// failed keeps the first error.
func (m *undoMaker) failed(err error) {
	if m.err == nil {
		m.err = err
	}
}

// undoFile is the workflow that takes a run back, as it is written.
type undoFile struct {
	Version  int               `json:"version"`
	Name     string            `json:"name"`
	Intercom map[string]string `json:"intercom,omitempty"`
	Allow    []string          `json:"allow"`
	Guards   map[string]int    `json:"guards"`
	Steps    []undoStep        `json:"steps"`
}

type undoStep struct {
	ID      string            `json:"id"`
	Name    string            `json:"name,omitempty"`
	ForEach map[string]any    `json:"for_each,omitempty"`
	OnError string            `json:"on_error,omitempty"`
	Action  string            `json:"action,omitempty"`
	With    map[string]string `json:"with,omitempty"`
	Steps   []undoStep        `json:"steps,omitempty"`
}

// text is the step of a loop. A row that cannot be taken back keeps none of the
// others from it.
func (g *group) text(number int) undoStep {
	as := fmt.Sprintf("row_%d", number)
	loop := map[string]any{"file": g.file, "as": as, "key": as + ".key", "max_failures": "100%"}
	if g.inOrder {
		loop["concurrency"] = 1
	}
	s := undoStep{ID: fmt.Sprintf("%s_%d", plainID(g.of.Label), number), Name: "take back " + g.of.Label, ForEach: loop, OnError: "continue", Action: g.action}
	s.With = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(g.names)) {
		s.With[name] = fmt.Sprintf("{{ %s.with.%s }}", as, name)
		if g.always[name] < g.count {
			s.With[name] = fmt.Sprintf(`{{ "%s" in %s.with ? %s.with.%s : omit }}`, name, as, as, name)
		}
	}
	if holders := g.of.Action.Holders; holders != nil {
		return s.given(as, holders.Link, g.of.Action.Inputs[0].Name)
	}
	return s
}

// given is the step of a loop in which records come back, and are given back to
// those who had them.
func (s undoStep) given(row, link, input string) undoStep {
	made, given, holder := s.ID+"_made", s.ID+"_given", s.ID+"_holder" // no other id ends so
	outer := undoStep{ID: s.ID, Name: s.Name, ForEach: s.ForEach, OnError: s.OnError}
	outer.Steps = []undoStep{
		{ID: made, Action: s.Action, With: s.With},
		{
			ID: given, Action: link, OnError: "continue",
			ForEach: map[string]any{"in": "{{ " + row + ".holders ?? [] }}", "as": holder, "key": holder, "max_failures": "100%"},
			With:    map[string]string{"contact_id": "{{ " + holder + " }}", input: "{{ steps." + made + ".data.id }}"},
		},
	}
	return outer
}

// plainID is a label as an id can be written.
func plainID(label string) string {
	return strings.Map(func(r rune) rune {
		if r == '#' {
			return '_'
		}
		return r
	}, label)
}
