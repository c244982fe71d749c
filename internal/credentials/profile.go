package credentials

import (
	"fmt"
	"strings"
	"time"
)

// Default is the profile of those who name none.
const Default = "default"

// Profile is what is known of a login. It holds no secret.
type Profile struct {
	Name          string    `json:"-"`
	Workspace     string    `json:"workspace"` // its id_code, such as "ecahpwf5"
	WorkspaceName string    `json:"workspace_name,omitempty"`
	Region        string    `json:"region,omitempty"`           // us, eu or au; empty with a BaseURL
	BaseURL       string    `json:"base_url,omitempty"`         // of a login to a sandbox
	Admin         string    `json:"admin,omitempty"`            // whom the token acts for
	ClientID      string    `json:"client_id,omitempty"`        // of the app, after OAuth
	Insecure      bool      `json:"insecure_storage,omitempty"` // the token is in a file
	SavedAt       time.Time `json:"saved_at"`
}

// UnknownProfileError says that nobody has logged in under a name.
type UnknownProfileError struct {
	Name  string
	Known []string // may be empty
}

func (e *UnknownProfileError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("there is no profile %q: nobody has logged in on this machine", e.Name)
	}
	return fmt.Sprintf("there is no profile %q; there are %s", e.Name, strings.Join(e.Known, ", "))
}

// CheckName says whether a profile may have a name. Names become those of files
// on any system.
func CheckName(name string) error {
	strange := strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
	if name == "" || len(name) > 60 || strange {
		return fmt.Errorf("%q cannot be the name of a profile; use lower-case letters, digits, - and _", name)
	}
	return nil
}
