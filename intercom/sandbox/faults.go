package sandbox

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// FaultKind is one of the ways in which a server can misbehave.
type FaultKind string

// The kinds of faults. "Applied" means that the workspace has changed and the
// ledger has an entry, whatever the client sees.
const (
	FaultLatency   FaultKind = "latency"    // Delay passes before applying, for a client that still waits then; with After, between applying and the answer
	FaultRateLimit FaultKind = "rate_limit" // 429, not applied; the current window is used up
	FaultStatus    FaultKind = "status"     // Status, not applied or, with After, applied
	FaultReset     FaultKind = "reset"      // the connection is reset, not applied
	FaultLost      FaultKind = "lost"       // applied; the connection ends without an answer
	FaultTruncated FaultKind = "truncated"  // applied; the connection ends in the middle of the answer's body
	FaultNotJSON   FaultKind = "not_json"   // applied; 200 with a page of HTML
	FaultHuge      FaultKind = "huge"       // applied; 200 with a JSON body of Size bytes
	FaultSlow      FaultKind = "slow"       // applied; the body comes byte by byte, Delay apart
	FaultRedirect  FaultKind = "redirect"   // 302 to another host, not applied
)

// Fault says what goes wrong, and with which requests. The zero value of every
// field but Kind is usable.
type Fault struct {
	Kind FaultKind `json:"kind"`

	Method string `json:"method,omitempty"` // of the requests; "" matches any
	Path   string `json:"path,omitempty"`   // such as "/contacts/*/tags", where "*" or "{id}" is one segment; "" matches any

	Nth         int     `json:"nth,omitempty"`         // the first matching request to strike, from 1; 0 means 1
	Count       int     `json:"count,omitempty"`       // how many to strike; 0 means all
	Probability float64 `json:"probability,omitempty"` // of striking, above 0 and up to 1; 0 means always
	Seed        uint64  `json:"seed,omitempty"`        // of the chance

	Status int           `json:"status,omitempty"` // 408, 500 (the default), 502 with HTML, 503 or 504 with "null"
	After  bool          `json:"after,omitempty"`  // for latency and status: after applying
	Delay  time.Duration `json:"-"`                // for latency and slow; 0 means a second; in JSON a text such as "250ms"
	Size   int           `json:"size,omitempty"`   // for huge; 0 means 64 MiB
}

// Check tells what is wrong with a fault.
func (f Fault) Check() error {
	kinds := []FaultKind{
		FaultLatency, FaultRateLimit, FaultStatus, FaultReset, FaultLost,
		FaultTruncated, FaultNotJSON, FaultHuge, FaultSlow, FaultRedirect,
	}
	switch {
	case !slices.Contains(kinds, f.Kind):
		return fmt.Errorf("unknown kind of fault %q; there are %q", f.Kind, kinds)
	case f.Status != 0 && gatewayBodies[f.Status].body == "":
		return fmt.Errorf("status %d: only 408, 500, 502, 503 and 504 can be had", f.Status)
	case f.Path != "" && f.Path[0] != '/':
		return fmt.Errorf("path %q does not start with a slash", f.Path)
	case f.Nth < 0 || f.Count < 0 || f.Size < 0 || f.Delay < 0:
		return fmt.Errorf("nth, count, size and delay cannot be negative")
	case f.Probability < 0 || f.Probability > 1:
		return fmt.Errorf("probability %v is not between 0 and 1", f.Probability)
	}
	return nil
}

// UnmarshalJSON reads a fault, with its delay as text, such as "250ms".
func (f *Fault) UnmarshalJSON(text []byte) error {
	type plain Fault
	in := struct {
		*plain
		Delay string `json:"delay"`
	}{plain: (*plain)(f)}
	if err := decodeStrict(text, &in); err != nil {
		return err
	}
	if in.Delay == "" {
		return nil
	}
	d, err := time.ParseDuration(in.Delay)
	if err != nil {
		return fmt.Errorf("delay %q is not a duration such as 250ms", in.Delay)
	}
	f.Delay = d
	return nil
}

// MarshalJSON is the counterpart of UnmarshalJSON.
func (f Fault) MarshalJSON() ([]byte, error) {
	type plain Fault
	out := struct {
		plain
		Delay string `json:"delay,omitempty"`
	}{plain: plain(f)}
	if f.Delay != 0 {
		out.Delay = f.Delay.String()
	}
	return json.Marshal(out)
}

// is tells whether a fault, which may be nil, is of a kind.
func (f *Fault) is(kind FaultKind) bool { return f != nil && f.Kind == kind }

// armedFault is a fault and what has come of it so far.
type armedFault struct {
	Fault
	chance *rand.Rand
	met    int // requests it matched
	struck int
}

// Fail adds a fault. Of several that match a request, the one added first
// strikes. It panics when [Fault.Check] has something to say.
func (s *Server) Fail(f Fault) {
	if err := f.Check(); err != nil {
		panic(fmt.Sprintf("sandbox: %v", err))
	}
	if f.Delay == 0 {
		f.Delay = time.Second
	}
	if f.Size == 0 {
		f.Size = 64 << 20
	}
	if f.Status == 0 {
		f.Status = 500
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armedFault{Fault: f, chance: rand.New(rand.NewPCG(f.Seed, 1))})
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// strike gives the fault that strikes a call, or nil.
func (s *Server) strike(c *call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var struck *Fault
	for _, f := range s.faults {
		if f.strikes(c) && struck == nil {
			f.struck++
			struck = &f.Fault
		}
	}
	return struck
}

func (f *armedFault) strikes(c *call) bool {
	if f.Method != "" && f.Method != c.method {
		return false
	}
	if f.Path != "" {
		if _, ok := matchPath(f.Path, c.path); !ok {
			return false
		}
	}
	f.met++
	lucky := f.Probability > 0 && f.chance.Float64() >= f.Probability
	return !lucky && f.met >= f.Nth && (f.Count == 0 || f.struck < f.Count)
}
