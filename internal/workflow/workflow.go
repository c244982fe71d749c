package workflow

import "time"

// Workflow is a workflow file: what its author wrote, checked for shape.
type Workflow struct {
	File        *File
	Name        *Node // a String; nil where it is not given, as with every *Node here
	Description *Node
	Intercom    Intercom
	Inputs      []*Input
	Vars        []Field // in the order of the file
	Allow       []*Node // Strings: "delete", "send"
	Guards      Guards
	Undo        *bool
	Defaults    Settings
	Steps       []*Step
	Outputs     []Field
}

// Intercom says which workspace a workflow is for.
type Intercom struct {
	Region    *Node // "us", "eu" or "au"
	Workspace *Node // its id, such as "ecahpwf5"
	Version   *Node // of the API
}

// Input is a parameter of a workflow.
type Input struct {
	Key         *Node // its name
	Type        string
	Default     *Node
	Enum        []*Node
	Pattern     *Node
	Required    bool
	Secret      bool
	Env         *Node // the environment variable it may come from
	Description *Node
}

// InputTypes are the types an input can have.
var InputTypes = []string{"string", "integer", "number", "boolean", "list", "object", "file"}

// Guards are limits on what a run may change. A nil limit is none.
type Guards struct {
	MaxChanges, MaxCreates, MaxUpdates, MaxArchives, MaxDeletes, MaxSends *Limit

	MaxChangePercent *Limit
}

// Limit is a number, or a percentage, that must not be passed.
type Limit struct {
	Node    *Node
	Count   int64
	Percent float64
	Of100   bool // it is Percent
}

// Settings are what a step and the defaults of a file have in common.
type Settings struct {
	Retry   *Retry
	Timeout *Duration
	OnError *Node // "stop" or "continue"
}

// Retry says how often and how fast a call that failed is made again. A zero
// field is the built-in default.
type Retry struct {
	MaxAttempts int
	Backoff     string // "exponential", "linear" or "constant"
	MinInterval time.Duration
	MaxInterval time.Duration
}

// Duration is a length of time as written.
type Duration struct {
	Node  *Node
	Value time.Duration
}

// Step is one step: an action, or a group of steps; once, or for each item.
type Step struct {
	Node        *Node // the whole step
	ID          *Node
	Name        *Node
	Description *Node
	Action      *Node // its key; nil for a group
	With        *Node // a Map; may be nil
	Steps       []*Step
	If          *Node
	ForEach     *Loop
	Until       *Until
	Assert      []*Node
	Undo        *bool
	Settings
}

// Loop says which items a step runs for. One of In, File and Action says where
// they come from.
type Loop struct {
	Node        *Node
	In          *Node // a template that gives a list, or a List
	File        *Node // a path
	Format      *Node // "csv", "ndjson" or "json"
	Action      *Node // a list or a search
	With        *Node
	As          *Node
	Key         *Node
	Where       *Node
	Limit       *Node
	Concurrency int // 0 where it is not given
	MaxFailures *Limit
	Types       []Field // CSV column and type
}

// Until says how long a read is repeated.
type Until struct {
	Node      *Node
	Condition *Node
	Interval  time.Duration // 0 where it is not given
	Timeout   time.Duration
}
