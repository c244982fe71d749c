package steps

import (
	"slices"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

const (
	bug    = "1"
	refund = "2"
)

// customers are a workspace in which Ann has a number, and two share an email.
func customers() *sandbox.Data {
	return &sandbox.Data{Contacts: []sandbox.Contact{
		{ID: ann, ExternalID: "42", Email: "ann@example.com"},
		{ExternalID: "43", Email: "both@example.com"},
		{ExternalID: "44", Email: "both@example.com"},
	}}
}

// ticketBy gives the inputs of a ticket for a contact that is named in a way.
func ticketBy(name string, value any) values {
	return values{"ticket_type_id": bug, name: value, "skip_notifications": true,
		"ticket_attributes": values{"_default_title_": "Call <b>back</b>", "reference": "run-7 row-12"}}
}

var onBug = ticketBy("contact_id", ann)

// marked gives a ticket with another value of its own.
func marked(in values, reference any) values {
	return with(in, "ticket_attributes", values{"_default_title_": "Call <b>back</b>", "reference": reference})
}

func filed(in values) func(*world) { return func(w *world) { w.call("createTicket", in) } }

// retitled has somebody give the last ticket another title.
func retitled(w *world) {
	ledger := w.server.Ledger()
	w.call("rawRequest", values{"method": "PUT", "path": "/tickets/" + ledger[len(ledger)-1].ObjectID, "effect": "update",
		"body": values{"ticket_attributes": values{"_default_title_": "Done"}}})
}

// archived has somebody archive the contact with an email.
func archived(email string) func(*world) {
	return func(w *world) {
		for _, c := range w.server.Snapshot().Contacts {
			if c.Email == email {
				w.call("archiveContact", values{"contact_id": c.ID})
			}
		}
	}
}

// unnamed has somebody take the email of a contact away.
func unnamed(email string) func(*world) {
	return func(w *world) {
		for _, c := range w.server.Snapshot().Contacts {
			if c.Email == email {
				w.call("updateContact", values{"contact_id": c.ID, "email": nil})
			}
		}
	}
}

func TestATicketIsSearchedFor(t *testing.T) {
	const year2020 = 1577836800
	plain := values{"ticket_type_id": bug, "contact_id": ann, "skip_notifications": true}
	backdated := with(onBug, "created_at", year2020)
	lags := sandbox.Options{Data: customers(), IndexLag: 2 * time.Minute}
	tests := []doubt{
		{name: "one by Intercom's id is there", in: onBug, fault: "applied", want: Applied, note: "POST /tickets/search"},
		{name: "one by external_id is there", in: ticketBy("external_id", 42), fault: "applied", want: Applied},
		{name: "one by email is there", in: ticketBy("email", "ann@example.com"), fault: "applied", want: Applied},
		{name: "one by an email of several contacts is there", in: ticketBy("email", "both@example.com"), fault: "applied", want: Applied},
		{name: "one by an email of many contacts is there", before: and(slices.Repeat([]func(*world){created(values{"role": "lead", "email": "many@example.com"})}, 20)...),
			in: ticketBy("email", "many@example.com"), fault: "applied", want: Applied},
		{name: "one by a list is there", in: ticketBy("contacts", []any{values{"external_id": "42"}}), fault: "applied", want: Applied},
		{name: "one by an unknown email is there", in: ticketBy("email", "new@example.com"), fault: "applied", want: Applied},
		{name: "one by an unknown email whose contact is gone may be there", in: ticketBy("email", "new@example.com"), fault: "applied",
			after: archived("new@example.com"), wait: forever, want: Unclear, note: "may be among"},
		{name: "one without attributes is there", in: plain, fault: "applied", want: Applied},
		{name: "one with an amount as text is there", in: values{"ticket_type_id": 2, "contact_id": ann,
			"ticket_attributes": values{"amount": 12.50, "approved": false}}, fault: "applied", want: Applied},

		{name: "none is there", in: onBug, fault: "refused", wait: 6 * time.Minute, want: NotApplied, note: "no record fits"},
		{name: "none by email is there", in: ticketBy("email", "ann@example.com"), fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "none by an unknown email is there", before: filed(onBug), in: ticketBy("email", "new@example.com"), fault: "refused",
			wait: 6 * time.Minute, want: NotApplied},
		{name: "none by an unknown external_id is there", in: ticketBy("external_id", "42"), before: archived("ann@example.com"),
			fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "one whose contact lost its email may be it", before: and(filed(ticketBy("email", "new@example.com")), unnamed("new@example.com")),
			in: ticketBy("email", "new@example.com"), fault: "refused", wait: 6 * time.Minute, want: Unclear, note: "may be among"},
		{name: "none is there yet", in: onBug, fault: "refused", want: Unclear, again: 6 * time.Minute, note: "too early"},
		{name: "the search does not show it yet", opts: lags, in: onBug, fault: "applied", want: Unclear, again: 6 * time.Minute},
		{name: "the search shows it now", opts: lags, in: onBug, fault: "applied", wait: 3 * time.Minute, want: Applied},
		{name: "the search shows a ticket and its new contact now", opts: lags, in: ticketBy("email", "new@example.com"), fault: "applied",
			wait: 3 * time.Minute, want: Applied},

		{name: "an older one alike is another", before: and(filed(onBug), pause(time.Minute)), in: onBug, fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "one of another contact is another", before: filed(ticketBy("external_id", "43")), in: onBug, fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "one of another type is another", before: filed(values{"ticket_type_id": refund, "contact_id": ann, "ticket_attributes": values{"amount": 1}}),
			in: plain, fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "one with another marker is another", before: filed(marked(onBug, "run-7 row-11")), in: onBug, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied, note: "has another ticket_attributes.reference"},
		{name: "one with another marker does not hide it", before: filed(marked(onBug, "run-7 row-11")), in: onBug, fault: "applied", want: Applied},
		{name: "one with an attribute more may be filled in by Intercom", in: onBug, fault: "refused", wait: forever, want: Unclear,
			before: filed(with(onBug, "ticket_attributes", values{"_default_title_": "Call back", "reference": "run-7 row-12", "affected_users": 3})),
			note:   "has had affected_users from the start"},
		{name: "one with attributes at all may be filled in by Intercom", before: filed(onBug), in: plain, fault: "refused", wait: forever, want: Unclear,
			note: "from the start, which was not sent"},
		{name: "two alike cannot be told apart", before: filed(onBug), in: onBug, fault: "applied", wait: forever, want: Unclear, note: "several records fit"},
		{name: "two alike, one of which is another call's", before: filed(onBug), in: onBug, taken: true, fault: "applied", want: Applied},
		{name: "one that was changed may be it", in: onBug, fault: "applied", after: retitled, wait: forever, want: Unclear, note: "was changed since"},

		{name: "a backdated one is there", in: backdated, fault: "applied", want: Applied},
		{name: "a backdated one is not there", in: backdated, fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "a backdated one of an earlier run is another", before: and(filed(backdated), pause(time.Minute)), in: backdated, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied, note: "was made at"},
		{name: "a backdated one of an earlier run does not hide it", before: and(filed(backdated), pause(time.Minute)), in: backdated, fault: "applied", want: Applied},
		{name: "a backdated one that does not show when it was really made may be it", in: backdated, fault: "refused", wait: forever, want: Unclear,
			opts: sandbox.Options{Data: withTicket(year2020)}, note: "does not show when it was really made"},

		{name: "Intercom's clock is an hour ahead", ahead: time.Hour, before: and(filed(onBug), pause(time.Minute)), in: onBug, fault: "applied", want: Applied},
		{name: "Intercom's clock is an hour behind", ahead: -time.Hour, before: and(filed(onBug), pause(time.Minute)), in: onBug, fault: "applied", want: Applied},
		{name: "a miss under a clock that is an hour ahead", ahead: time.Hour, before: and(filed(onBug), pause(time.Minute)), in: onBug, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied},
		{name: "a miss under a clock that is an hour behind", ahead: -time.Hour, before: and(filed(onBug), pause(time.Minute)), in: onBug, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied},
	}
	for _, tt := range tests {
		if tt.opts.Data == nil {
			tt.opts.Data = customers()
		}
		t.Run(tt.name, func(t *testing.T) { tt.run(t, "createTicket") })
	}
}

// withTicket is a workspace with a ticket that has no parts.
func withTicket(createdAt int64) *sandbox.Data {
	data := customers()
	data.Tickets = []sandbox.Ticket{{Type: bug, Contact: ann, CreatedAt: createdAt,
		Attributes: map[string]any{"_default_title_": "Call <b>back</b>", "reference": "run-7 row-12"}}}
	return data
}
