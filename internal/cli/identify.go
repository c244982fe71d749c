package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/runner"
)

// identify asks whose token it is. It refuses one that works in another region
// than the one that was said, and one that is not for the workspace of the
// profile.
func (c *command) identify(ctx context.Context, conn *connection) (runner.Workspace, error) {
	workspace, region, err := locate(ctx, conn)
	if err != nil {
		return workspace, unidentified(err, conn)
	}
	if at := conn.Region(); at != "" && region != "" && at != region {
		return workspace, wrongRegion(region, conn)
	}
	if profile := conn.found.Profile; profile.Workspace != "" && profile.Workspace != workspace.ID {
		return workspace, &exitError{exitCredentials,
			fmt.Sprintf("the token of %s belongs to workspace %s (%s), and profile %s is for workspace %s (%s); nothing was written",
				conn.found.Source, workspace.ID, workspace.Name, profile.Name, profile.Workspace, profile.WorkspaceName),
			[]string{"use a token of workspace " + profile.Workspace + ", or another --profile"}}
	}
	return workspace, nil
}

// locate asks whose token it is, and gives the region of its workspace, or "" where
// that cannot be told. Where the host of one region refuses the token, those
// of the others are asked: they are Intercom's as well.
func locate(ctx context.Context, conn *connection) (runner.Workspace, string, error) {
	workspace, err := runner.Identify(ctx, conn.Client)
	if err == nil && workspace.ID == "" {
		err = errors.New("the answer to GET /me names no workspace")
	}
	if err == nil {
		return workspace, intercom.RegionOf(workspace.Region), nil
	}
	if !refusesToken(err) || conn.Region() == "" {
		return workspace, "", err
	}
	for _, region := range intercom.Regions() {
		if region == conn.Region() {
			continue
		}
		config := conn.config
		config.Region, config.BaseURL = region, ""
		other, broken := intercom.New(config)
		if broken != nil {
			return workspace, "", broken
		}
		defer other.CloseIdleConnections()
		if found, refused := runner.Identify(ctx, other); refused == nil {
			return found, cmp.Or(intercom.RegionOf(found.Region), region), nil
		}
	}
	return workspace, "", err
}

// refusesToken reports whether Intercom answered, and does not take the token.
func refusesToken(err error) bool {
	refused, _ := errors.AsType[*intercom.APIError](err)
	return refused != nil && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden)
}

// unidentified is the end of a command that was not told whose token it has.
func unidentified(err error, conn *connection) error {
	if !refusesToken(err) {
		return fmt.Errorf("ask Intercom whose token this is: %w", err)
	}
	hint := "set INTERCOM_TOKEN to an access token of your app: Intercom's Developer Hub, Configure, Authentication"
	if name := conn.found.Profile.Name; conn.found.Source == "profile "+name {
		hint = fmt.Sprintf("tokens do not expire: it was replaced, or the app was taken out; log in again: flowrun auth login --with-token --profile %s", name)
	}
	return &exitError{exitCredentials, "Intercom does not accept the token: " + err.Error(), []string{hint}}
}

// wrongRegion is the end of a command that talks to the host of a region where
// the workspace is not.
func wrongRegion(region string, conn *connection) error {
	article := map[string]string{"us": "a", "eu": "an", "au": "an"}[region]
	hint := fmt.Sprintf("or set INTERCOM_REGION=%s, or write intercom: {region: %s} in the workflow", region, region)
	if conn.config.BaseURL != "" {
		hint = "and unset INTERCOM_API_BASE_URL, which goes before it"
	}
	return &exitError{exitCredentials,
		fmt.Sprintf("this token belongs to %s %s workspace; use --region %s", article, strings.ToUpper(region), region), []string{hint}}
}
