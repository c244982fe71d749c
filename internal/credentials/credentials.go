// Package credentials finds the access token and the address of Intercom.
//
// They come from the environment. A token is never in a workflow file, which is
// committed, nor in a flag, which every process of the machine can read.
package credentials

import (
	"fmt"
	"strings"
)

// Found is what the environment says. Region and BaseURL are as they were set;
// whether they make sense is for the client to say.
type Found struct {
	Token   string // printable ASCII without spaces
	Source  string // the variable that held it, such as "INTERCOM_TOKEN"
	Region  string // INTERCOM_REGION; may be empty
	BaseURL string // INTERCOM_API_BASE_URL; may be empty
}

// NoTokenError says that no variable holds a token.
type NoTokenError struct{}

func (e *NoTokenError) Error() string {
	return "no access token: set INTERCOM_TOKEN to one of the workspace, " +
		"from Intercom's Developer Hub under Configure, Authentication"
}

// Find reads the environment: the token from INTERCOM_TOKEN, else from
// INTERCOM_ACCESS_TOKEN. A variable that is set to nothing counts as not set,
// as CI leaves a missing secret. The error is a [*NoTokenError] when there is
// no token, and otherwise names the variable whose token was mangled on its
// way. No error repeats a token.
func Find(getenv func(string) string) (Found, error) {
	found := Found{Region: getenv("INTERCOM_REGION"), BaseURL: getenv("INTERCOM_API_BASE_URL")}
	for _, name := range []string{"INTERCOM_TOKEN", "INTERCOM_ACCESS_TOKEN"} {
		token := getenv(name)
		if token == "" {
			continue
		}
		if fault := faultOf(token); fault != "" {
			return Found{}, fmt.Errorf("%s %s; copy the token again", name, fault)
		}
		found.Token, found.Source = token, name
		return found, nil
	}
	return Found{}, &NoTokenError{}
}

// faultOf says what happened to a token when it was copied, or nothing.
func faultOf(token string) string {
	switch {
	case strings.ContainsAny(token, "\r\n"):
		return "holds a line break"
	case len(token) >= 7 && strings.EqualFold(token[:7], "bearer "):
		return `begins with the word "Bearer"`
	case strings.ContainsAny(token, " \t"):
		return "holds a space"
	case strings.ContainsAny(token, "\"'"):
		return "holds a quotation mark"
	case strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r > '~' }):
		return "holds a character that is not ASCII"
	}
	return ""
}
