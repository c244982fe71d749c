package intercom

import (
	"fmt"
	"strings"
)

// LoginFault is why a login came to nothing.
type LoginFault int

// The faults of a login.
const (
	Refused      LoginFault = iota // Intercom does not say why, or in words that are not known
	Declined                       // the person does not want the app
	OtherState                     // the answer is to another login, or made up
	NoCode                         // the address is not one that Intercom sends people to
	BadCode                        // the code was used, or is too old
	BadApp                         // there is no such client id, or the secret is not its own
	BadRedirect                    // the redirect URL is not one of the app's
	NotInstalled                   // the workspace does not have the app
)

// LoginError says why a login came to nothing.
type LoginError struct {
	Fault LoginFault
	Err   error // what Intercom said; nil when it said nothing
}

func (e *LoginError) Error() string {
	text := map[LoginFault]string{
		Refused:      "Intercom does not let the app in",
		Declined:     "access was declined in the browser",
		OtherState:   "the answer belongs to another login: its state is not the one that was sent",
		NoCode:       "the address holds neither a code nor a refusal of Intercom's",
		BadCode:      "Intercom does not take the code: one is good once, and for five minutes",
		BadApp:       "Intercom does not take the app: the client id is unknown, or the client secret is not its own",
		BadRedirect:  "Intercom does not take the redirect URL: the app does not have it",
		NotInstalled: "the app is not installed in the workspace",
	}[e.Fault]
	if e.Err != nil {
		text = fmt.Sprintf("%s (%v)", text, e.Err)
	}
	return text
}

func (e *LoginError) Unwrap() error { return e.Err }

// faultOf guesses the fault from Intercom's words. Only "Unauthorized Code" is
// known for sure; the others are OAuth's own names and what stands to reason.
func faultOf(said string) LoginFault {
	said = strings.ReplaceAll(strings.ToLower(said), "client_error", "") // Intercom's code for much else
	for _, sign := range []struct {
		word  string
		fault LoginFault
	}{
		{"redirect", BadRedirect},
		{"installed", NotInstalled},
		{"secret", BadApp},
		{"client", BadApp},
		{"invalid_grant", BadCode},
		{"code", BadCode},
	} {
		if strings.Contains(said, sign.word) {
			return sign.fault
		}
	}
	return Refused
}
