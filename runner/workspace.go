package runner

import (
	"context"
	"net/http"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// Workspace is the Intercom workspace that a token belongs to, as GET /me
// tells it.
type Workspace struct {
	ID     string `json:"id"`     // its id_code, such as "ecahpwf5"
	Name   string `json:"name"`   // may be empty
	Region string `json:"region"` // as Intercom writes it: "US", "Europe"
	Admin  string `json:"-"`      // the name of the teammate the token acts for
}

// Identify asks Intercom whose token it is, which shows at once whether it
// works.
func Identify(ctx context.Context, do intercom.Doer) (Workspace, error) {
	resp, err := do.Do(ctx, intercom.Request{Method: http.MethodGet, Path: "/me", Repeat: true})
	if err != nil {
		return Workspace{}, err
	}
	me := gjson.ParseBytes(resp.Body)
	return Workspace{
		ID:     me.Get("app.id_code").String(),
		Name:   me.Get("app.name").String(),
		Region: me.Get("app.region").String(),
		Admin:  me.Get("name").String(),
	}, nil
}
