package sandbox_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// manyCompanies is a workspace of 150 companies, of which the first has a
// contact.
func manyCompanies() *sandbox.Data {
	d := &sandbox.Data{Contacts: []sandbox.Contact{{ExternalID: "a", Companies: []string{"c0"}}}}
	for i := range 150 {
		d.Companies = append(d.Companies, sandbox.Company{CompanyID: fmt.Sprintf("c%d", i)})
	}
	return d
}

// scroll sends one request of a scroll and gives how many companies came, and
// the token for the next.
func scroll(t *testing.T, s *sandbox.Server, param string) (int, string) {
	t.Helper()
	res, body := send(t, s, "GET /companies/scroll?scroll_param="+param, "")
	if res.StatusCode != 200 {
		t.Fatalf("scroll: status %d: %s", res.StatusCode, body)
	}
	answer := decode(t, body)
	if pick(answer, "pages") != nil || pick(answer, "total_count") != nil {
		t.Errorf("scroll: pages and total_count must be null: %s", body)
	}
	return pick(answer, "data.#").(int), pick(answer, "scroll_param").(string)
}

func TestScroll(t *testing.T) {
	for _, changes := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := sandbox.New(sandbox.Options{Data: manyCompanies(), Switches: sandbox.Switches{ScrollTokenChanges: changes}})
			n, first := scroll(t, s, "")
			if n != 100 {
				t.Errorf("first page has %d, want 100", n)
			}
			play(t, s, step{call: "GET /companies/scroll", status: 400, want: refusal("scroll_exists", "scroll already exists for this workspace")})
			time.Sleep(59 * time.Second)
			n, second := scroll(t, s, first)
			if n != 50 || (second != first) != changes {
				t.Errorf("second page has %d and token %q after %q", n, second, first)
			}
			n, _ = scroll(t, s, second)
			if n != 0 {
				t.Errorf("last page has %d, want none", n)
			}
			play(t, s, step{
				call: "GET /companies/scroll?scroll_param=" + second, status: 404,
				want: refusal("not_found", "scroll parameter not found"),
			})
			scroll(t, s, "") // the end made room for a new one
		})
	}
}

func TestScrollEndsAfterAnIdleMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: manyCompanies()})
		_, param := scroll(t, s, "")
		time.Sleep(time.Minute)
		play(t, s, step{call: "GET /companies/scroll?scroll_param=" + param, status: 404, want: refusal("not_found", "scroll parameter not found")})
		scroll(t, s, "")
	})
}

func TestScrollMaySkipCompaniesWithoutContacts(t *testing.T) {
	s := sandbox.New(sandbox.Options{Data: manyCompanies(), Switches: sandbox.Switches{ScrollSkipsEmpty: true}})
	if n, _ := scroll(t, s, ""); n != 1 {
		t.Errorf("scroll has %d companies, want 1", n)
	}
}
