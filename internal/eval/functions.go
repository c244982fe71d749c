package eval

import "slices"

// A Function is one entry of the closed list of what expressions can call.
type Function struct {
	Name      string
	Signature string // "join(list, separator) text"
	Doc       string // one line
}

// Functions returns what expressions can call, sorted by name, and omit,
// which is written without parentheses.
func Functions() []Function {
	var out []Function
	for _, f := range functions {
		out = append(out, Function{Name: f.name, Signature: f.signature, Doc: f.doc})
	}
	out = append(out, predicates...)
	slices.SortFunc(out, func(a, b Function) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// A function is a function of ours: everything about it but the expression
// forms of the list functions, which [collectNode] evaluates.
type function struct {
	name, signature, doc string

	params   []Kind // kinds of the arguments; KindAny also takes null
	optional int    // how many of the last ones may be left out
	variadic bool   // the last one may be repeated
	result   Kind
	deep     bool // looks inside arguments that hold unknowns, and copes
	call     func(c *call) (Value, error)
}

// predicates are the functions with an expression for each element, and omit.
var predicates = []Function{
	{"all", "all(list, condition) boolean", "whether every element passes, as in all(items, .price > 0)"},
	{"any", "any(list, condition) boolean", "whether an element passes"},
	{"count", "count(list, condition) integer", "how many elements pass"},
	{"filter", "filter(list, condition) list", "the elements that pass"},
	{"find", "find(list, condition) any", "the first element that passes; missing if none does"},
	{"map", "map(list, expression) list", "the value of the expression for every element; omit leaves one out"},
	{"none", "none(list, condition) boolean", "whether no element passes"},
	{"omit", "omit", "leaves out the key or element it stands for"},
	{"sum", "sum(list, expression) number", "the sum of the elements, or of the expression for each"},
}

// functions is the closed list: no clock, no randomness, nothing from
// outside.
var functions = slices.Concat(textFunctions, numberFunctions, listFunctions, valueFunctions)

func findFunction(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

func isPredicate(name string) bool {
	return name != "omit" && slices.ContainsFunc(predicates, func(f Function) bool { return f.Name == name })
}

// functionNames returns the names of all functions, sorted.
func functionNames() []string {
	var names []string
	for _, f := range Functions() {
		if f.Name != "omit" {
			names = append(names, f.Name)
		}
	}
	return names
}

// param returns the kind of the i-th argument.
func (f *function) param(i int) Kind { return f.params[min(i, len(f.params)-1)] }

// takes reports whether the function can be called with n arguments.
func (f *function) takes(n int) bool {
	return n >= len(f.params)-f.optional && (n <= len(f.params) || f.variadic)
}

// A call is one call of a function: its arguments, evaluated and of the right
// kinds.
type call struct {
	*run
	at   int
	args []Value
	from []arg
}

// str, integer and list return an argument whose kind has been checked.
func (c *call) str(i int) string { s, _ := c.args[i].(string); return s }
func (c *call) integer(i int) int {
	n, _ := c.args[i].(int64)
	return int(min(max(n, -maxMade), maxMade))
}
func (c *call) list(i int) List { l, _ := asList(c.args[i]); return l }

// A callNode calls a function.
type callNode struct {
	f    *function
	args []arg
	at   int
}

func (n *callNode) eval(r *run) (Value, error) {
	c := call{run: r, at: n.at, args: make([]Value, len(n.args)), from: n.args}
	open := false
	for i := range n.args {
		v, err := n.argument(r, i)
		if err != nil {
			return nil, err
		}
		if n.f.deep {
			_, isUnknown := v.(*Unknown)
			open = open || isUnknown
		} else if !open {
			_, open = IsUnknown(v)
		}
		c.args[i] = v
	}
	if open {
		return n.ofUnknown(c.args), nil
	}
	return n.f.call(&c)
}

// argument evaluates an argument and checks its kind.
func (n *callNode) argument(r *run, i int) (Value, error) {
	a, want := &n.args[i], n.f.param(i)
	if n.f.name == "get" && i == 0 {
		return a.eval(r) // the one function that takes what is missing
	}
	v, err := a.value(r)
	if err != nil {
		return nil, err
	}
	if _, isUnknown := v.(*Unknown); isUnknown || want == KindAny {
		return v, nil
	}
	have := KindOf(v)
	if _, text := v.(Number); text || have != want && !(want == KindNumber && have == KindInt) {
		return nil, a.wrong(v, want)
	}
	return v, nil
}

// ofUnknown tells what can be said about the result for unknown arguments.
func (n *callNode) ofUnknown(args []Value) Value {
	out := unknown(n.f.result, args...)
	lo, hi := 0, 0
	for _, v := range args {
		lo1, hi1 := lengthBounds(v)
		lo += lo1
		if hi >= 0 && hi1 >= 0 {
			hi += hi1
		} else {
			hi = -1
		}
	}
	switch n.f.name {
	case "len":
		return unknownCount(out, lo, hi)
	case "sort", "reverse", "concat":
		return unknownList(out, lo, hi)
	case "uniq":
		return unknownList(out, min(lo, 1), hi)
	case "first", "last", "get", "path", "fromJSON":
		out.NotNull = false
	}
	return out
}

// lengthBounds returns the bounds of the length of a list that may be
// unknown; hi is -1 without a bound.
func lengthBounds(v Value) (lo, hi int) {
	if u, ok := v.(*Unknown); ok {
		return u.listBounds()
	}
	list, ok := asList(v)
	if !ok {
		return 0, -1
	}
	return len(list), len(list)
}
