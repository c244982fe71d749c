package runner

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"

	"github.com/flowrun-dev/flowrun/steps"
)

// chance makes workflows.
type chance struct {
	*rand.Rand
	ids  int      // given out so far
	seen []string // ids of steps that can be referred to
	loop bool     // there is an item
	tame bool     // only what a plan can foresee, of records that are there
}

func (c *chance) one(of ...string) string { return of[c.IntN(len(of))] }

func (c *chance) often() bool { return c.IntN(3) > 0 }

func (c *chance) workflow() string {
	text, _ := json.Marshal(map[string]any{"version": 1, "allow": []string{"delete", "send"}, "steps": c.steps(2)})
	return string(text)
}

func (c *chance) steps(depth int) []any {
	var all []any
	for range 2 + c.IntN(4) {
		all = append(all, c.step(depth))
	}
	return all
}

// step makes an action, a loop over one, or a loop or a group of several.
func (c *chance) step(depth int) map[string]any {
	c.ids++
	step := map[string]any{"id": fmt.Sprintf("s%d", c.ids), "on_error": "continue"}
	if c.IntN(4) == 0 {
		step["if"] = c.one("1 == 1", `run.id == "run-1"`, "true or false", c.condition())
	}
	inner := *c
	if c.IntN(3) == 0 {
		step["for_each"] = c.source()
		delete(step, "if")
		inner.loop = true
	}
	if depth > 0 && c.IntN(3) == 0 {
		step["steps"] = inner.steps(depth - 1)
		c.ids = inner.ids
		return step
	}
	action := c.action()
	step["action"], step["with"] = action.Name, inner.with(action)
	if step["for_each"] == nil {
		c.seen = append(c.seen, step["id"].(string))
	}
	return step
}

func (c *chance) action() *steps.Action {
	action := steps.All()[c.IntN(len(steps.All()))]
	for c.tame && (action.Name == "rawRequest" || action.Effect == steps.Delete || action.Effect == steps.Archive) {
		action = steps.All()[c.IntN(len(steps.All()))]
	}
	return action
}

// condition is one that may not be known.
func (c *chance) condition() string {
	if len(c.seen) == 0 {
		return "1 < 2"
	}
	if c.tame {
		return `steps.` + c.one(c.seen...) + `.status != "skipped"`
	}
	return `string(get(steps.` + c.one(c.seen...) + `, "data") ?? "") != "x"`
}

func (c *chance) source() map[string]any {
	other := "$nobody"
	if c.tame {
		other = "$bob"
	}
	with := map[string]any{"max_failures": 100, "in": []any{map[string]any{"id": "$ann"}, map[string]any{"id": other}}}
	switch c.IntN(4) {
	case 0:
		with = map[string]any{"max_failures": 100, "action": "listContacts", "limit": 2, "key": "item.id"}
	case 1:
		with = map[string]any{"max_failures": 100, "action": "searchContacts", "with": map[string]any{"role": "user"}, "key": "item.id"}
	}
	return with
}

// with gives the inputs of an action: those that it needs, and others.
func (c *chance) with(action *steps.Action) map[string]any {
	if action.Name == "rawRequest" {
		return c.raw()
	}
	in := map[string]any{}
	for _, f := range action.Inputs {
		if f.Required {
			in[f.Name] = c.value(action, f)
		}
	}
	for range c.IntN(4) {
		if f := action.Inputs; len(f) > 0 {
			c.also(action, in, f[c.IntN(len(f))])
		}
	}
	for i := 0; len(action.Check(plainly(in))) > 0 && i < 20; i++ {
		c.also(action, in, action.Inputs[c.IntN(len(action.Inputs))])
	}
	return in
}

// also adds an input, unless the action cannot take it with the others.
func (c *chance) also(action *steps.Action, in map[string]any, f steps.Field) {
	before := len(action.Check(plainly(in)))
	if _, some := in[f.Name]; some {
		return
	}
	if in[f.Name] = c.value(action, f); in[f.Name] == nil {
		delete(in, f.Name)
	}
	if len(action.Check(plainly(in))) > before {
		delete(in, f.Name)
	}
}

// plainly gives inputs with their ids, as the catalogue checks them.
func plainly(in map[string]any) map[string]any {
	text, _ := json.Marshal(in)
	var out map[string]any
	_ = json.Unmarshal([]byte(names.Replace(string(text))), &out) // it was made a line above
	for name, v := range out {
		if text, ok := v.(string); ok && strings.Contains(text, "{{") {
			out[name] = steps.Later{}
		}
	}
	return out
}

func (c *chance) raw() map[string]any {
	paths := []string{"/contacts", "/contacts/$ann", "/contacts/$ann/archive", "/tags", "/tags/1", "/companies", "/contacts/$bob/tags", "/tickets", "/notes"}
	in := map[string]any{"method": c.one("POST", "PUT", "DELETE", "PATCH"), "path": c.one(paths...), "effect": c.one("create", "update", "archive", "delete", "send")}
	if c.often() {
		in["body"] = map[string]any{"name": c.text()}
	}
	return in
}

func (c *chance) text() string { return c.one("new", "vip", "Ann", "x y", "ünï", "{{ run.id }}") }

// value is one for an input: by its name where that says what it is, else by
// its type.
func (c *chance) value(action *steps.Action, f steps.Field) any {
	if c.loop && f.Name == "contact_id" && c.often() {
		return "{{ item.id }}"
	}
	byName := map[string][]string{
		"contact_id": {"$ann", "$bob", "$lea", "$old", "$nobody"}, "tag_id": {"1", "2", "99"}, "segment_id": {"$seg"},
		"company_id": {"$acme", "$globex", "$nobody"}, "ticket_id": {"7", "8"}, "ticket_type_id": {"1", "2"},
		"email": {"ann@example.com", "new@example.com", "old@example.com"}, "external_id": {"a1", "new", "old1"}, "owner_id": {"1295", "99"},
	}
	if action.Name == "createCompany" || action.Name == "listCompanies" {
		byName["company_id"] = []string{"acme", "new"}
	}
	if c.tame {
		maps.Copy(byName, map[string][]string{
			"contact_id": {"$ann", "$bob"}, "tag_id": {"1", "2"}, "company_id": byName["company_id"][:2:2], "ticket_id": {"7"}, "ticket_type_id": {"1"},
			"email": {"ann@example.com", "new@example.com"}, "external_id": {"a1", "new"}, "owner_id": {"1295"},
		})
	}
	if c.tame && action.Resource == "tickets" {
		byName["email"], byName["external_id"] = []string{"ann@example.com"}, []string{"a1"} // a plan looks for no others
	}
	if c.tame && onlyIntercomKnows(action, f.Name) {
		return nil
	}
	if of := byName[f.Name]; of != nil && f.Type.Kind == steps.String {
		return c.one(of...)
	}
	switch {
	case c.tame && f.Name == "custom_attributes":
		return map[string]any{"plan": c.one("new", "pro")}
	case c.tame && action.Name == "updateTag" && f.Name == "name":
		return c.one("vip", "Beta", "new", fmt.Sprintf("tag %d", c.ids))
	case f.Name == "custom_attributes":
		return map[string]any{c.one("plan", "churn_risk", "nope"): c.text()}
	case f.Name == "query":
		return map[string]any{"field": "role", "operator": "=", "value": "user"}
	case len(f.Type.Enum) > 0:
		return c.one(f.Type.Enum...)
	case f.Type.Kind == steps.String:
		return c.text()
	case f.Type.Kind == steps.Integer, f.Type.Kind == steps.Number:
		return 1 + c.IntN(10)
	case f.Type.Kind == steps.Time:
		return 1700000000 + c.IntN(1000)
	case f.Type.Kind == steps.Boolean:
		return c.often()
	case f.Type.Kind == steps.List:
		return []any{}
	}
	return map[string]any{}
}

// onlyIntercomKnows tells the inputs that a plan cannot hold against anything.
func onlyIntercomKnows(action *steps.Action, input string) bool {
	switch input {
	case "role", "update_last_request_at":
		return true
	case "custom_attributes":
		return action.Resource != "contacts" // the shop has defined none
	case "company_id":
		return action.Name == "createTicket"
	}
	return false
}
