package sandbox

import (
	"html"
	"slices"
	"strings"
)

// contactView is a contact as the API shows it.
type contactView struct {
	Type       string       `json:"type"`
	ID         string       `json:"id"`
	Workspace  string       `json:"workspace_id"`
	ExternalID *string      `json:"external_id"`
	Role       string       `json:"role"`
	Email      *string      `json:"email"`
	Domain     *string      `json:"email_domain"`
	Phone      *string      `json:"phone"`
	Name       *string      `json:"name"`
	Avatar     *avatarView  `json:"avatar"`
	OwnerID    *string      `json:"owner_id"`
	Social     socialList   `json:"social_profiles"`
	Bounced    bool         `json:"has_hard_bounced"`
	Spam       bool         `json:"marked_email_as_spam"`
	Unsub      bool         `json:"unsubscribed_from_emails"`
	UnsubSMS   bool         `json:"unsubscribed_from_sms"`
	SMSConsent bool         `json:"sms_consent"`
	CreatedAt  int64        `json:"created_at"`
	UpdatedAt  int64        `json:"updated_at"`
	SignedUp   *int64       `json:"signed_up_at"`
	LastSeen   *int64       `json:"last_seen_at"`
	Replied    *int64       `json:"last_replied_at"`
	Contacted  *int64       `json:"last_contacted_at"`
	Opened     *int64       `json:"last_email_opened_at"`
	Clicked    *int64       `json:"last_email_clicked_at"`
	Language   *string      `json:"language_override"`
	Location   locationView `json:"location"`

	deviceView

	CustomAttributes map[string]any `json:"custom_attributes"`
	Tags             subList        `json:"tags"`
	Notes            subList        `json:"notes"`
	Companies        subList        `json:"companies"`
	OptedOut         subList        `json:"opted_out_subscription_types"`
	OptedIn          subList        `json:"opted_in_subscription_types"`
	MergeHistory     []mergeView    `json:"merge_history,omitzero"`
}

// oneContactView is a contact in an answer that is about nothing else.
type oneContactView struct {
	*contactView
	UTMCampaign *string `json:"utm_campaign"`
	UTMContent  *string `json:"utm_content"`
	UTMMedium   *string `json:"utm_medium"`
	UTMSource   *string `json:"utm_source"`
	UTMTerm     *string `json:"utm_term"`
	Referrer    *string `json:"referrer"`
	PushEnabled *bool   `json:"enabled_push_messaging"`
}

type deviceView struct {
	Browser           *string `json:"browser"`
	BrowserVersion    *string `json:"browser_version"`
	BrowserLanguage   *string `json:"browser_language"`
	OS                *string `json:"os"`
	AndroidAppName    *string `json:"android_app_name"`
	AndroidAppVersion *string `json:"android_app_version"`
	AndroidDevice     *string `json:"android_device"`
	AndroidOSVersion  *string `json:"android_os_version"`
	AndroidSDKVersion *string `json:"android_sdk_version"`
	AndroidLastSeenAt *int64  `json:"android_last_seen_at"`
	IOSAppName        *string `json:"ios_app_name"`
	IOSAppVersion     *string `json:"ios_app_version"`
	IOSDevice         *string `json:"ios_device"`
	IOSOSVersion      *string `json:"ios_os_version"`
	IOSSDKVersion     *string `json:"ios_sdk_version"`
	IOSLastSeenAt     *int64  `json:"ios_last_seen_at"`
}

type avatarView struct {
	Type     string `json:"type"`
	ImageURL string `json:"image_url"`
}

type locationView struct {
	Type          string  `json:"type"`
	Country       *string `json:"country"`
	Region        *string `json:"region"`
	City          *string `json:"city"`
	CountryCode   *string `json:"country_code"`
	ContinentCode *string `json:"continent_code"`
}

type socialList struct {
	Type string `json:"type"`
	Data []any  `json:"data"`
}

// subList names what is attached to a contact; it shows ten at most.
type subList struct {
	Type       string    `json:"type"`
	Data       []subItem `json:"data"`
	URL        string    `json:"url"`
	TotalCount int       `json:"total_count"`
	HasMore    bool      `json:"has_more"`
}

type subItem struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// viewKind is where a contact is shown. An empty email is "" in an answer of
// its own and null in lists; both were recorded.
type viewKind bool

const (
	alone  viewKind = false
	inList viewKind = true
)

func (s *Server) oneContact(c *call, v *contact) oneContactView {
	return oneContactView{contactView: s.contactView(c, v, alone)}
}

func (s *Server) contactView(c *call, v *contact, kind viewKind) *contactView {
	domain := emailDomain(v.Email)
	out := &contactView{
		Type: "contact", ID: v.ID, Workspace: s.state.workspace.IDCode, Role: v.Role,
		ExternalID: orNull(v.ExternalID), Email: &v.Email, Domain: &domain,
		Phone: orNull(v.Phone), Name: orNull(s.shown(v.Name)), Avatar: avatarOf(v.Avatar), OwnerID: orNull(v.OwnerID),
		Social:  socialList{Type: "list", Data: []any{}},
		Bounced: v.HasHardBounced, Spam: v.MarkedEmailAsSpam, Unsub: v.UnsubscribedFromEmails,
		CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt,
		SignedUp: orNull(v.SignedUpAt), LastSeen: orNull(v.LastSeenAt), Replied: orNull(v.LastRepliedAt),
		Contacted: orNull(v.LastContactedAt), Opened: orNull(v.LastEmailOpenedAt), Clicked: orNull(v.LastEmailClickedAt),
		Language: orNull(v.LanguageOverride), Location: locationOf(v.Location), deviceView: deviceOf(v.Device),
		CustomAttributes: v.CustomAttributes,
		OptedOut:         newSubList(v.ID, "subscriptions", 0),
		OptedIn:          newSubList(v.ID, "subscriptions", 0),
	}
	if kind == inList {
		out.Email, out.Domain = orNull(v.Email), orNull(domain)
	}
	if out.CustomAttributes == nil {
		out.CustomAttributes = map[string]any{}
	}
	s.addSubLists(out, v, kind)
	if c.query.Get("include_merge_history") == "true" && v.Role == "user" {
		out.MergeHistory = mergeViews(v.MergeHistory)
	}
	return out
}

// addSubLists names what is attached. Within lists, tags do not come in the
// order of attaching; that was recorded.
func (s *Server) addSubLists(out *contactView, v *contact, kind viewKind) {
	out.Tags = newSubList(v.ID, "tags", len(v.tags))
	tags := v.tags
	if kind == inList {
		tags = slices.SortedFunc(slices.Values(tags), func(a, b tagging) int { return compareNumbers(a.tagID, b.tagID) })
	}
	for _, t := range tags {
		out.Tags.add("tag", "/tags/", t.tagID)
	}
	out.Companies = newSubList(v.ID, "companies", len(v.companies))
	for _, id := range v.companies {
		out.Companies.add("company", "/companies/", id)
	}
	notes := s.state.notesOf[v.ID]
	out.Notes = newSubList(v.ID, "notes", len(notes))
	for _, n := range notes {
		out.Notes.add("note", "/notes/", n.ID)
	}
}

func newSubList(contactID, name string, total int) subList {
	return subList{
		Type: "list", Data: make([]subItem, 0, min(total, subListSize)), URL: "/contacts/" + contactID + "/" + name,
		TotalCount: total, HasMore: total > subListSize,
	}
}

const subListSize = 10

func (l *subList) add(kind, path, id string) {
	if len(l.Data) < subListSize {
		l.Data = append(l.Data, subItem{ID: id, Type: kind, URL: path + id})
	}
}

func emailDomain(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return domain
}

func avatarOf(url string) *avatarView {
	if url == "" {
		return nil
	}
	return &avatarView{Type: "avatar", ImageURL: url}
}

func locationOf(l *Location) locationView {
	if l == nil {
		return locationView{Type: "location"}
	}
	return locationView{
		Type: "location", Country: orNull(l.Country), Region: orNull(l.Region), City: orNull(l.City),
		CountryCode: orNull(l.CountryCode), ContinentCode: orNull(l.ContinentCode),
	}
}

func deviceOf(d *Device) deviceView {
	if d == nil {
		return deviceView{}
	}
	return deviceView{
		Browser: orNull(d.Browser), BrowserVersion: orNull(d.BrowserVersion),
		BrowserLanguage: orNull(d.BrowserLanguage), OS: orNull(d.OS),
		AndroidAppName: orNull(d.AndroidAppName), AndroidAppVersion: orNull(d.AndroidAppVersion),
		AndroidDevice: orNull(d.AndroidDevice), AndroidOSVersion: orNull(d.AndroidOSVersion),
		AndroidSDKVersion: orNull(d.AndroidSDKVersion), AndroidLastSeenAt: orNull(d.AndroidLastSeenAt),
		IOSAppName: orNull(d.IOSAppName), IOSAppVersion: orNull(d.IOSAppVersion), IOSDevice: orNull(d.IOSDevice),
		IOSOSVersion: orNull(d.IOSOSVersion), IOSSDKVersion: orNull(d.IOSSDKVersion), IOSLastSeenAt: orNull(d.IOSLastSeenAt),
	}
}

// orNull gives nil, JSON's null, for an empty value.
func orNull[T comparable](v T) *T {
	var empty T
	if v == empty {
		return nil
	}
	return &v
}

// shown gives a name as answers show it.
func (s *Server) shown(name string) string {
	if s.opts.EscapeNames {
		return html.EscapeString(name)
	}
	return name
}
