package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// searchFor gives the names of the contacts that a query finds, in order.
func searchFor(t *testing.T, s *sandbox.Server, query string) []string {
	t.Helper()
	res, body := send(t, s, "POST /contacts/search", `{"query":`+query+`}`)
	if res.StatusCode != 200 {
		t.Fatalf("search %s: status %d: %s", query, res.StatusCode, body)
	}
	var names []string
	answer := decode(t, body)
	for i := range pick(answer, "data.#").(int) {
		names = append(names, pick(answer, fmt.Sprintf("data.%d.email", i)).(string))
	}
	return names
}

func filter(field, operator, value string) string {
	return fmt.Sprintf(`{"field":%q,"operator":%q,"value":%s}`, field, operator, value)
}

func group(operator string, filters ...string) string {
	return fmt.Sprintf(`{"operator":%q,"value":[%s]}`, operator, strings.Join(filters, ","))
}

const ann, bob, lea = "ann@example.com", "bob@example.com", "lea@example.com"

func TestSearchFinds(t *testing.T) {
	tests := []struct {
		name  string
		query string
		want  []string
	}{
		{"equal", filter("role", "=", `"lead"`), []string{lea}},
		{"emails in any case", filter("email", "=", `"ANN@example.com"`), []string{ann}},
		{"external ids in their case only", filter("external_id", "=", `"A1"`), nil},
		{"other, without those that have none", filter("custom_attributes.plan", "!=", `"pro"`), []string{ann}},
		{"null", filter("custom_attributes.plan", "=", `null`), []string{lea}},
		{"not null", filter("name", "!=", `null`), []string{ann, bob}},
		{"one of several", filter("custom_attributes.plan", "IN", `["pro","trial"]`), []string{ann, bob}},
		{"none of several", filter("custom_attributes.plan", "NIN", `["pro"]`), []string{ann}},
		{"numbers below", filter("custom_attributes.churn_risk", "<", `70`), []string{bob}},
		{"numbers from", filter("custom_attributes.churn_risk", ">=", `70`), []string{ann}},
		{"numbers given as text", filter("custom_attributes.churn_risk", "<=", `"10"`), []string{bob}},
		{"fractions", filter("custom_attributes.monthly_spend", ">", `20.25`), []string{ann}},
		{"parts of text in any case", filter("email", "~", `"NN@"`), []string{ann}},
		{"text without a part", filter("email", "!~", `"nn"`), []string{bob, lea}},
		{"starts", filter("name", "^", `"bo"`), []string{bob}},
		{"ends", filter("email_domain", "$", `".com"`), []string{ann, bob, lea}},
		{"booleans", filter("unsubscribed_from_emails", "=", `false`), []string{ann, bob, lea}},
		{"a tag", filter("tag_id", "=", `"1"`), []string{ann}},
		{"not a tag", filter("tag_id", "!=", `"1"`), []string{bob, lea}},
		{"a segment", filter("segment_id", "=", `"5600000000000000000000e0"`), []string{ann}},
		{"all of a group", group("AND", filter("role", "=", `"user"`), filter("name", "^", `"b"`)), []string{bob}},
		{"any of a group", group("OR", filter("role", "=", `"lead"`), filter("name", "^", `"b"`)), []string{bob, lea}},
		{"groups in a group", group("AND",
			group("OR", filter("name", "^", `"a"`), filter("name", "^", `"b"`)),
			group("OR", filter("custom_attributes.plan", "=", `"pro"`), filter("role", "=", `"lead"`))), []string{bob}},
	}
	s := sandbox.New(sandbox.Options{Data: small()})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, searchFor(t, s, tt.query)); diff != "" {
				t.Errorf("search %s differs (-want +got):\n%s", tt.query, diff)
			}
		})
	}
}

func TestSearchRefuses(t *testing.T) {
	many := make([]string, 16)
	for i := range many {
		many[i] = filter("role", "=", `"user"`)
	}
	deep := group("AND", group("AND", group("AND", many[0])))
	tests := []struct {
		name string
		body string
		code string
		text string
	}{
		{"no query", `{}`, "parameter_invalid", "query is required"},
		{"an unknown field", `{"query":` + filter("shoe", "=", `1`) + `}`, "invalid_field", "shoe is not a valid search field"},
		{
			"an unknown custom attribute", `{"query":` + filter("custom_attributes.shoe", "=", `1`) + `}`,
			"invalid_field", "custom_attributes.shoe is not a valid search field",
		},
		{
			"from on dates", `{"query":` + filter("created_at", ">=", `1`) + `}`, "parameter_invalid",
			`the operator ">=" is not supported for the field created_at; a date has = < >`,
		},
		{
			"IN on tags", `{"query":` + filter("tag_id", "IN", `["1"]`) + `}`, "parameter_invalid",
			`the operator "IN" is not supported for the field tag_id; a tag has = !=`,
		},
		{
			"text for a date", `{"query":` + filter("created_at", "=", `"foorbar"`) + `}`, "parameter_invalid",
			"the value foorbar does not match the type of the field created_at, which is date",
		},
		{
			"a number for text", `{"query":` + filter("name", "=", `5`) + `}`, "parameter_invalid",
			"the value 5 does not match the type of the field name, which is string",
		},
		{"IN without a list", `{"query":` + filter("name", "IN", `"x"`) + `}`, "parameter_invalid", "the value of IN for the field name must be a list"},
		{"three levels", `{"query":` + deep + `}`, "parameter_invalid", "a query can be nested at most 2 levels deep"},
		{"sixteen filters", `{"query":` + group("OR", many...) + `}`, "parameter_invalid", "a group can have at most 15 filters"},
		{"an unknown group", `{"query":` + group("XOR", many[0]) + `}`, "parameter_invalid", "the operator of a group must be AND or OR"},
		{
			"a short sort order", `{"query":` + many[0] + `,"sort":{"field":"name","order":"desc"}}`,
			"invalid_sort_order", "Invalid sort order 'desc'. Must be one of: ascending, descending",
		},
		{"sorting by an unknown field", `{"query":` + many[0] + `,"sort":{"field":"shoe"}}`, "invalid_field", "shoe is not a valid search field"},
		{"long pages", `{"query":` + many[0] + `,"pagination":{"per_page":151}}`, "parameter_invalid", "Per Page is too big"},
		{
			"a made up cursor", `{"query":` + many[0] + `,"pagination":{"starting_after":"abc"}}`, "client_error",
			"Invalid starting_after param. Please try again using a starting_after value from a paginated response",
		},
	}
	s := sandbox.New(sandbox.Options{Data: small()})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, s, step{call: "POST /contacts/search", body: tt.body, status: 400, want: refusal(tt.code, tt.text)})
		})
	}
}

func TestDatesAreWholeDaysOfTheWorkspace(t *testing.T) {
	at := func(text string) int64 {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return when.Unix()
	}
	// In New York, 2026-03-08 has 23 hours.
	data := &sandbox.Data{Workspace: sandbox.Workspace{Timezone: "America/New_York"}}
	for _, text := range []string{
		"2026-03-07T23:59:59-05:00", "2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59-04:00", "2026-03-09T00:00:00-04:00",
	} {
		data.Contacts = append(data.Contacts, sandbox.Contact{Email: text, SignedUpAt: at(text)})
	}
	noon := fmt.Sprint(at("2026-03-08T12:00:00-04:00"))
	s := sandbox.New(sandbox.Options{Data: data})
	for operator, want := range map[string][]string{
		"<": {"2026-03-07T23:59:59-05:00"},
		"=": {"2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59-04:00"},
		">": {"2026-03-09T00:00:00-04:00"},
	} {
		if diff := cmp.Diff(want, searchFor(t, s, filter("signed_up_at", operator, noon))); diff != "" {
			t.Errorf("signed_up_at %s differs (-want +got):\n%s", operator, diff)
		}
	}
}

func TestSearchAndListsLagBehindWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sandbox.New(sandbox.Options{Data: small(), IndexLag: 20 * time.Second})
		pro := `{"query":` + filter("custom_attributes.plan", "=", `"pro"`) + `}`
		play(t, s,
			step{call: "PUT /contacts/" + annID, body: `{"custom_attributes":{"plan":"pro"}}`, want: map[string]any{"custom_attributes.plan": "pro"}},
			step{call: "POST /contacts/" + bobID + "/archive"},
			step{call: "POST /contacts", body: `{"email":"new@example.com"}`},
			step{call: "POST /contacts/" + annID + "/companies", body: `{"id":"` + emptyID + `"}`, want: map[string]any{"user_count": 0}},
		)
		time.Sleep(20*time.Second - time.Nanosecond)
		play(t, s,
			step{call: "GET /contacts/" + annID, want: map[string]any{"custom_attributes.plan": "pro"}},
			step{call: "POST /contacts/search", body: pro, want: map[string]any{"total_count": 1, "data.0.id": bobID}},
			step{call: "GET /contacts", want: map[string]any{"total_count": 3, "data.0.custom_attributes.plan": "trial"}},
			step{call: "POST /companies/list", want: map[string]any{"total_count": 1}},
		)
		time.Sleep(time.Nanosecond)
		play(t, s,
			step{call: "POST /contacts/search", body: pro, want: map[string]any{"total_count": 1, "data.0.id": annID}},
			step{call: "GET /contacts", want: map[string]any{"total_count": 3, "data.1.id": annID}},
			step{call: "POST /companies/list", want: map[string]any{"total_count": 2}},
			step{call: "GET /companies/" + emptyID, want: map[string]any{"user_count": 1}},
		)
	})
}
