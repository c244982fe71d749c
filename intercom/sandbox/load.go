package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// firstTime is the creation time of records that do not say theirs: the start
// of 2026, and a minute later for each record that follows.
const firstTime = 1767225600

// newState makes the state that data describes. The error says which record
// contradicts what.
func newState(data *Data, lag time.Duration) (*state, error) {
	st := &state{
		tags:         map[string]Tag{},
		tagByName:    map[string]string{},
		contacts:     newTable[contact](lag),
		byExternalID: map[string][]*record[contact]{},
		byEmail:      map[string][]*record[contact]{},
		mergedAway:   map[string]*record[contact]{},
		companies:    newTable[company](lag),
		byCompanyID:  map[string]*record[company]{},
		archived:     map[string]*record[company]{},
		members:      map[string]members{},
		userCounts:   map[string]int{},
		planIDs:      map[string]string{},
		notesOf:      map[string][]*Note{},
		tickets:      newTable[ticket](lag),
	}
	st.contacts.learned = st.count
	steps := []func(*Data) error{
		st.loadWorkspace, st.loadAttributes, st.loadTags, st.loadCompanies,
		st.loadContacts, st.loadSegments, st.loadNotes, st.loadTicketTypes, st.loadTickets,
	}
	for _, step := range steps {
		if err := step(data); err != nil {
			return nil, err
		}
	}
	return st, nil
}

func (st *state) loadWorkspace(d *Data) error {
	w := d.Workspace
	w.IDCode = cmp.Or(w.IDCode, "ecahpwf5")
	w.Name = cmp.Or(w.Name, "Acme")
	w.Region = cmp.Or(w.Region, "US")
	w.Timezone = cmp.Or(w.Timezone, "America/Los_Angeles")
	w.CreatedAt = cmp.Or(w.CreatedAt, firstTime)
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil {
		return fmt.Errorf("workspace: unknown timezone %q", w.Timezone)
	}
	st.workspace, st.location = w, zone
	return st.loadAdmins(d)
}

func (st *state) loadAdmins(d *Data) error {
	st.admins = slices.Clone(d.Admins)
	if len(st.admins) == 0 {
		st.admins = []Admin{{Name: "Ciara Byrne", Email: "ciara@example.com", JobTitle: "Operations"}}
	}
	seen := map[string]bool{}
	for i := range st.admins {
		a := &st.admins[i]
		a.ID = cmp.Or(a.ID, strconv.Itoa(1295+i))
		a.Name = cmp.Or(a.Name, fmt.Sprintf("Admin %d", i+1))
		a.Email = cmp.Or(a.Email, fmt.Sprintf("admin%d@example.com", i+1))
		if !isNumber(a.ID) {
			return at("admins", i, a.Name, errors.New("the id must be a number"))
		}
		if seen[a.ID] {
			return at("admins", i, a.Name, fmt.Errorf("the id %s is taken", a.ID))
		}
		seen[a.ID] = true
	}
	return nil
}

func (st *state) loadTags(d *Data) error {
	st.numbers.tag = highest(d.Tags, func(t Tag) string { return t.ID })
	for i, t := range d.Tags {
		if t.ID == "" {
			st.numbers.tag++
			t.ID = strconv.Itoa(st.numbers.tag)
		}
		err := st.checkNewTag(t)
		if err != nil {
			return at("tags", i, t.Name, err)
		}
		st.putTag(t)
	}
	return nil
}

func (st *state) checkNewTag(t Tag) error {
	_, taken := st.tags[t.ID]
	switch {
	case strings.TrimSpace(t.Name) == "":
		return errors.New("a tag needs a name")
	case !isNumber(t.ID):
		return errors.New("the id must be a number")
	case taken:
		return fmt.Errorf("the id %s is taken", t.ID)
	case st.tagByName[strings.ToLower(t.Name)] != "":
		return errors.New("there is a tag of that name; case does not matter")
	}
	return nil
}

func (st *state) loadSegments(d *Data) error {
	for i, s := range d.Segments {
		s.CreatedAt = cmp.Or(s.CreatedAt, firstTime+60*int64(i))
		s.UpdatedAt = cmp.Or(s.UpdatedAt, s.CreatedAt)
		s.PersonType = cmp.Or(s.PersonType, "user")
		s.ID = st.idOrNew(s.ID, s.CreatedAt)
		seg, err := st.newSegment(s)
		if err != nil {
			return at("segments", i, s.Name, err)
		}
		st.segments = append(st.segments, seg)
	}
	return nil
}

func (st *state) loadNotes(d *Data) error {
	st.numbers.note = highest(d.Notes, func(n Note) string { return n.ID })
	for i, n := range d.Notes {
		if n.ID == "" {
			st.numbers.note++
			n.ID = strconv.Itoa(st.numbers.note)
		}
		n.Author = cmp.Or(n.Author, st.admins[0].ID)
		n.CreatedAt = cmp.Or(n.CreatedAt, firstTime+60*int64(i))
		if err := st.resolveNote(&n); err != nil {
			return at("notes", i, "", err)
		}
		st.putNote(&n)
	}
	return nil
}

func (st *state) resolveNote(n *Note) error {
	if st.admin(n.Author) == nil {
		return fmt.Errorf("no admin %q", n.Author)
	}
	if (n.Contact == "") == (n.Company == "") {
		return errors.New("a note needs a contact or a company, and not both")
	}
	if n.Contact != "" {
		r, err := st.findContact(n.Contact)
		if err != nil {
			return err
		}
		n.Contact = r.id
		return nil
	}
	r, err := st.findCompany(n.Company)
	if err != nil {
		return err
	}
	n.Company = r.id
	return nil
}

// at says where in the data an error is.
func at(list string, i int, name string, err error) error {
	if name != "" {
		return fmt.Errorf("%s[%d] (%s): %w", list, i, name, err)
	}
	return fmt.Errorf("%s[%d]: %w", list, i, err)
}

// highest gives the highest number among ids.
func highest[T any](list []T, id func(T) string) int {
	top := 0
	for _, item := range list {
		n, err := strconv.Atoi(id(item))
		if err == nil {
			top = max(top, n)
		}
	}
	return top
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 62)
	return err == nil
}

// normalAttributes copies custom attributes so that their values are what a
// request's body would give: string, bool, nil, int64, float64 or a list.
func normalAttributes(in map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		v, err := normal(in[name])
		if err != nil {
			return nil, fmt.Errorf("custom attribute %q: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}
