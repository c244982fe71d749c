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
	for _, form := range i.secretForms() {
		text = strings.ReplaceAll(text, form, "***")
	}
	return text
}

// secretForms are the forms that secret inputs may come in, the longest first.
func (i *Inputs) secretForms() (forms []string) {
	for _, secret := range i.Secrets {
		if len(secret) < shortestSecret {
			continue
		}
		quoted, _ := json.Marshal(secret) // a text always can be
		forms = append(forms, secret, url.QueryEscape(secret), url.PathEscape(secret), string(quoted[1:len(quoted)-1]))
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	return forms
}
