package runner

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/flowrun-dev/flowrun/intercom"
)

// astray notices when calls do not reach Intercom: it never answers with a
// redirect, as a proxy that wants a login or a wrong host does.
type astray struct {
	inARow atomic.Int32
	stops  atomic.Bool // nothing new is to be begun
}

// maxRedirects is how many redirects in a row stop a run.
const maxRedirects = 3

// learn takes in the end of a call.
func (a *astray) learn(w *walk, err error) {
	var refused *intercom.APIError
	if err != nil && !errors.As(err, &refused) {
		return // nobody answered
	}
	if refused == nil || refused.Status < 300 || refused.Status > 399 {
		if a.inARow.Load() > 0 {
			a.inARow.Store(0)
		}
		return
	}
	if a.inARow.Add(1) != maxRedirects {
		return
	}
	a.stops.Store(true)
	w.record(func(r *Result) {
		r.Unavailable = fmt.Sprintf("stopped: %d answers in a row were redirects, the last one %v; "+
			"calls do not reach Intercom: look at INTERCOM_API_BASE_URL, the region and HTTPS_PROXY", maxRedirects, refused)
	})
}
