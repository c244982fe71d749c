package intercom

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// endpoint gives the address that requests go to, without a slash at the end.
// Its errors never repeat a base URL: one may hold a password.
func endpoint(cfg Config) (*url.URL, error) {
	host, err := regionHost(cfg.Region)
	if err != nil {
		return nil, err
	}
	if cfg.BaseURL == "" {
		return &url.URL{Scheme: "https", Host: host}, nil
	}

	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Opaque != "" || base.Hostname() == "" {
		return nil, errors.New(`base URL is not a URL with scheme and host, such as "https://api.intercom.io"`)
	}
	if base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "" {
		return nil, errors.New("base URL may not hold a user, a query or a fragment")
	}
	base.Host = strings.ToLower(base.Host)
	base.Path = strings.TrimRight(base.Path, "/")
	base.RawPath = strings.TrimRight(base.RawPath, "/")
	if base.Path != "" {
		if _, err := splitPath(base.EscapedPath()); err != nil {
			return nil, fmt.Errorf("base URL: %w", err)
		}
	}
	return base, checkHost(base)
}

// checkHost says whether the token may go to an address.
func checkHost(base *url.URL) error {
	local := isLoopback(base.Hostname())
	switch {
	case base.Scheme == "http" && !local:
		return fmt.Errorf("base URL: http would send the token to %s in clear text; use https", base.Host)
	case base.Scheme != "http" && base.Scheme != "https":
		return errors.New("base URL must begin with https://")
	case local || hostRegion(base.Host) != "":
		return nil
	}
	return fmt.Errorf("base URL: %s is not a host of Intercom's, and the token may not go there", base.Host)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
