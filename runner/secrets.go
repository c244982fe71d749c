package runner

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// shortestSecret is how long a secret must be to be taken out of texts: a
// shorter one is in too much else.
const shortestSecret = 4

// hide takes the secret inputs out of a text that is told and kept, such as an
// error that repeats what was sent.
func (i *Inputs) hide(text string) string {
	for _, secret := range i.Secrets {
		if len(secret) < shortestSecret {
			continue
		}
		quoted, _ := json.Marshal(secret) // a text always can be
		forms := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), string(quoted[1 : len(quoted)-1])}
		slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
		for _, form := range forms {
			text = strings.ReplaceAll(text, form, "***")
		}
	}
	return text
}
