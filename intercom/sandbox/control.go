package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// The control endpoints are for people and scripts. They are no part of
// Intercom's API, need no token and count against no limit:
//
//	GET    /_sandbox/ledger   applied effects, one JSON object a line
//	GET    /_sandbox/state    everything the workspace holds, as Data
//	POST   /_sandbox/faults   adds a fault, or a list of them
//	DELETE /_sandbox/faults   takes all faults away
const controlPrefix = "/_sandbox/"

// control answers a request to a control endpoint, and tells whether it was one.
func (s *Server) control(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, controlPrefix)
	if !ok {
		return false
	}
	switch r.Method + " " + name {
	case "GET ledger":
		s.writeLedger(w)
	case "GET state":
		w.Header().Set("Content-Type", "application/json")
		_ = s.Snapshot().Write(w) // a client that went away
	case "POST faults":
		s.addFaults(w, r)
	case "DELETE faults":
		s.Heal()
		w.WriteHeader(http.StatusNoContent)
	default:
		http.Error(w, "no such control endpoint; there are GET ledger, GET state, POST faults and DELETE faults", http.StatusNotFound)
	}
	return true
}

func (s *Server) writeLedger(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	enc := json.NewEncoder(w)
	for _, e := range s.Ledger() {
		if enc.Encode(e) != nil {
			return // the client went away
		}
	}
}

func (s *Server) addFaults(w http.ResponseWriter, r *http.Request) {
	faults, err := readFaults(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for _, f := range faults {
		s.Fail(f)
	}
	w.WriteHeader(http.StatusNoContent)
}

// readFaults reads one fault or a list of them, and checks each.
func readFaults(body io.Reader) ([]Fault, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxBody))
	if err != nil {
		return nil, err
	}
	var faults []Fault
	if strings.HasPrefix(strings.TrimSpace(string(text)), "[") {
		err = json.Unmarshal(text, &faults)
	} else {
		faults = make([]Fault, 1)
		err = json.Unmarshal(text, &faults[0])
	}
	if err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	for _, f := range faults {
		if err := f.Check(); err != nil {
			return nil, fmt.Errorf("faults: %w", err)
		}
	}
	return faults, nil
}
