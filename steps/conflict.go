package steps

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
)

// Resolution is how a step ends that Intercom refused with a conflict.
type Resolution struct {
	Skipped bool   // the step is skipped, with the reason "conflict"; else it is done
	Effect  Effect // of what was done instead
	Data    []byte // that contact, as JSON
}

// ConflictError is a contact that could not be created because another one has
// its external_id or email.
type ConflictError struct {
	TwinID   string // Intercom's id of the other contact
	Archived bool   // it is archived, or being deleted
	Err      error  // Intercom's refusal, an [*intercom.APIError]
}

// Error names the other contact.
func (e *ConflictError) Error() string {
	if e.Archived {
		return fmt.Sprintf("an archived contact, %s, has this external_id or email", e.TwinID)
	}
	return fmt.Sprintf("the contact %s has this external_id or email already", e.TwinID)
}

// Hint says what can be done about it.
func (e *ConflictError) Hint() string {
	if e.Archived {
		return fmt.Sprintf("bring it back with unarchiveContact and contact_id %q", e.TwinID)
	}
	return "on_conflict: update or skip would take that one"
}

func (e *ConflictError) Unwrap() error { return e.Err }

// conflict is a call that was refused because the record is there already.
type conflict struct {
	do      intercom.Doer
	in      inputs
	fields  []Field
	refused *intercom.APIError
}

// Resolve settles a refusal the way the inputs of the step say, with calls of
// its own through do. It is for the errors of a call made from the same
// inputs: a conflict of createContact gives a [Resolution], or a
// [*ConflictError] that names the twin. Any other error comes back as it is.
func (a *Action) Resolve(ctx context.Context, do intercom.Doer, in map[string]any, err error) (Resolution, error) {
	var refused *intercom.APIError
	if a.resolve == nil || !errors.As(err, &refused) || refused.Status != http.StatusConflict {
		return Resolution{}, err
	}
	encoded, _ := a.encode(in)
	return a.resolve(ctx, conflict{do, encoded, a.Inputs, refused})
}

// twinID finds the id in Intercom's message, which is the only place that has
// it: "A contact matching those details already exists with id=...".
var twinID = regexp.MustCompile(`\bid=([0-9a-fA-F]{24})\b`)

// resolveTwin settles a createContact that met a contact with the same
// external_id or email.
func resolveTwin(ctx context.Context, c conflict) (Resolution, error) {
	match := twinID.FindStringSubmatch(c.refused.Message)
	if match == nil {
		return Resolution{}, c.refused
	}
	twin := &ConflictError{
		TwinID:   match[1],
		Archived: strings.Contains(strings.ToLower(c.refused.Message), "archived"),
		Err:      c.refused,
	}
	policy := c.in["on_conflict"].String()
	switch {
	case twin.Archived:
		return Resolution{}, twin
	case policy == "update":
		return c.takeTwin(ctx, twin.TwinID, Resolution{Effect: Update})
	case policy == "skip":
		return c.takeTwin(ctx, twin.TwinID, Resolution{Skipped: true})
	}
	return Resolution{}, twin
}

// Taking gives the action that changes by its id what a call of this one would
// meet, with the same inputs; nil where it cannot meet anything.
func (a *Action) Taking() *Action {
	if a.resolve == nil {
		return nil
	}
	return Find("updateContact")
}

// takeTwin reads or updates the contact that is there and completes end.
func (c conflict) takeTwin(ctx context.Context, id string, end Resolution) (Resolution, error) {
	req := intercom.Request{Method: http.MethodGet, Path: "/contacts/" + id, Repeat: true}
	if end.Effect == Update {
		req.Method, req.Body = http.MethodPut, body(c.fields, c.in)
	}
	resp, err := c.do.Do(ctx, req)
	if err != nil {
		return Resolution{}, err
	}
	end.Data = resp.Body
	return end, nil
}
