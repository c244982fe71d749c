package steps

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// operations lists every operation of API version 2.16.
//
//go:embed operations.txt
var operations string

var (
	camelCase = regexp.MustCompile(`^[a-z]+([A-Z][a-z]+)*$`)
	snakeCase = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	inPath    = regexp.MustCompile(`\{(\w+)\}`)
	template  = regexp.MustCompile(`\{\{ (with|data|before)\.\w+(\.\w+)*( \?\? omit)? \}\}`)
)

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range All() {
		t.Run(a.Name, func(t *testing.T) {
			if !camelCase.MatchString(a.Name) || seen[a.Name] {
				t.Errorf("the name is not a camelCase name of its own")
			}
			seen[a.Name] = true
			if !strings.HasSuffix(a.Doc, ".") || a.Doc[0] < 'A' || a.Doc[0] > 'Z' {
				t.Errorf("Doc is no sentence: %q", a.Doc)
			}
			checkOperations(t, a)
			checkInputs(t, a)
			checkGroups(t, a)
			checkCalls(t, a)
		})
	}
}

// allOps gives the operations that the action may call.
func allOps(a *Action) []string {
	if a.Op == "" {
		return nil
	}
	ops := []string{a.Op}
	for _, r := range a.Routes {
		ops = append(ops, r.Op)
	}
	return ops
}

func checkOperations(t *testing.T, a *Action) {
	t.Helper()
	known := strings.Split(operations, "\n")
	for _, op := range allOps(a) {
		if !slices.Contains(known, op) {
			t.Errorf("API version 2.16 has no operation %q", op)
		}
		if strings.HasPrefix(op, "GET ") && a.Effect != Read {
			t.Errorf("%s is a read, not a %s", op, a.Effect)
		}
		if strings.HasPrefix(op, "DELETE ") && a.Effect == Read {
			t.Errorf("%s is not a read", op)
		}
	}
	if a.Op != "" && a.Permission == "" {
		t.Errorf("no permission is named")
	}
	if a.Paging != 0 && (a.Rows == "" || !has(a, "all") || !has(a, "limit")) {
		t.Errorf("a list with pages needs Rows and the inputs all and limit")
	}
}

func has(a *Action, input string) bool {
	_, ok := a.Input(input)
	return ok
}

func checkInputs(t *testing.T, a *Action) {
	t.Helper()
	names := map[string]bool{}
	for _, f := range a.Inputs {
		if !snakeCase.MatchString(f.Name) || names[f.Name] {
			t.Errorf("the input %q has no snake_case name of its own", f.Name)
		}
		names[f.Name] = true
		if f.Doc == "" || strings.HasSuffix(f.Doc, ".") {
			t.Errorf("the Doc of %s is no phrase: %q", f.Name, f.Doc)
		}
		if f.Needs != "" && !has(a, f.Needs) {
			t.Errorf("%s needs %s, which is no input", f.Name, f.Needs)
		}
		if f.In == Body && strings.HasPrefix(a.Op, "GET ") {
			t.Errorf("%s stands in the body of a GET", f.Name)
		}
		if f.In == Path && !slices.ContainsFunc(allOps(a), func(op string) bool { return strings.Contains(op, "{"+f.Name+"}") }) {
			t.Errorf("no path has %s", f.Name)
		}
	}
	for _, op := range allOps(a) {
		for _, match := range inPath.FindAllStringSubmatch(op, -1) {
			checkPathInput(t, a, match[1])
		}
	}
}

// checkPathInput holds an input in a path to be there whenever that path is
// used: it is required, or the only one of its group.
func checkPathInput(t *testing.T, a *Action, name string) {
	t.Helper()
	f, ok := a.Input(name)
	grouped := slices.ContainsFunc(a.Groups, func(g Group) bool {
		return slices.Contains(g.Names, name) && g.Min == 1 && g.Max == 1
	})
	if !ok || f.In != Path || !f.Required && !grouped {
		t.Errorf("%s stands in the path and is not required there", name)
	}
}

func checkGroups(t *testing.T, a *Action) {
	t.Helper()
	var names []string
	for _, g := range a.Groups {
		names = append(names, g.Names...)
	}
	for _, r := range a.Routes {
		names = append(names, r.When...)
	}
	for _, name := range names {
		if f, ok := a.Input(name); !ok || f.Required {
			t.Errorf("a group names %q, which is not an optional input", name)
		}
	}
}

func checkCalls(t *testing.T, a *Action) {
	t.Helper()
	for call := a.Current; call != nil; call = call.Else {
		checkCall(t, a, call)
		if to := Find(call.Action); to != nil && (to.Effect != Read || len(call.Match) > 0 && to.Rows == "") {
			t.Errorf("Current uses %s, which is no read, or no list", call.Action)
		}
	}
	for _, u := range a.Unique {
		checkCall(t, a, u.Find)
		if _, known := a.Input(u.Input); !known || Find(u.Find.Action).Effect != Read || a.Goal != Fields {
			t.Errorf("%s is no input of an update, or not found by a read", u.Input)
		}
	}
	for _, call := range []*Call{a.Undo, a.UndoUpdate} {
		if call != nil {
			checkCall(t, a, call)
			checkKept(t, a, call)
		}
	}
	if a.Goal == Present || a.Goal == Absent {
		checkInverse(t, a)
	}
	if a.Holders != nil {
		checkHolders(t, a)
	}
	switch {
	case a.Effect == Read && (a.Undo != nil || a.UndoNote != ""):
		t.Errorf("a read has nothing to undo")
	case a.Effect != Read && a.Undo == nil && a.UndoNote == "":
		t.Errorf("neither Undo nor UndoNote says how it can be taken back")
	case a.Goal != Fields && a.Current == nil, a.Effect == Delete && a.Current == nil:
		t.Errorf("nothing shows the record before it goes or is linked")
	case (a.Retry == Repeatable) != (a.SettleNote == ""), a.Retry == Repeatable && a.settle != nil:
		t.Errorf("SettleNote must say how a lost answer is settled, unless the call is sent again: %q", a.SettleNote)
	}
}

// checkKept holds an undo to use required inputs only: no others are kept.
func checkKept(t *testing.T, a *Action, call *Call) {
	t.Helper()
	for name, text := range call.With {
		for _, found := range template.FindAllStringSubmatch(text, -1) {
			of, input, _ := strings.Cut(strings.Fields(found[0])[1], ".")
			if f, _ := a.Input(input); of == "with" && !f.Required {
				t.Errorf("%s uses an input that a step may leave out: %s", name, text)
			}
		}
	}
}

// checkHolders holds an action that deletes what others have to say how they
// are found, and how they get it back.
func checkHolders(t *testing.T, a *Action) {
	t.Helper()
	for _, call := range append([]*Call{a.Holders.List}, a.Holders.Other...) {
		if list := Find(call.Action); list == nil || list.Paging == 0 || a.Effect != Delete {
			t.Errorf("%s is no list with pages, or nothing is deleted", call.Action)
		}
	}
	link := Find(a.Holders.Link)
	if link == nil || link.Goal != Present || !has(link, a.Inputs[0].Name) || !has(link, "contact_id") {
		t.Errorf("%s does not give the record to a contact", a.Holders.Link)
	}
}

// checkInverse holds an action that puts a record or a link in place, or takes
// it away, to be undone by the one that does the opposite.
func checkInverse(t *testing.T, a *Action) {
	t.Helper()
	back := Find(a.Undo.Action)
	if back == nil || back.Undo == nil || back.Undo.Action != a.Name || (back.Goal == Present) == (a.Goal == Present) {
		t.Errorf("%s does not undo it", a.Undo.Action)
	}
}

// checkCall holds a call to name a real action, to give inputs that it has and
// all that it requires, and to use inputs and fields that exist.
func checkCall(t *testing.T, a *Action, call *Call) {
	t.Helper()
	to := Find(call.Action)
	if to == nil {
		t.Fatalf("there is no action %q", call.Action)
	}
	for name, text := range call.With {
		if !has(to, name) {
			t.Errorf("%s has no input %q", to.Name, name)
		}
		checkTemplate(t, a, text)
	}
	for _, text := range call.Match {
		checkTemplate(t, a, text)
	}
	for _, f := range to.Inputs {
		if _, given := call.With[f.Name]; f.Required && !given && !call.Restore {
			t.Errorf("%s requires %s", to.Name, f.Name)
		}
	}
}

func checkTemplate(t *testing.T, a *Action, text string) {
	t.Helper()
	for _, found := range template.FindAllString(text, -1) {
		parts := strings.Split(strings.Fields(found)[1], ".")
		known := has(a, parts[1])
		switch parts[0] {
		case "data":
			_, known = a.Output.Field(parts[1])
		case "before":
			_, known = Find(a.Current.Action).Output.Field(parts[1])
		}
		if !known {
			t.Errorf("%s uses something that is not there", text)
		}
	}
	if strings.Contains(text, "{{") && !template.MatchString(text) {
		t.Errorf("%s is not a plain template", text)
	}
}

func TestFindKnowsExactlyTheNames(t *testing.T) {
	for _, name := range Names() {
		if a := Find(name); a == nil || a.Name != name {
			t.Errorf("Find(%q) = %v", name, a)
		}
	}
	if a := Find("createtag"); a != nil {
		t.Errorf("Find found %s for a misspelt name", a.Name)
	}
}

func TestTheActionsOfTheConnectorAreThere(t *testing.T) {
	want := strings.Fields(`createContact updateContact archiveContact unarchiveContact deleteContact
		listContacts searchContacts attachCompany detachCompany attachTag detachTag createCompany
		updateCompany deleteCompany listCompanies createTag updateTag deleteTag listTags createTicket
		listTicketTypes rawRequest getContact getCompany getTicket getTag
		listContactTags listContactCompanies listCompanyContacts deleteTicket`)
	got := Names()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("actions = %q, want %q", got, want)
	}
}
