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
	Broken  bool   // a problem is reported already; what would follow from it is not one

	file  *File
	style style
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
