package intercom

import (
	"fmt"
	"strings"
)

// Regions are where Intercom keeps workspaces, each with hosts of its own.
func Regions() []string { return []string{"us", "eu", "au"} }

// regionHost gives the host that serves a region: the servers of Intercom's API
// description.
func regionHost(region string) (string, error) {
	switch strings.ToLower(region) {
	case "", "us":
		return "api.intercom.io", nil
	case "eu":
		return "api.eu.intercom.io", nil
	case "au":
		return "api.au.intercom.io", nil
	}
	return "", fmt.Errorf(`unknown region %q; regions are "us", "eu" and "au"`, region)
}

// RegionOf gives the region that GET /me names in app.region, or "" for a name
// that is not known. Intercom was seen to write "US" and "Europe".
func RegionOf(name string) string {
	switch strings.ToLower(name) {
	case "us", "united states":
		return "us"
	case "eu", "europe":
		return "eu"
	case "au", "australia":
		return "au"
	}
	return ""
}

// Region is the region whose host the client talks to, or "" when its address
// is none of Intercom's.
//
// That the host answers does not say that the workspace is there: Intercom
// routes what comes to api.intercom.io on to the region of the token, as
// https://developers.intercom.com/docs/build-an-integration/learn-more/rest-apis
// has it.
func (c *Client) Region() string { return hostRegion(c.host) }

func hostRegion(host string) string {
	for _, region := range Regions() {
		if own, _ := regionHost(region); host == own || host == own+":443" {
			return region
		}
	}
	return ""
}
