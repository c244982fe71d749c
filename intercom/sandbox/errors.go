package sandbox

import (
	"fmt"
	"net/http"
)

// refusal is an error answer. Codes and messages are those of Intercom's
// OpenAPI description or of recorded answers; where neither has one, the
// message is the sandbox's own.
type refusal struct {
	status  int
	code    string
	message string
	field   string
	header  http.Header // further headers; may be nil
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%d %s: %s", r.status, r.code, r.message)
}

type errorList struct {
	Type      string      `json:"type"`
	RequestID string      `json:"request_id"`
	Errors    []errorItem `json:"errors"`
}

type errorItem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
}

func (r *refusal) body(requestID string) errorList {
	item := errorItem{Code: r.code, Message: r.message, Field: r.field}
	return errorList{Type: "error.list", RequestID: requestID, Errors: []errorItem{item}}
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// badParameter is the refusal of a parameter's value.
func badParameter(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "parameter_invalid", format, args...)
}

func contactNotFound() *refusal {
	return refuse(http.StatusNotFound, "not_found", "User Not Found")
}

func companyNotFound() *refusal {
	return refuse(http.StatusNotFound, "company_not_found", "Company Not Found")
}

func resourceNotFound() *refusal {
	return refuse(http.StatusNotFound, "not_found", "Resource Not Found")
}

func ticketNotFound() *refusal {
	return refuse(http.StatusNotFound, "ticket_not_found", "Ticket not found")
}

func pathNotFound() *refusal {
	return refuse(http.StatusNotFound, "not_found", "The requested resource does not exist; check your path and try again")
}

func perPageTooBig() *refusal {
	return badParameter("Per Page is too big")
}

func badCursor() *refusal {
	return refuse(http.StatusBadRequest, "client_error",
		"Invalid starting_after param. Please try again using a starting_after value from a paginated response")
}
