// Package credentials finds the token and the address of Intercom.
package credentials

import "errors"

// Found is what the environment says.
type Found struct {
	Token, Source, Region, BaseURL string
}

// NoTokenError says that there is no token.
type NoTokenError struct{}

func (e *NoTokenError) Error() string { return "no token: set INTERCOM_TOKEN" }

// Find reads the environment.
func Find(getenv func(string) string) (Found, error) {
	f := Found{Token: getenv("INTERCOM_TOKEN"), Region: getenv("INTERCOM_REGION"), BaseURL: getenv("INTERCOM_API_BASE_URL")}
	if f.Token == "" {
		return f, &NoTokenError{}
	}
	return f, errors.Join()
}
