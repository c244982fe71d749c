package sandbox

import (
	"slices"
	"strings"
)

type contactList struct {
	Type       string         `json:"type"`
	Data       []*contactView `json:"data"`
	TotalCount int            `json:"total_count"`
	Pages      *pagesView     `json:"pages"`
}

// searchContacts takes its cursor from the body only; one in the URL is ignored.
func (s *Server) searchContacts(c *call) (any, error) {
	body, err := c.object()
	if err != nil {
		return nil, err
	}
	found, err := s.state.contactSearch().run(body, s.opts.NextNull)
	if err != nil {
		return nil, err
	}
	out := contactList{Type: "list", Data: []*contactView{}, TotalCount: found.total, Pages: found.pages}
	for _, v := range found.records {
		out.Data = append(out.Data, s.contactView(c, v, inList))
	}
	return out, nil
}

func (st *state) contactSearch() searcher[contact] {
	return searcher[contact]{
		table:   &st.contacts,
		cache:   &st.searches,
		field:   st.contactField,
		zone:    st.location,
		visible: func(v *contact) bool { return v.State == active },
		id:      func(v *contact) string { return v.ID },
		created: func(v *contact) int64 { return v.CreatedAt },
		perPage: 50,
	}
}

// contactField finds a field of the search language: a standard one, or a
// custom attribute that is defined.
func (st *state) contactField(name string) (searchField[contact], bool) {
	switch name {
	case "tag_id":
		return searchField[contact]{kindTag, tagIDs}, true
	case "segment_id":
		return searchField[contact]{kindSet, st.segmentIDs}, true
	}
	custom, ok := strings.CutPrefix(name, "custom_attributes.")
	if !ok {
		f, known := contactFields[name]
		return f, known
	}
	a := st.attribute("contact", custom)
	if a == nil {
		return searchField[contact]{}, false
	}
	return searchField[contact]{attributeKinds[a.DataType], func(v *contact) any { return v.CustomAttributes[custom] }}, true
}

func tagIDs(v *contact) any {
	ids := make([]string, len(v.tags))
	for i, t := range v.tags {
		ids[i] = t.tagID
	}
	return ids
}

// attributeKinds are the field kinds of the data types of custom attributes.
var attributeKinds = map[string]fieldKind{
	"string": kindString, "integer": kindNumber, "float": kindNumber, "boolean": kindBoolean, "date": kindDay,
}

// contactFields are the standard fields. "andoid_sdk_version" is what the
// documentation calls it.
var contactFields = map[string]searchField[contact]{
	"id":                       textField(func(v *contact) string { return v.ID }),
	"role":                     textField(func(v *contact) string { return v.Role }),
	"name":                     textField(func(v *contact) string { return v.Name }),
	"avatar":                   textField(func(v *contact) string { return v.Avatar }),
	"owner_id":                 textField(func(v *contact) string { return v.OwnerID }),
	"email":                    emailField(func(v *contact) string { return v.Email }),
	"email_domain":             emailField(func(v *contact) string { return emailDomain(v.Email) }),
	"phone":                    textField(func(v *contact) string { return v.Phone }),
	"formatted_phone":          textField(func(v *contact) string { return v.Phone }),
	"external_id":              textField(func(v *contact) string { return v.ExternalID }),
	"created_at":               dayField(func(v *contact) int64 { return v.CreatedAt }),
	"signed_up_at":             dayField(func(v *contact) int64 { return v.SignedUpAt }),
	"updated_at":               dayField(func(v *contact) int64 { return v.UpdatedAt }),
	"last_seen_at":             dayField(func(v *contact) int64 { return v.LastSeenAt }),
	"last_contacted_at":        dayField(func(v *contact) int64 { return v.LastContactedAt }),
	"last_replied_at":          dayField(func(v *contact) int64 { return v.LastRepliedAt }),
	"last_email_opened_at":     dayField(func(v *contact) int64 { return v.LastEmailOpenedAt }),
	"last_email_clicked_at":    dayField(func(v *contact) int64 { return v.LastEmailClickedAt }),
	"language_override":        textField(func(v *contact) string { return v.LanguageOverride }),
	"browser":                  textField(func(v *contact) string { return v.device().Browser }),
	"browser_language":         textField(func(v *contact) string { return v.device().BrowserLanguage }),
	"os":                       textField(func(v *contact) string { return v.device().OS }),
	"location.country":         textField(func(v *contact) string { return v.location().Country }),
	"location.region":          textField(func(v *contact) string { return v.location().Region }),
	"location.city":            textField(func(v *contact) string { return v.location().City }),
	"unsubscribed_from_emails": flagField(func(v *contact) bool { return v.UnsubscribedFromEmails }),
	"marked_email_as_spam":     flagField(func(v *contact) bool { return v.MarkedEmailAsSpam }),
	"has_hard_bounced":         flagField(func(v *contact) bool { return v.HasHardBounced }),
	"ios_last_seen_at":         dayField(func(v *contact) int64 { return v.device().IOSLastSeenAt }),
	"ios_app_version":          textField(func(v *contact) string { return v.device().IOSAppVersion }),
	"ios_device":               textField(func(v *contact) string { return v.device().IOSDevice }),
	"ios_app_device":           textField(func(v *contact) string { return v.device().IOSDevice }),
	"ios_os_version":           textField(func(v *contact) string { return v.device().IOSOSVersion }),
	"ios_app_name":             textField(func(v *contact) string { return v.device().IOSAppName }),
	"ios_sdk_version":          textField(func(v *contact) string { return v.device().IOSSDKVersion }),
	"android_last_seen_at":     dayField(func(v *contact) int64 { return v.device().AndroidLastSeenAt }),
	"android_app_version":      textField(func(v *contact) string { return v.device().AndroidAppVersion }),
	"android_device":           textField(func(v *contact) string { return v.device().AndroidDevice }),
	"android_app_name":         textField(func(v *contact) string { return v.device().AndroidAppName }),
	"andoid_sdk_version":       textField(func(v *contact) string { return v.device().AndroidSDKVersion }),
}

func textField[T any](get func(*T) string) searchField[T] {
	return searchField[T]{kindString, func(v *T) any { return anyOrNil(get(v)) }}
}

func emailField[T any](get func(*T) string) searchField[T] {
	return searchField[T]{kindEmail, func(v *T) any { return anyOrNil(get(v)) }}
}

func dayField[T any](get func(*T) int64) searchField[T] {
	return searchField[T]{kindDay, func(v *T) any { return anyOrNil(get(v)) }}
}

func flagField[T any](get func(*T) bool) searchField[T] {
	return searchField[T]{kindBoolean, func(v *T) any { return get(v) }}
}

// anyOrNil gives nil, which is null, for an empty value.
func anyOrNil[V comparable](v V) any {
	var empty V
	if v == empty {
		return nil
	}
	return v
}

func (c *contact) device() Device {
	if c.Device == nil {
		return Device{}
	}
	return *c.Device
}

func (c *contact) location() Location {
	if c.Location == nil {
		return Location{}
	}
	return *c.Location
}

// segmentIDs gives the ids of the segments that a contact is in.
func (st *state) segmentIDs(v *contact) any {
	var ids []string
	for _, s := range st.segments {
		if s.has(v) {
			ids = append(ids, s.ID)
		}
	}
	return slices.Clip(ids)
}
