package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
	"github.com/flowrun-dev/flowrun/internal/credentials"
)

// clientSecret is that of the app in the scripts.
const clientSecret = "canary-client-secret"

// stage is the machine that a script runs on. These variables set it up:
//
//	STAGE_KEYRING   a folder that is the keyring, or "none"
//	STAGE_BROWSER   what the person does in the browser: allow, decline, and
//	                what else is in played; "" is a machine without a browser
func stage() Streams {
	streams := System()
	if dir := os.Getenv("STAGE_KEYRING"); dir != "none" {
		streams.Keyring = folder(dir)
	}
	plays := os.Getenv("STAGE_BROWSER")
	if plays == "" {
		streams.Browse = func(string) error { return errors.New("there is no browser") }
		return streams
	}
	pasted, clipboard := io.Pipe()
	in := streams.In
	streams.In = io.MultiReader(pasted, in)
	streams.Browse = func(address string) error {
		defer clipboard.Close()
		if err := played(plays, address, clipboard); err != nil {
			fmt.Fprintln(os.Stderr, "browser:", err)
		}
		return nil
	}
	return streams
}

// folder is a keyring that outlives the process: a file for each secret.
type folder string

func (f folder) file(service, user string) string { return filepath.Join(string(f), service+"-"+user) }

func (f folder) Get(service, user string) (string, error) {
	text, err := os.ReadFile(f.file(service, user))
	if errors.Is(err, os.ErrNotExist) {
		return "", credentials.ErrNotFound
	}
	return string(text), err
}

func (f folder) Set(service, user, secret string) error {
	return errors.Join(os.MkdirAll(string(f), 0o700), os.WriteFile(f.file(service, user), []byte(secret), 0o600))
}

func (f folder) Delete(service, user string) error {
	err := os.Remove(f.file(service, user))
	if errors.Is(err, os.ErrNotExist) {
		return credentials.ErrNotFound
	}
	return err
}

// startApp is the app that asks for access in a script: the script's app.json,
// or one with any redirect URL.
func startApp(name string) (sandbox.App, error) {
	app := sandbox.App{ClientID: "shop", ClientSecret: clientSecret}
	text, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return app, nil
	}
	if err != nil {
		return app, err
	}
	return app, json.Unmarshal(text, &app)
}

// played is a person in a browser: the page is opened, a link followed, and
// the person comes back to this machine, or copies the address.
func played(plays, address string, clipboard io.Writer) error {
	text, err := open(address)
	if err != nil {
		return err
	}
	if problem := regexp.MustCompile(`<p id="problem">([^<]*)`).FindStringSubmatch(text); problem != nil {
		fmt.Fprintln(os.Stderr, "browser:", html.UnescapeString(problem[1]))
		self, err := os.FindProcess(os.Getpid())
		return errors.Join(err, self.Signal(os.Interrupt)) // the person gives up
	}
	to, err := answered(plays, address, text)
	if err != nil {
		return err
	}
	if to.Hostname() != "127.0.0.1" {
		_, err := fmt.Fprintln(clipboard, to)
		return err
	}
	_, err = open(to.String())
	return err
}

// answered is where Intercom sends the person.
func answered(plays, address, text string) (*url.URL, error) {
	to, err := url.Parse(html.UnescapeString(regexp.MustCompile(`<a href="([^"]*)">cancel`).FindStringSubmatch(text)[1]))
	if err != nil || plays == "decline" {
		return to, err
	}
	asked, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	form := html.UnescapeString(regexp.MustCompile(`action="([^"]*)"`).FindStringSubmatch(text)[1])
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Post(asked.Scheme+"://"+asked.Host+form, "", nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if to, err = res.Location(); err != nil {
		return nil, err
	}
	return to, tamper(plays, asked, to)
}

// tamper lets something go wrong on the way back.
func tamper(plays string, asked, to *url.URL) error {
	query := to.Query()
	switch plays {
	case "allow":
	case "use the code first":
		used, err := http.PostForm(asked.Scheme+"://"+asked.Host+"/auth/eagle/token", url.Values{
			"code": {query.Get("code")}, "client_id": {"shop"}, "client_secret": {clientSecret}, "redirect_uri": {asked.Query().Get("redirect_uri")},
		})
		if err != nil {
			return err
		}
		return used.Body.Close()
	case "bring another state":
		query.Set("state", "made-up")
	case "copy too little":
		query = url.Values{}
	case "meet an unknown redirect":
		query.Del("code")
		query.Set("error", "invalid_redirect_uri")
	default:
		return fmt.Errorf("nobody knows how to %s", plays)
	}
	to.RawQuery = query.Encode()
	return nil
}

func open(address string) (string, error) {
	res, err := http.Get(strings.TrimSpace(address))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}
