package steps

import (
	"context"
	"slices"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// settleTicket looks for the ticket that a lost createTicket made: of its type,
// for its contact, made in the time of the call, with the attributes sent.
//
// No created_at is sent that the author did not write, although it would make
// the ticket easier to find. It would be this machine's time: a wrong clock
// would put wrong times into the workspace. A value of its own in an attribute,
// such as the run's id and the row's key, serves better.
func settleTicket(ctx context.Context, s *settling) (Evidence, *query, error) {
	w, err := s.window(ctx)
	if err != nil {
		return Evidence{}, nil, err
	}
	by := s.ticketContact()
	ids, err := s.contactIDs(ctx, by)
	if err != nil {
		return Evidence{}, nil, err
	}
	q := &query{
		settling: s, path: "/tickets/search", window: w, times: ticketsIn,
		more: []filter{{"ticket_type_id", "=", s.in["ticket_type_id"].String()}},
		judge: func(ctx context.Context, row gjson.Result) (likeness, string, error) {
			like, why := s.likeTicket(row, w)
			if like == other || len(ids) > 0 {
				return like, why, nil
			}
			belongs, err := s.belongs(ctx, row, by)
			return min(like, belongs), why, err
		},
	}
	if s.in.has("created_at") {
		at := s.in["created_at"].Int()
		q.times = nil
		q.more = append(q.more, filter{"created_at", ">=", at}, filter{"created_at", "<=", at})
	}
	if len(ids) > 0 {
		q.field, q.values, q.has = "contact_ids", ids, hasTicketContact
	}
	return Evidence{}, q, nil
}

// hasTicketContact says whether a ticket is for one of some contacts.
func hasTicketContact(row gjson.Result, _ string, ids []string) likeness {
	shown := row.Get("contacts.contacts.#.id").Array()
	if len(shown) == 0 {
		return perhaps
	}
	for _, id := range shown {
		if slices.Contains(ids, id.String()) {
			return same
		}
	}
	return other
}

// naming is how a ticket names its contact: by its id, external_id or email.
type naming struct{ key, value string }

func (s *settling) ticketContact() naming {
	for _, key := range []string{"id", "external_id", "email"} {
		if value := s.in["contacts"].Get("0." + key); value.Exists() {
			return naming{key, value.String()}
		}
	}
	for input, key := range map[string]string{"contact_id": "id", "external_id": "external_id", "email": "email"} {
		if s.in.has(input) {
			return naming{key, s.in[input].String()}
		}
	}
	return naming{}
}

// contactIDs gives Intercom's ids of the contacts that are meant; none if it is
// not known yet, as of a contact that the ticket itself has made.
func (s *settling) contactIDs(ctx context.Context, by naming) ([]string, error) {
	switch by.key {
	case "id":
		return []string{by.value}, nil
	case "email":
		return s.contactsWithEmail(ctx, by.value)
	}
	segment, err := Segment(by.value)
	if err != nil {
		return nil, err
	}
	resp, err := s.Do.Do(ctx, get("/contacts/find_by_external_id/"+segment))
	if intercom.IsGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []string{gjson.GetBytes(resp.Body, "id").String()}, nil
}

// contactsWithEmail gives the contacts with an email, if they are few enough to
// search for.
func (s *settling) contactsWithEmail(ctx context.Context, email string) ([]string, error) {
	field, values := contactKey(inputs{"email": gjson.Result{Type: gjson.String, Str: email}})
	req, err := searchFor("/contacts/search", []filter{among(field, values)})
	if err != nil {
		return nil, err
	}
	var ids []string
	err = visitRows(ctx, s.Do, req, func(row gjson.Result) error {
		ids = append(ids, row.Get("id").String())
		return nil
	})
	if len(ids) > maxFilters {
		ids = nil
	}
	return ids, err
}

// ticketsIn narrows a search of tickets, whose times are exact, to a window.
func ticketsIn(w window) []filter {
	return []filter{{"created_at", ">=", w.from.Unix()}, {"created_at", "<=", w.to.Unix()}}
}

// likeTicket compares a ticket with what the call makes. Where created_at was
// sent, an earlier run may have made a ticket with the same one: when it was
// really made shows in its first part.
func (s *settling) likeTicket(row gjson.Result, w window) (likeness, string) {
	made := row.Get("created_at").Int()
	if s.in.has("created_at") {
		if first := firstPart(row); first != 0 && first != made {
			made = first
		} else if !w.holds(made) {
			return perhaps, "does not show when it was really made"
		}
	}
	return s.like(row, made, w, s.moreOfTicket(row))
}

// moreOfTicket names an attribute that a ticket has without having got it from
// the call.
func (s *settling) moreOfTicket(row gjson.Result) (name string) {
	row.Get("ticket_attributes").ForEach(func(key, value gjson.Result) bool {
		sent := s.in["ticket_attributes"].Get(gjson.Escape(key.String()))
		if !sent.Exists() && !isBlank(value) && value.Type != gjson.False {
			name = key.String()
		}
		return name == ""
	})
	return name
}

// firstPart gives when the earliest part of a ticket was made; zero if it shows
// none.
func firstPart(row gjson.Result) int64 {
	var first int64
	for _, part := range row.Get("ticket_parts.ticket_parts").Array() {
		if at := part.Get("created_at").Int(); first == 0 || at < first {
			first = at
		}
	}
	return first
}

// belongs says whether a ticket is for the contact that is named. It shows the
// contact's external_id; for the email the contact has to be read.
func (s *settling) belongs(ctx context.Context, row gjson.Result, by naming) (likeness, error) {
	contact := row.Get("contacts.contacts.0")
	if by.key == "email" && contact.Get("id").String() != "" {
		segment, err := Segment(contact.Get("id").String())
		if err != nil {
			return other, err
		}
		resp, err := s.Do.Do(ctx, get("/contacts/"+segment))
		if intercom.IsGone(err) {
			return perhaps, nil
		}
		if err != nil {
			return other, err
		}
		contact = gjson.ParseBytes(resp.Body)
	}
	shown := contact.Get(by.key)
	if isBlank(shown) {
		return perhaps, nil
	}
	return likeValue(by.key, gjson.Result{Type: gjson.String, Str: by.value}, shown), nil
}
