package sandbox

import (
	"encoding/json"
	"slices"
	"time"
)

// Entry is one applied effect: a request that changed the workspace. Requests
// that were refused, or changed nothing, leave no entry.
type Entry struct {
	Seq       int             `json:"seq"` // counts from 1
	Time      time.Time       `json:"time"`
	Method    string          `json:"method"`
	Path      string          `json:"path"`           // as requested, with the query
	Operation string          `json:"operation"`      // such as "PUT /contacts/{contact_id}"
	ObjectID  string          `json:"object_id"`      // of the record that was changed
	Body      json.RawMessage `json:"body,omitempty"` // as sent; nil when none was
	Delivered bool            `json:"delivered"`      // the whole answer was handed to the client
}

// Ledger gives every applied effect in the order of applying.
func (s *Server) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := make([]Entry, len(s.ledger))
	for i, e := range s.ledger {
		entries[i] = *e
		entries[i].Body = slices.Clone(e.Body)
	}
	return entries
}

// record enters the effect of a call into the ledger.
func (s *Server) record(c *call) *Entry {
	e := &Entry{
		Seq:       len(s.ledger) + 1,
		Time:      c.now,
		Method:    c.method,
		Path:      c.target,
		Operation: c.operation,
		ObjectID:  c.applied,
	}
	if len(c.body) > 0 {
		e.Body = slices.Clone(c.body)
	}
	s.ledger = append(s.ledger, e)
	return e
}

// delivered marks an effect whose answer reached the client.
func (s *Server) delivered(e *Entry) {
	if e == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Delivered = true
}
