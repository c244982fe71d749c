package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// state is everything a workspace holds, with the indexes to find it by.
type state struct {
	workspace  Workspace
	location   *time.Location // of the workspace's timezone
	admins     []Admin
	attributes []*DataAttribute // custom ones, by id
	segments   []*segment

	tags      map[string]Tag    // by id
	tagByName map[string]string // lower case name to id

	contacts     table[contact]
	byExternalID map[string][]*record[contact] // in every state but merged
	byEmail      map[string][]*record[contact] // lower case; in every state but merged
	mergedAway   map[string]*record[contact]   // merged ones, by external_id
	listed       int                           // active contacts that lists know

	companies   table[company]
	byCompanyID map[string]*record[company] // active ones
	archived    map[string]*record[company] // deleted ones, by company_id
	members     map[string]members          // of a company, by its id
	userCounts  map[string]int              // of a company, as lists know it
	planIDs     map[string]string           // by name

	notes   []*Note // by id
	notesOf map[string][]*Note

	ticketStates []TicketState
	ticketTypes  []TicketType
	tickets      table[ticket]

	scroll         *scroll   // the open one; nil for none
	due            []dueTask // what will happen by itself, soonest first
	searches       searchCache[contact]
	ticketSearches searchCache[ticket]
	numbers        numbers
}

// members are the contacts that are attached to a company.
type members map[*record[contact]]struct{}

// contact is one version of a contact. Tags and Companies of the embedded
// Contact are not used.
type contact struct {
	Contact
	tags      []tagging
	companies []string // ids
}

// tagging is a tag on a contact.
type tagging struct {
	tagID string
	at    int64
	by    string // an admin's id
}

// company is one version of a company. Tags of the embedded Company is not used.
type company struct {
	Company
	tags []string // ids
}

// ticket is one version of a ticket. Type, State and PreviousState of the
// embedded Ticket are ids, as are Contact and Company.
type ticket struct {
	Ticket
	parts    []ticketPart
	newEmail string // of the contact that a new ticket still has to make
}

// numbers hands out ids.
type numbers struct {
	object    uint32
	tag       int
	note      int
	attribute int
	plan      int
	ticket    int
	ticketID  int
	part      int
}

// objectID makes an id of 24 hex digits: the creation time and a count.
func (n *numbers) objectID(created int64) string {
	n.object++
	return fmt.Sprintf("%08x1bb69f9f%08x", uint32(created), n.object)
}

// newObjectID makes an object id that no record has.
func (st *state) newObjectID(created int64) string {
	for {
		id := st.numbers.objectID(created)
		if st.contacts.get(id) == nil && st.companies.get(id) == nil {
			return id
		}
	}
}

// idOrNew gives the id, or a new one when there is none.
func (st *state) idOrNew(id string, created int64) string {
	if id != "" {
		return id
	}
	return st.newObjectID(created)
}

// dueTask is something that happens by itself at some time. There are no
// goroutines; each request first does what is due.
type dueTask struct {
	at time.Time
	do func(now time.Time)
}

func (st *state) later(at time.Time, do func(now time.Time)) {
	i, _ := slices.BinarySearchFunc(st.due, at, func(t dueTask, at time.Time) int {
		if t.at.After(at) {
			return 1
		}
		return -1
	})
	st.due = slices.Insert(st.due, i, dueTask{at, do})
}

// runDue does what is due and lets search and lists catch up.
func (st *state) runDue(now time.Time) {
	for len(st.due) > 0 && !st.due[0].at.After(now) {
		task := st.due[0]
		st.due = st.due[1:]
		task.do(task.at)
	}
	st.contacts.catchUp(now)
	st.companies.catchUp(now)
	st.tickets.catchUp(now)
}

// putContact stores a version of a contact and keeps the indexes right. A nil
// version removes the contact.
func (st *state) putContact(r *record[contact], v *contact, now time.Time) {
	st.reindexContact(r, r.now, v)
	if v == nil {
		st.contacts.remove(r, now)
		return
	}
	st.contacts.put(r, v, now)
}

// addContact stores a new contact.
func (st *state) addContact(v *contact, now time.Time) {
	st.reindexContact(st.contacts.add(v.ID, v.CreatedAt, v, now), nil, v)
}

func (st *state) reindexContact(r *record[contact], before, after *contact) {
	move(st.byExternalID, r, externalKey(before), externalKey(after))
	move(st.byEmail, r, emailKey(before), emailKey(after))
	if after != nil && after.State == merged {
		st.mergedAway[after.ExternalID] = r
	}
	for _, id := range attachedTo(before) {
		if !slices.Contains(attachedTo(after), id) {
			delete(st.members[id], r)
		}
	}
	for _, id := range attachedTo(after) {
		if st.members[id] == nil {
			st.members[id] = members{}
		}
		st.members[id][r] = struct{}{}
	}
}

func externalKey(c *contact) string {
	if c == nil || c.State == merged {
		return ""
	}
	return c.ExternalID
}

func emailKey(c *contact) string {
	if c == nil || c.State == merged {
		return ""
	}
	return strings.ToLower(c.Email)
}

// attachedTo gives the ids of the companies that count a contact as theirs.
func attachedTo(c *contact) []string {
	if c == nil || c.State != active {
		return nil
	}
	return c.companies
}

// move moves a record from one key of an index to another.
func move(index map[string][]*record[contact], r *record[contact], from, to string) {
	if from == to {
		return
	}
	if from != "" {
		rest := slices.DeleteFunc(slices.Clone(index[from]), func(o *record[contact]) bool { return o == r })
		if len(rest) == 0 {
			delete(index, from)
		} else {
			index[from] = rest
		}
	}
	if to != "" {
		index[to] = append(index[to], r)
	}
}

// count keeps the number of contacts, and of those of each company, as lists
// know them.
func (st *state) count(before, after *contact) {
	if before != nil && before.State == active {
		st.listed--
	}
	if after != nil && after.State == active {
		st.listed++
	}
	for _, id := range attachedTo(before) {
		st.userCounts[id]--
	}
	for _, id := range attachedTo(after) {
		st.userCounts[id]++
	}
}
