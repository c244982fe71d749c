package runner

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// The description nowhere forbids members that it does not name. Intercom
// ignores them in a request, so that a misspelt one would be lost in silence;
// in an answer, they would be the sandbox's own invention. A member is named by
// the schema or shown by one of the examples, which say more in places.

// undescribedQuery gives the parameters of the query that have no description.
func undescribedQuery(route *routers.Route, x exchange) []string {
	known := map[string]bool{}
	for _, p := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		if p.Value.In == openapi3.ParameterInQuery {
			known[p.Value.Name] = true
		}
	}
	var all []string
	for name := range x.request.URL.Query() {
		if !known[name] {
			all = append(all, "parameter "+name+": is not described")
		}
	}
	return all
}

// requestKind is what the description says of the body of a request, or nil.
func requestKind(route *routers.Route) *openapi3.MediaType {
	if route.Operation.RequestBody == nil {
		return nil
	}
	return route.Operation.RequestBody.Value.Content.Get("application/json")
}

// answerKind is what the description says of the body of an answer, or nil.
func answerKind(route *routers.Route, status int) *openapi3.MediaType {
	answer := route.Operation.Responses.Value(strconv.Itoa(status))
	if answer == nil {
		return nil
	}
	return answer.Value.Content.Get("application/json")
}

// undescribed gives the members of a JSON text that are not described. Below a
// schema of the document's components, the place is told from there: one
// deviation of a contact is the same in every answer that has one.
func undescribed(place string, kind *openapi3.MediaType, text []byte) []string {
	if kind == nil || kind.Schema == nil {
		return nil
	}
	known := knowledge{schemas: []*openapi3.SchemaRef{kind.Schema}}
	for _, example := range kind.Examples {
		known.examples = append(known.examples, example.Value.Value)
	}
	found := map[string]bool{}
	known.search(decoded(text), []string{place}, found)
	return slices.Sorted(maps.Keys(found))
}

// knowledge is what is known of one place in a JSON text.
type knowledge struct {
	schemas  []*openapi3.SchemaRef
	examples []any
}

// search adds the members of value that are not known.
func (k knowledge) search(value any, at []string, found map[string]bool) {
	if name := k.component(); name != "" {
		at = []string{"schema " + name}
	}
	switch value := value.(type) {
	case []any:
		inside := k.item()
		for _, item := range value {
			inside.search(item, append(slices.Clip(at), "0"), found)
		}
	case map[string]any:
		for name, member := range value {
			here := append(slices.Clip(at), name)
			if inside := k.member(name); inside.isAny() {
				inside.search(member, here, found)
			} else if !k.isOpen() {
				found[pointer(here)+": is not described"] = true
			}
		}
	}
}

// component is the name of the first schema, if it has one.
func (k knowledge) component() string {
	for _, ref := range k.flat() {
		if name, ok := strings.CutPrefix(ref.Ref, "#/components/schemas/"); ok {
			return name
		}
	}
	return ""
}

func (k knowledge) isAny() bool { return len(k.schemas)+len(k.examples) > 0 }

// isOpen reports whether any member may be there: a schema says so, or names
// none at all.
func (k knowledge) isOpen() bool {
	named := false
	for _, ref := range k.flat() {
		more := ref.Value.AdditionalProperties
		if more.Schema != nil || more.Has != nil && *more.Has {
			return true
		}
		named = named || len(ref.Value.Properties) > 0
	}
	return !named
}

func (k knowledge) item() knowledge {
	var inside knowledge
	for _, ref := range k.flat() {
		if ref.Value.Items != nil {
			inside.schemas = append(inside.schemas, ref.Value.Items)
		}
	}
	for _, example := range k.examples {
		list, _ := example.([]any)
		inside.examples = append(inside.examples, list...)
	}
	return inside
}

func (k knowledge) member(name string) knowledge {
	var inside knowledge
	for _, ref := range k.flat() {
		if member := ref.Value.Properties[name]; member != nil {
			inside.schemas = append(inside.schemas, member)
		}
	}
	for _, example := range k.examples {
		if object, _ := example.(map[string]any); object != nil {
			if member, ok := object[name]; ok {
				inside.examples = append(inside.examples, member)
			}
		}
	}
	return inside
}

// flat are the schemas and those that they are made of.
func (k knowledge) flat() []*openapi3.SchemaRef {
	var all []*openapi3.SchemaRef
	for _, ref := range k.schemas {
		parts := knowledge{schemas: slices.Concat(ref.Value.AllOf, ref.Value.AnyOf, ref.Value.OneOf)}
		all = append(append(all, ref), parts.flat()...)
	}
	return all
}
