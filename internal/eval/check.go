package eval

import (
	"maps"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/types"
)

// config tells expr's parser and checker what there is: our functions, and of
// the environment what the text mentions. Of expr's own functions only those
// that take an expression for each element stay, for their syntax.
func (e *Env) config(text string) *conf.Config {
	c := &conf.Config{
		MaxNodes:          maxNodes,
		DisableIfOperator: true,
		Disabled:          disabledFunctions,
		Functions:         declaredFunctions,
	}
	names := types.Map{"omit": types.Any}
	for name, t := range e.names {
		if strings.Contains(text, name) {
			names[name] = t.mentioned(text).declare()
		}
	}
	c.WithEnv(names)
	return c
}

var (
	disabledFunctions = disableAll()
	declaredFunctions = declareAll()
)

func disableAll() map[string]bool {
	disabled := map[string]bool{}
	for _, name := range builtin.Names {
		disabled[name] = true
	}
	return disabled
}

func declareAll() conf.FunctionsTable {
	declared := conf.FunctionsTable{}
	for i := range functions {
		declared[functions[i].name] = declare(&functions[i])
	}
	return declared
}

// declare tells the checker what a function returns. Its arguments are
// checked by the builder, which knows where each of them stands.
func declare(f *function) *builtin.Function {
	result := f.result.goType()
	return &builtin.Function{
		Name:     f.name,
		Func:     func(...any) (any, error) { return nil, nil },
		Validate: func([]reflect.Type) (reflect.Type, error) { return result, nil },
	}
}

// goType is the type that stands for a kind in the checker. A number may be
// an integer or not, which it cannot say.
func (k Kind) goType() reflect.Type {
	switch k {
	case KindBool:
		return reflect.TypeFor[bool]()
	case KindInt:
		return reflect.TypeFor[int64]()
	case KindString:
		return reflect.TypeFor[string]()
	case KindList:
		return reflect.TypeFor[[]any]()
	case KindObject:
		return reflect.TypeFor[map[string]any]()
	}
	return reflect.TypeFor[any]()
}

// declare returns the checker's form of a type.
func (t *Type) declare() types.Type {
	if t == nil {
		return types.Any
	}
	switch t.Kind {
	case KindBool:
		return types.Bool
	case KindInt:
		return types.Int64
	case KindNumber:
		return types.Float64
	case KindString:
		return types.String
	case KindList:
		return types.Array(t.Elem.declare())
	case KindObject:
		return t.declareObject()
	}
	return types.Any
}

// mentioned forgets the types of fields that a text does not mention, such as
// those of all the other steps of a file.
func (t *Type) mentioned(text string) *Type {
	if t == nil || t.Fields == nil {
		return t
	}
	out := *t
	out.Fields = make(map[string]*Type, len(t.Fields))
	for name, field := range t.Fields {
		if !strings.Contains(text, name) {
			field = nil
		}
		out.Fields[name] = field
	}
	return &out
}

func (t *Type) declareObject() types.Type {
	out := types.Map{}
	for name, field := range t.Fields {
		out[name] = field.declare()
	}
	if t.Open || t.Fields == nil {
		out[types.Extra] = types.Any
	}
	return out
}

// kindOfNode returns the kind the checker has found for a node.
func kindOfNode(n ast.Node) Kind { return kindOfNature(n.Nature()) }

func kindOfNature(n *nature.Nature) Kind {
	switch {
	case n.IsBool():
		return KindBool
	case n.IsInteger:
		return KindInt
	case n.IsFloat:
		return KindNumber
	case n.IsString():
		return KindString
	case n.IsArray():
		return KindList
	case n.IsMap():
		return KindObject
	}
	return KindAny
}

// typeOfNature returns a type as the checker knows it, with all it says about
// fields and elements.
func typeOfNature(n *nature.Nature) *Type {
	out := &Type{Kind: kindOfNature(n)}
	switch out.Kind {
	case KindAny:
		return nil
	case KindList:
		if n.Ref != nil {
			out.Elem = typeOfNature(n.Ref)
		}
	case KindObject:
		if n.TypeData == nil || len(n.Fields) == 0 && !n.Strict {
			return out
		}
		out.Fields = make(map[string]*Type, len(n.Fields))
		for name, field := range maps.All(n.Fields) {
			out.Fields[name] = typeOfNature(&field)
		}
		out.Open = !n.Strict
	}
	return out
}

// aboutFields matches the checker's errors about members. The builder finds
// these itself. Where it finds none, the checker is wrong: of a ? b : c it
// only looks at the fields of b.
var aboutFields = regexp.MustCompile(`^unknown field |has no field|^array elements can only be selected|\] is undefined$`)

var (
	mismatchedTypes = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types? (.+?)(?: and (.+))?\)$`)
	goTypeNames     = regexp.MustCompile(`map\[string\]interface \{\}|\[\]interface \{\}|interface \{\}|\b(?:float64|int64|int|string|bool|array)\b`)
)

var ourTypeNames = map[string]string{
	"map[string]interface {}": "object",
	"[]interface {}":          "list",
	"array":                   "list",
	"interface {}":            "any value",
	"float64":                 "number",
	"int64":                   "integer",
	"int":                     "integer",
	"string":                  "text",
	"bool":                    "boolean",
}

// inOurWords says in the words of this package what the checker has found.
func inOurWords(message string) string {
	if m := mismatchedTypes.FindStringSubmatch(message); m != nil {
		message = m[1] + " cannot be used with " + m[2]
		if m[3] != "" {
			message += " and " + m[3]
		}
	}
	message = strings.NewReplacer(
		"predicate should has one input and one output param", "the expression for each element has no value",
		"predicate should return boolean", "the condition must give a boolean",
		"unknown pointer", "there is no",
		"builtin ", "",
	).Replace(message)
	return goTypeNames.ReplaceAllStringFunc(message, func(name string) string { return ourTypeNames[name] })
}
