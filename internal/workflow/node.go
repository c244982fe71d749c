package workflow

// Kind is what a [Node] is.
type Kind uint8

// The kinds of a node.
const (
	Null   Kind = iota
	Bool        // Bool holds it
	Int         // Int holds it
	BigInt      // Text holds the digits of an integer beyond 64 bits
	Float       // Float holds it
	String      // Text holds it
	Odd         // an unquoted value that YAML reads as something else; Text holds it as written
	List        // Items holds it
	Map         // Fields holds it
)

var kindNames = [...]string{"null", "a boolean", "an integer", "an integer", "a number", "a string", "an unquoted value", "a list", "a mapping"}

// String returns the kind with its article, for messages: "a list".
func (k Kind) String() string { return kindNames[k] }

// Node is a value as written in the file, with its place.
type Node struct {
	Kind   Kind
	Pos    Pos
	Bool   bool
	Int    int64
	Float  float64
	Text   string // of every scalar: a string's text, else the characters as written
	Items  []*Node
	Fields []Field

	Comment string // what follows an unquoted value on its line, from the # on
	file    *File
	style   style
	broken  bool // a problem is reported already; what follows from it is not
}

// Field is one key of a mapping and its value.
type Field struct {
	Key   *Node // a String
	Value *Node
}

// Get returns the value of a key of a mapping, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, field := range n.Fields {
		if field.Key.Text == key {
			return field.Value
		}
	}
	return nil
}

// style is how a scalar was written; it decides where its characters stand.
type style uint8

const (
	plain  style = iota
	single       // 'in single quotes'
	double       // "in double quotes"
	block        // | or >
)

// At returns the place in the file of a byte of the node's text.
func (n *Node) At(offset int) Pos {
	if n.file == nil || n.Kind == List || n.Kind == Map {
		return n.Pos
	}
	return n.file.pos(n.locate(offset))
}

// locate walks the text of the node and its source side by side, which differ
// by quotes, escapes, indentation and folded lines, up to byte offset of the
// text.
func (n *Node) locate(offset int) int {
	source, at := n.file.Text, n.file.offset(n.Pos)
	switch n.style {
	case single, double:
		at++
	case block:
		for at < len(source) && source[at] != '\n' {
			at++
		}
	}
	for done := 0; done < min(offset, len(n.Text)) && at < len(source); done++ {
		at = n.skip(source, at, n.Text[done])
	}
	if n.style == block && offset < len(n.Text) {
		at = skipTo(source, at, n.Text[offset])
	}
	return at
}

// skip returns the byte behind the one in source, at or after at, that stands
// for c.
func (n *Node) skip(source []byte, at int, c byte) int {
	switch {
	case n.style == double && source[at] == '\\':
		return at + escapeLength(source[at:])
	case n.style == single && c == '\'':
		return at + 2
	case c == ' ' && source[at] == '\n': // a folded line
		return at + 1
	default:
		return skipTo(source, at, c) + 1
	}
}

// skipTo passes over the white space that stands in the source only.
func skipTo(source []byte, at int, c byte) int {
	for at < len(source)-1 && source[at] != c && (source[at] == ' ' || source[at] == '\n' || source[at] == '\r') {
		at++
	}
	return at
}

// escapeLength is the length of the escape sequence that source begins with.
func escapeLength(source []byte) int {
	if len(source) < 2 {
		return len(source)
	}
	switch source[1] {
	case 'x':
		return min(4, len(source))
	case 'u':
		return min(6, len(source))
	case 'U':
		return min(10, len(source))
	}
	return 2
}
