package sandbox

import "encoding/json"

// Data is what a workspace holds, in a form that is easy to write by hand, in
// Go or as JSON (see [ReadData]). Nearly everything may be left out:
//
//   - ids and times are made up, in order, from a fixed start, so that the same
//     data always gets the same ones; times are Unix seconds;
//   - workspace, admins, data_attributes, ticket_states and ticket_types get
//     standard ones when they are absent;
//   - an empty string, a zero time and Intercom's null are the same thing.
//
// Records refer to each other by whatever names them: a tag by name or id, a
// company by its company_id or id, a contact by id, external_id or email.
//
//	{
//	  "tags":      [{"name": "vip"}],
//	  "companies": [{"company_id": "acme", "name": "Acme"}],
//	  "contacts":  [
//	    {"email": "ann@example.com", "tags": ["vip"], "companies": ["acme"],
//	     "custom_attributes": {"plan": "trial", "monthly_spend": 20}}
//	  ]
//	}
//
// [Server.Snapshot] gives the same form with everything filled in: tags by
// name, companies by company_id, contacts by id.
type Data struct {
	Workspace      Workspace       `json:"workspace,omitzero"`
	Admins         []Admin         `json:"admins,omitempty"`
	DataAttributes []DataAttribute `json:"data_attributes,omitempty"` // the custom ones
	Tags           []Tag           `json:"tags,omitempty"`
	Segments       []Segment       `json:"segments,omitempty"`
	Companies      []Company       `json:"companies,omitempty"`
	Contacts       []Contact       `json:"contacts,omitempty"`
	Notes          []Note          `json:"notes,omitempty"`
	TicketStates   []TicketState   `json:"ticket_states,omitempty"`
	TicketTypes    []TicketType    `json:"ticket_types,omitempty"`
	Tickets        []Ticket        `json:"tickets,omitempty"`
}

// Workspace is what GET /me calls the app.
type Workspace struct {
	IDCode    string `json:"id_code,omitempty"`  // default "ecahpwf5"
	Name      string `json:"name,omitempty"`     // default "Acme"
	Region    string `json:"region,omitempty"`   // as Intercom writes it: "US", "Europe"; default "US"
	Timezone  string `json:"timezone,omitempty"` // an IANA name; decides the days of date searches; default "America/Los_Angeles"
	CreatedAt int64  `json:"created_at,omitempty"`
}

// Admin is a teammate. The first one is who the token belongs to.
type Admin struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	JobTitle string `json:"job_title,omitempty"`
}

// DataAttribute is a custom attribute of contacts or companies.
type DataAttribute struct {
	ID                int      `json:"id,omitempty"`
	Model             string   `json:"model"` // "contact" or "company"
	Name              string   `json:"name"`
	DataType          string   `json:"data_type,omitempty"` // string (the default), integer, float, boolean or date
	Description       string   `json:"description,omitempty"`
	Options           []string `json:"options,omitempty"` // of a list attribute, whose data_type is string
	MessengerWritable bool     `json:"messenger_writable,omitempty"`
	Archived          bool     `json:"archived,omitempty"`
	CreatedAt         int64    `json:"created_at,omitempty"`
	UpdatedAt         int64    `json:"updated_at,omitempty"`
}

// Tag is a label for contacts and companies.
type Tag struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name"`
}

// Segment is a group of contacts, defined by a query of the search language. A
// tag that the query names cannot be deleted.
type Segment struct {
	ID         string          `json:"id,omitempty"`
	Name       string          `json:"name"`
	PersonType string          `json:"person_type,omitempty"` // "user", the default, or "contact" for leads
	Query      json.RawMessage `json:"query,omitempty"`       // as in POST /contacts/search; absent: nobody
	CreatedAt  int64           `json:"created_at,omitempty"`
	UpdatedAt  int64           `json:"updated_at,omitempty"`
}

// Note is a text about a contact or a company.
type Note struct {
	ID        string `json:"id,omitempty"`
	Contact   string `json:"contact,omitempty"`
	Company   string `json:"company,omitempty"`
	Author    string `json:"author,omitempty"` // an admin's id; default: the first admin
	Body      string `json:"body"`             // HTML
	CreatedAt int64  `json:"created_at,omitempty"`
}

// Company is a customer's company.
type Company struct {
	ID               string         `json:"id,omitempty"`         // Intercom's
	CompanyID        string         `json:"company_id,omitempty"` // the customer's own; default: made up
	State            string         `json:"state,omitempty"`      // "" or "archived"
	Name             string         `json:"name,omitempty"`
	Plan             string         `json:"plan,omitempty"` // the plan's name
	Size             int64          `json:"size,omitempty"`
	Website          string         `json:"website,omitempty"`
	Industry         string         `json:"industry,omitempty"`
	MonthlySpend     int64          `json:"monthly_spend,omitempty"`
	SessionCount     int64          `json:"session_count,omitempty"`
	CustomAttributes map[string]any `json:"custom_attributes,omitempty"`
	Tags             []string       `json:"tags,omitempty"`
	RemoteCreatedAt  int64          `json:"remote_created_at,omitempty"`
	LastRequestAt    int64          `json:"last_request_at,omitempty"`
	CreatedAt        int64          `json:"created_at,omitempty"`
	UpdatedAt        int64          `json:"updated_at,omitempty"`
}

// TicketState is a state that tickets of every type can be in.
type TicketState struct {
	ID            string `json:"id,omitempty"`
	Category      string `json:"category"` // submitted, in_progress, waiting_on_customer or resolved
	InternalLabel string `json:"internal_label,omitempty"`
	ExternalLabel string `json:"external_label,omitempty"`
}

// TicketType is a kind of ticket and its attributes. Every type also has
// _default_title_ and _default_description_.
type TicketType struct {
	ID          string            `json:"id,omitempty"`
	Name        string            `json:"name"`
	Description string            `json:"description,omitempty"`
	Category    string            `json:"category,omitempty"` // Customer (the default), Back-office or Tracker
	Icon        string            `json:"icon,omitempty"`
	Attributes  []TicketAttribute `json:"attributes,omitempty"`
	Archived    bool              `json:"archived,omitempty"`
	CreatedAt   int64             `json:"created_at,omitempty"`
	UpdatedAt   int64             `json:"updated_at,omitempty"`
}

// TicketAttribute is an attribute of a ticket type.
type TicketAttribute struct {
	ID          string         `json:"id,omitempty"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	DataType    string         `json:"data_type,omitempty"` // string (the default), list, integer, decimal, boolean, datetime or files
	Options     []TicketOption `json:"options,omitempty"`   // of a list
	Required    bool           `json:"required,omitempty"`  // to create a ticket
}

// TicketOption is one value of a list attribute. Tickets hold its id.
type TicketOption struct {
	ID    string `json:"id,omitempty"` // a UUID
	Label string `json:"label"`
}

// Ticket is a request of a contact.
type Ticket struct {
	ID              string         `json:"id,omitempty"`        // for the API
	TicketID        string         `json:"ticket_id,omitempty"` // the number in the inbox
	Type            string         `json:"type"`                // id or name of the ticket type
	State           string         `json:"state,omitempty"`     // id or category of the state; default submitted
	PreviousState   string         `json:"previous_state,omitempty"`
	Contact         string         `json:"contact"`
	Company         string         `json:"company,omitempty"`
	Attributes      map[string]any `json:"attributes,omitempty"`
	AdminAssigneeID int64          `json:"admin_assignee_id,omitempty"`
	TeamAssigneeID  int64          `json:"team_assignee_id,omitempty"`
	Closed          bool           `json:"closed,omitempty"`
	IsShared        bool           `json:"is_shared,omitempty"`
	SnoozedUntil    int64          `json:"snoozed_until,omitempty"`
	CreatedAt       int64          `json:"created_at,omitempty"`
	UpdatedAt       int64          `json:"updated_at,omitempty"`
}
