package sandbox

import "time"

// Options says what a server holds and how it behaves. The zero value is an
// almost empty workspace that behaves as Intercom most likely does.
type Options struct {
	Data   *Data         // what the workspace holds at the start; nil: standard attributes, one admin, two ticket types
	Token  string        // the accepted bearer token; "" accepts any
	App    App           // who gets the token by OAuth
	Limit  int           // calls in a window; 0: 1666, which is 10,000 a minute
	Window time.Duration // length of a rate window; 0: 10 s

	// IndexLag is how long search and lists lag behind writes. Reads by id
	// never lag. Intercom was seen to lag by more than 18 s and less than 60.
	IndexLag time.Duration

	// On is called after each applied effect, before the answer goes out, and
	// outside all locks. May be nil.
	On func(Entry)

	Switches
}

// Switches choose between behaviours that Intercom's public material does not
// settle, or that differ between recordings. Each zero value is the likeliest.
type Switches struct {
	// RemainingCountsCall makes X-RateLimit-Remaining count the call it comes
	// with. Recorded answers did not: the first of a window showed the limit.
	RemainingCountsCall bool

	// ReattachRefused answers 400 to attaching a tag or company that is
	// attached. Otherwise that is 200 and changes nothing.
	ReattachRefused bool

	// DetachAbsentOK answers 200 to detaching a tag or company that is not
	// attached. Otherwise that is 404.
	DetachAbsentOK bool

	// UnarchiveActiveRefused answers 400 to unarchiving an active contact.
	// Otherwise that is 200 and changes nothing.
	UnarchiveActiveRefused bool

	// EmailConflict says when a user's email alone is a conflict.
	EmailConflict EmailConflict

	// ReuseCompanyID gives a company that is posted again after its deletion
	// the id it had. Otherwise it gets a new one.
	ReuseCompanyID bool

	// CompanyDeleteLag is how long a deleted company can still be read; its
	// archiving is asynchronous.
	CompanyDeleteLag time.Duration

	// CompanyNullIgnored keeps a company's field that is sent as null.
	// Otherwise null clears it.
	CompanyNullIgnored bool

	// CompanyLookupList answers GET /companies?company_id= and ?name= with the
	// list of the documentation. Otherwise the answer is one bare company, as
	// clients report.
	CompanyLookupList bool

	// TagRenameCollision says what renaming a tag to another tag's name does.
	TagRenameCollision TagRenameCollision

	// UserUntagIgnored ignores "untag" among the users of POST /tags.
	UserUntagIgnored bool

	// ScrollSkipsEmpty leaves companies without contacts out of the scroll.
	ScrollSkipsEmpty bool

	// ScrollTokenChanges gives each page of the scroll a token of its own, as
	// before April 2025. Otherwise all pages have the same.
	ScrollTokenChanges bool

	// NextNull says "next": null on the last page of cursor lists, where the
	// member is left out otherwise.
	NextNull bool

	// CompanyTouchesContact makes attaching and detaching a company set the
	// contact's updated_at.
	CompanyTouchesContact bool

	// LooseAttributes takes a custom attribute's value of any type, where one of
	// the wrong type is a 400 otherwise.
	LooseAttributes bool

	// EscapeNames answers with names escaped for HTML, as was recorded once.
	EscapeNames bool
}

// EmailConflict is a rule for when a user's email alone is a conflict. An
// equal external_id always is one.
type EmailConflict string

const (
	// EmailConflictBare, the default: on create, an email that any user has,
	// unless the new contact brings an external_id; on update, one that a user
	// without external_id has, unless the updated contact has an external_id.
	EmailConflictBare EmailConflict = ""
	// EmailConflictAlways: an email that any other user has.
	EmailConflictAlways EmailConflict = "always"
	// EmailConflictNever: emails are never compared.
	EmailConflictNever EmailConflict = "never"
)

// TagRenameCollision is what renaming a tag to the name of another one does.
type TagRenameCollision string

const (
	// TagRenameRefused, the default: 400 parameter_invalid.
	TagRenameRefused TagRenameCollision = ""
	// TagRenameGivesOther: 200 with the tag that has the name; nothing changes.
	TagRenameGivesOther TagRenameCollision = "other"
)

func (o Options) withDefaults() Options {
	if o.Limit == 0 {
		o.Limit = 1666
	}
	if o.Window == 0 {
		o.Window = 10 * time.Second
	}
	return o
}
