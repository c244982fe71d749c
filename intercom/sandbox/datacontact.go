package sandbox

// Contact is a user or a lead.
type Contact struct {
	ID         string `json:"id,omitempty"`
	Role       string `json:"role,omitempty"`        // "user", the default, or "lead"
	ExternalID string `json:"external_id,omitempty"` // made up for a lead
	State      string `json:"state,omitempty"`       // "" for active, archived, blocked, deleted or merged
	Email      string `json:"email,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Name       string `json:"name,omitempty"`
	Avatar     string `json:"avatar,omitempty"`   // URL of an image
	OwnerID    string `json:"owner_id,omitempty"` // an admin's id

	EmailVerified          bool `json:"email_verified,omitempty"`
	UnsubscribedFromEmails bool `json:"unsubscribed_from_emails,omitempty"`
	HasHardBounced         bool `json:"has_hard_bounced,omitempty"`
	MarkedEmailAsSpam      bool `json:"marked_email_as_spam,omitempty"`

	CreatedAt          int64 `json:"created_at,omitempty"`
	UpdatedAt          int64 `json:"updated_at,omitempty"`
	SignedUpAt         int64 `json:"signed_up_at,omitempty"`
	LastSeenAt         int64 `json:"last_seen_at,omitempty"`
	LastRepliedAt      int64 `json:"last_replied_at,omitempty"`
	LastContactedAt    int64 `json:"last_contacted_at,omitempty"`
	LastEmailOpenedAt  int64 `json:"last_email_opened_at,omitempty"`
	LastEmailClickedAt int64 `json:"last_email_clicked_at,omitempty"`

	LanguageOverride string         `json:"language_override,omitempty"`
	Location         *Location      `json:"location,omitempty"`
	CustomAttributes map[string]any `json:"custom_attributes,omitempty"` // a nil value is a cleared one
	Tags             []string       `json:"tags,omitempty"`              // in the order of attaching
	Companies        []string       `json:"companies,omitempty"`         // in the order of attaching

	DeletedAt    int64   `json:"deleted_at,omitempty"`  // of state deleted
	MergedInto   string  `json:"merged_into,omitempty"` // of state merged: the id of the other contact
	MergeHistory []Merge `json:"merge_history,omitempty"`

	*Device // what the messenger and the apps report; in JSON its fields stand beside the others
}

// Location is where a contact was last seen.
type Location struct {
	Country       string `json:"country,omitempty"`
	Region        string `json:"region,omitempty"`
	City          string `json:"city,omitempty"`
	CountryCode   string `json:"country_code,omitempty"`
	ContinentCode string `json:"continent_code,omitempty"`
}

// Merge is one lead that was merged into a user.
type Merge struct {
	ContactID string `json:"contact_id"`
	Role      string `json:"role"`
	At        int64  `json:"at"`
}

// Device is what a contact uses. It can be read and searched, not written.
type Device struct {
	Browser         string `json:"browser,omitempty"`
	BrowserVersion  string `json:"browser_version,omitempty"`
	BrowserLanguage string `json:"browser_language,omitempty"`
	OS              string `json:"os,omitempty"`

	AndroidAppName    string `json:"android_app_name,omitempty"`
	AndroidAppVersion string `json:"android_app_version,omitempty"`
	AndroidDevice     string `json:"android_device,omitempty"`
	AndroidOSVersion  string `json:"android_os_version,omitempty"`
	AndroidSDKVersion string `json:"android_sdk_version,omitempty"`
	AndroidLastSeenAt int64  `json:"android_last_seen_at,omitempty"`

	IOSAppName    string `json:"ios_app_name,omitempty"`
	IOSAppVersion string `json:"ios_app_version,omitempty"`
	IOSDevice     string `json:"ios_device,omitempty"`
	IOSOSVersion  string `json:"ios_os_version,omitempty"`
	IOSSDKVersion string `json:"ios_sdk_version,omitempty"`
	IOSLastSeenAt int64  `json:"ios_last_seen_at,omitempty"`
}

// States of a contact.
const (
	active   = ""
	archived = "archived"
	blocked  = "blocked"
	deleted  = "deleted"
	merged   = "merged"
)
