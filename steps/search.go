package steps

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// The limits of a search query, from the description of
// POST /contacts/search.
const (
	maxFilters = 15 // in one group
	maxDepth   = 2  // groups in groups
)

// shortForms are the inputs of searchContacts that stand for equalities.
var shortForms = []string{"role", "name", "email", "external_id"}

// operators are those of a single filter.
var operators = []string{"=", "!=", "IN", "NIN", "<", ">", "<=", ">=", "~", "!~", "^", "$"}

var searches = []*Action{{
	Name:     "searchContacts",
	Resource: "contacts",
	Doc: "Finds contacts by a query, or by role, name, email and external_id together; " +
		"the search may be a few minutes behind and compares dates by whole days in the workspace's time zone.",
	Op:         "POST /contacts/search",
	Permission: readPeople,
	Inputs: []Field{
		{Name: "query", Type: anyObject, Example: `{field: custom_attributes.plan, operator: "=", value: trial}`,
			Doc: "a filter {field, operator, value}, or a group {operator: AND or OR, value: [filters]}; " +
				"at most 15 filters in a group and 2 levels; dates match by whole day and take =, < and > only"},
		{Name: "role", Type: oneOf("user", "lead"), Doc: "contacts with this role"},
		{Name: "name", Type: text, Doc: "contacts with exactly this name"},
		{Name: "email", Type: text, Doc: "contacts with exactly this address"},
		{Name: "external_id", Type: text, Doc: "contacts with this id of yours"},
		{Name: "sort", Type: sorting, Doc: "order of the contacts: {field, order: ascending or descending}"},
		{Name: "per_page", Type: upTo(150), Doc: "contacts in a page, at most 150; Intercom's own default is 50"},
		startingAfter.inBodyAs("starting_after"), mergeHistory, all, limit,
	},
	Groups: []Group{
		{Names: slices.Concat([]string{"query"}, shortForms), Min: 1},
		{Names: []string{"query", "role"}, Max: 1},
		{Names: []string{"query", "name"}, Max: 1},
		{Names: []string{"query", "email"}, Max: 1},
		{Names: []string{"query", "external_id"}, Max: 1},
	},
	Output: page(contact),
	Paging: intercom.CursorBody,
	Rows:   "data",
	check:  checkSearch,
	body:   searchBody,
}}

var sorting = Type{Kind: Object, Fields: []Field{
	{Name: "field", Type: text, Required: true, Doc: "field to sort by, such as created_at"},
	{Name: "order", Type: oneOf("ascending", "descending"), Doc: "ascending or descending"},
}}

func checkSearch(in inputs) (input, problem string) {
	if !in.has("query") {
		return "", ""
	}
	return "query", filterProblem(in["query"], 0)
}

// filterProblem says what is wrong with a filter or a group of filters that
// stands in depth groups; empty if nothing is.
func filterProblem(filter gjson.Result, depth int) string {
	if filter.Raw == later || filter.Get("operator").Raw == later {
		return ""
	}
	operator := filter.Get("operator").String()
	switch {
	case !filter.IsObject():
		return "must be made of filters {field, operator, value}, not " + described(filter)
	case operator == "AND", operator == "OR":
		return groupProblem(filter.Get("value"), depth)
	case !filter.Get("field").Exists():
		return `has a filter without "field"`
	case !slices.Contains(operators, operator):
		return fmt.Sprintf("has the operator %q; it can be %s, or AND and OR around filters", operator, enumerate(operators, "or"))
	case !filter.Get("value").Exists():
		return fmt.Sprintf(`has no "value" beside the field %s`, short(filter.Get("field")))
	}
	return ""
}

func groupProblem(filters gjson.Result, depth int) string {
	if filters.Raw == later {
		return ""
	}
	list := filters.Array()
	switch {
	case !filters.IsArray():
		return "has a group whose value is not a list of filters"
	case depth >= maxDepth:
		return "has groups in more than " + strconv.Itoa(maxDepth) + " levels; Intercom takes no more"
	case len(list) > maxFilters:
		return fmt.Sprintf("has %d filters in one group; Intercom takes %d", len(list), maxFilters)
	}
	for _, filter := range list {
		if problem := filterProblem(filter, depth+1); problem != "" {
			return problem
		}
	}
	return ""
}

// searchBody gives the query, the order and the page. The cursor of a search
// goes into the body: in the query of the address Intercom ignores it.
func searchBody(in inputs) []byte {
	var o, pagination object
	o.add("query", searchQuery(in))
	if in.has("sort") {
		o.add("sort", in["sort"].Raw)
	}
	for _, name := range []string{"per_page", "starting_after"} {
		if in.has(name) {
			pagination.add(name, in[name].Raw)
		}
	}
	if len(pagination) > 0 {
		o.add("pagination", string(pagination.bytes()))
	}
	return o.bytes()
}

func searchQuery(in inputs) string {
	if in.has("query") {
		return in["query"].Raw
	}
	filters := ""
	for _, name := range shortForms {
		if in.has(name) {
			filters += fmt.Sprintf(`,{"field":%q,"operator":"=","value":%s}`, name, wire(text, in[name]))
		}
	}
	return `{"operator":"AND","value":[` + filters[1:] + `]}`
}
