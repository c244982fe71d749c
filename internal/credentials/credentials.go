// Package credentials finds the access token and the address of Intercom, and
// keeps logins.
//
// They come from the environment, else from a stored login. A login belongs to
// a profile, which has a name. What is known of it, such as its workspace, is
// in a file that holds no secret; its token is in the keyring of the operating
// system or, only where that was asked for, in a file for nobody else's eyes.
//
// A token is never in a workflow file, which is committed, nor in a flag, which
// every process of the machine can read.
package credentials

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// Found is what the environment and the stored login say. Region and BaseURL
// are as they were set; whether they make sense is for the client to say.
type Found struct {
	Token   string  // printable ASCII without spaces
	Source  string  // where it was, such as "INTERCOM_TOKEN" or "profile prod"
	Region  string  // INTERCOM_REGION, else that of the profile; may be empty
	BaseURL string  // INTERCOM_API_BASE_URL, else that of the profile; may be empty
	Profile Profile // what the token must agree with; the zero Profile is nothing
}

// NoTokenError says that there is neither a variable that holds a token nor a
// login of the default profile.
type NoTokenError struct{}

func (e *NoTokenError) Error() string {
	return "no access token: set INTERCOM_TOKEN to one of the workspace, " +
		"from Intercom's Developer Hub under Configure, Authentication, or log in"
}

// Variables are those that may hold a token. The first one that is set counts.
func Variables() []string { return []string{"INTERCOM_TOKEN", "INTERCOM_ACCESS_TOKEN"} }

// Find gives the token of the environment, else the stored one of a profile;
// "" is [Default]. A variable that is set to nothing counts as not set, as CI
// leaves a missing secret. A profile that is named must be there even where the
// environment has the token: it says which workspace is meant.
//
// The error is a [*NoTokenError], an [*UnknownProfileError], a [*KeyringError],
// or names the variable whose token was mangled on its way. No error repeats a
// token. Where only the token of a profile cannot be had, the rest is given.
func (s Store) Find(getenv func(string) string, profile string) (Found, error) {
	found := Found{Region: getenv("INTERCOM_REGION"), BaseURL: getenv("INTERCOM_API_BASE_URL")}
	var err error
	if found.Token, found.Source, err = fromEnvironment(getenv); err != nil {
		return Found{}, err
	}
	if found.Token != "" && profile == "" {
		return found, nil
	}
	found.Profile, err = s.Profile(cmp.Or(profile, Default))
	if _, unknown := errors.AsType[*UnknownProfileError](err); unknown && profile == "" {
		return Found{}, &NoTokenError{}
	}
	if err != nil {
		return Found{}, err
	}
	found.Region = cmp.Or(found.Region, found.Profile.Region)
	found.BaseURL = cmp.Or(found.BaseURL, found.Profile.BaseURL)
	if found.Token != "" {
		return found, nil
	}
	found.Source = "profile " + found.Profile.Name
	found.Token, err = s.Token(found.Profile)
	return found, err
}

func fromEnvironment(getenv func(string) string) (token, source string, err error) {
	for _, name := range Variables() {
		if token := getenv(name); token != "" {
			return token, name, Check(name, token)
		}
	}
	return "", "", nil
}

// Check says what happened to a token, or another secret, when it was copied.
// The error begins with where it is from, and does not repeat it.
func Check(from, token string) error {
	if fault := faultOf(token); fault != "" {
		return fmt.Errorf("%s %s; copy it again", from, fault)
	}
	return nil
}

// faultOf says what happened to a token when it was copied, or nothing.
func faultOf(token string) string {
	switch {
	case token == "":
		return "is empty"
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
