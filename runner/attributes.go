package runner

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/internal/spelling"
	"github.com/tidwall/gjson"
)

// customInput is the input of contacts and companies that takes the attributes
// a workspace has defined itself. Intercom refuses a write with one that is not
// defined, and never defines one by itself.
const customInput = "custom_attributes"

// models are what Intercom calls the resources that have such attributes.
var models = map[string]string{"contacts": "contact", "companies": "company"}

// attribute is a custom attribute as Intercom describes it.
type attribute struct {
	kind     string // its data_type: string, integer, float, boolean, date
	archived bool
}

// attributes are those of each model, read once in a plan.
type attributes struct {
	mu   sync.Mutex
	kept map[string]*keptAttributes
}

// keptAttributes are those of a model. Those who want them while they are
// being read wait.
type keptAttributes struct {
	done chan struct{}        // closed when the rest is there
	all  map[string]attribute // nil where they could not be read
}

func (a *attributes) of(model string) (k *keptAttributes, mine bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k := a.kept[model]; k != nil {
		return k, false
	}
	if a.kept == nil {
		a.kept = map[string]*keptAttributes{}
	}
	k = &keptAttributes{done: make(chan struct{})}
	a.kept[model] = k
	return k, true
}

// definitions gives the custom attributes of a model, archived ones included;
// nil where the token may not read them, and Intercom has the last word.
func (w *walk) definitions(ctx context.Context, model string) map[string]attribute {
	k, mine := w.attributes.of(model)
	if mine {
		k.all = w.readAttributes(ctx, model)
		close(k.done)
	}
	select {
	case <-k.done:
		return k.all
	case <-ctx.Done():
		return nil
	}
}

func (w *walk) readAttributes(ctx context.Context, model string) map[string]attribute {
	resp, err := w.Do(ctx, intercom.Request{
		Method: http.MethodGet, Path: "/data_attributes", Repeat: true,
		Query: url.Values{"model": {model}, "include_archived": {"true"}},
	})
	if err != nil {
		return nil
	}
	all := map[string]attribute{}
	gjson.GetBytes(resp.Body, "data").ForEach(func(_, each gjson.Result) bool {
		name, archived := each.Get("name").String(), each.Get("archived").Bool()
		if other, some := all[name]; each.Get("custom").Bool() && (!some || other.archived) {
			all[name] = attribute{each.Get("data_type").String(), archived}
		}
		return true
	})
	return all
}

// checkAttributes holds the custom attributes that a planned write sets against
// those of the workspace. A name that stands in the workflow is wrong for all
// rows, and told once.
func (w *walk) checkAttributes(ctx context.Context, s *program.Step, at *place, in eval.Object) *Failure {
	f, has := s.Action.Input(customInput)
	set, some := openObject(f, in[customInput])
	if !has || !some || len(set) == 0 {
		return nil
	}
	defined := w.definitions(ctx, models[s.Action.Resource])
	if defined == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		node := s.Source.With.Get(customInput).Get(name)
		problem := attributeProblem(defined, s.Action.Resource, name, set[name])
		switch {
		case problem == nil:
		case node != nil && problem.code != "attribute_type":
			w.once(s, w.failure(&place{label: s.Label}, node, problem))
		case node != nil:
			return w.failure(at, node, problem)
		default:
			return w.failure(at, s.Source.Action, problem)
		}
	}
	return nil
}

// attributeProblem says why Intercom would refuse an attribute; nil if it would
// not. Whether it refuses a value that is none of a list's options is not
// known, so that is left to it.
func attributeProblem(defined map[string]attribute, resource, name string, v eval.Value) *codedError {
	a, there := defined[name]
	switch {
	case !there:
		hint := spelling.DidYouMean(name, slices.Sorted(maps.Keys(defined)))
		if hint == "" {
			hint = "create it in Intercom's settings, under Data, or mend the name"
		}
		return &codedError{code: "attribute_missing", message: fmt.Sprintf("this workspace has no custom attribute %q of %s", name, resource), hint: hint}
	case a.archived:
		return &codedError{
			code: "attribute_archived", message: fmt.Sprintf("the custom attribute %q of %s is archived", name, resource),
			hint: "bring it back in Intercom's settings, under Data, or take it out",
		}
	}
	wants, ok := attributeKinds[a.kind]
	if _, unknown := eval.IsUnknown(v); unknown || v == nil || !ok || wants.takes(v) {
		return nil
	}
	return &codedError{
		code: "attribute_type", message: fmt.Sprintf("%s.%s takes %s, and this is %s", customInput, name, wants.word, program.Word(v)),
		hint: wants.hint,
	}
}

// attributeKind is a data_type of Intercom's.
type attributeKind struct {
	word, hint string
	kinds      []eval.Kind
}

var attributeKinds = map[string]attributeKind{
	"string":  {"a text", "string(...) makes one of a number", []eval.Kind{eval.KindString, eval.KindList}},
	"integer": {"an integer", "int(...) makes one of a text; for a column of a CSV file write for_each.types", []eval.Kind{eval.KindInt}},
	"float":   {"a number", "float(...) makes one of a text; for a column of a CSV file write for_each.types", []eval.Kind{eval.KindInt, eval.KindNumber}},
	"boolean": {"true or false", "for a column of a CSV file write for_each.types", []eval.Kind{eval.KindBool}},
	"date":    {"a time in Unix seconds", "unix(...) makes one of a date", []eval.Kind{eval.KindInt}},
}

func (k attributeKind) takes(v eval.Value) bool { return slices.Contains(k.kinds, eval.KindOf(v)) }
