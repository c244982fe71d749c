package steps

import (
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/google/go-cmp/cmp"
	"github.com/tidwall/gjson"
)

func TestARecordIsComparedWithWhatWasSent(t *testing.T) {
	const option = "0191d2d7-2a2e-7d3c-8a7a-2f1f0c2b9a11"
	tests := []struct {
		name   string
		action string
		in     values
		record string
		want   likeness
		field  string
	}{
		{"equal values", "createContact", values{"email": "a@b", "signed_up_at": 7}, `{"email":"a@b","signed_up_at":7}`, same, ""},
		{"another value", "createContact", values{"email": "a@b", "signed_up_at": 7}, `{"email":"a@b","signed_up_at":8}`, other, "signed_up_at"},
		{"capitals of an email", "createContact", values{"email": "A@b "}, `{"email":"a@b"}`, same, ""},
		{"an empty email is null", "createContact", values{"role": "lead", "email": ""}, `{"role":"lead","email":null}`, same, ""},
		{"a name that was escaped", "createContact", values{"name": "A & <b>B</b>"}, `{"name":"A &amp; B"}`, same, ""},
		{"a name that is not there", "createContact", values{"name": "Ann"}, `{"name":null}`, other, "name"},
		{"a field that is not shown", "createContact", values{"name": "Ann"}, `{}`, same, ""},
		{"null, and Intercom has filled something in", "createContact", values{"owner_id": nil}, `{"owner_id":"7"}`, perhaps, "owner_id"},
		{"null, and the value is what it is by itself", "createContact", values{"unsubscribed_from_emails": nil}, `{"unsubscribed_from_emails":false}`, same, ""},
		{"false is not null", "createContact", values{"unsubscribed_from_emails": false}, `{"unsubscribed_from_emails":true}`, other, "unsubscribed_from_emails"},
		{"an id of digits", "createContact", values{"owner_id": 7}, `{"owner_id":"7"}`, same, ""},
		{"a phone number in another form", "createContact", values{"phone": "+44 1234 567890"}, `{"phone":"+441234567890"}`, same, ""},
		{"another phone number", "createContact", values{"phone": "+441234567890"}, `{"phone":"+441234567891"}`, other, "phone"},
		{"a phone number of some country", "createContact", values{"phone": "01234 567890"}, `{"phone":"+441234567890"}`, perhaps, "phone"},
		{"when the contact was last seen moves by itself", "createContact", values{"last_seen_at": 7}, `{"last_seen_at":8}`, same, ""},
		{"an image that was moved", "createContact", values{"avatar": "https://a/b"}, `{"avatar":{"image_url":"https://c/d"}}`, same, ""},
		{"no attributes at all", "createContact", values{"custom_attributes": nil}, `{"custom_attributes":{"a":1}}`, same, ""},
		{"an attribute with dots in its name", "createContact", values{"custom_attributes": values{"a.b": "x"}}, `{"custom_attributes":{"a.b":"x"}}`, same, ""},
		{"an attribute that is not there", "createContact", values{"custom_attributes": values{"a": 1, "b": 2}}, `{"custom_attributes":{"a":1}}`,
			other, "custom_attributes.b"},
		{"the worst attribute counts", "createContact", values{"custom_attributes": values{"a": nil, "b": 2}}, `{"custom_attributes":{"a":1,"b":3}}`,
			other, "custom_attributes.b"},
		{"numbers and texts", "createContact", values{"custom_attributes": values{"a": "5", "b": 5, "c": 1.50}}, `{"custom_attributes":{"a":5,"b":"5","c":1.5}}`, same, ""},
		{"another number", "createContact", values{"custom_attributes": values{"a": 1.5}}, `{"custom_attributes":{"a":1.25}}`, other, "custom_attributes.a"},
		{"numbers with more digits than a float has", "createContact", values{"custom_attributes": values{"a": int64(9007199254740993)}},
			`{"custom_attributes":{"a":9007199254740992}}`, other, "custom_attributes.a"},
		{"a date in another form", "createTicket", values{"ticket_attributes": values{"due": 1577836800}}, `{"ticket_attributes":{"due":"2020-01-01T00:00:00Z"}}`,
			perhaps, "ticket_attributes.due"},
		{"the label of an option", "createTicket", values{"ticket_attributes": values{"priority": option}}, `{"ticket_attributes":{"priority":"high"}}`,
			perhaps, "ticket_attributes.priority"},
		{"another option", "createTicket", values{"ticket_attributes": values{"priority": option}},
			`{"ticket_attributes":{"priority":"0191d2d7-2a2e-7d3c-8a7a-2f1f0c2b9a12"}}`, other, "ticket_attributes.priority"},
		{"files", "createTicket", values{"ticket_attributes": values{"files": []any{"a"}}}, `{"ticket_attributes":{"files":[{"name":"a"}]}}`,
			perhaps, "ticket_attributes.files"},
		{"a text that was put into markup", "createTicket", values{"ticket_attributes": values{"_default_description_": "Call  back"}},
			`{"ticket_attributes":{"_default_description_":"<p>Call back</p>"}}`, same, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := Find(tt.action)
			in, problems := a.encode(tt.in)
			if problems != nil {
				t.Fatal(problems)
			}
			s := &settling{fields: a.Inputs, in: in}
			if got, field := s.compare(gjson.Parse(tt.record)); got != tt.want || got != same && field != tt.field {
				t.Errorf("likeness = %d by %q, want %d by %q", got, field, tt.want, tt.field)
			}
		})
	}
}

func TestARecordThatComesTwiceCountsOnce(t *testing.T) {
	row := gjson.Parse(`{"id":"7"}`)
	var f finds
	f.add(same, row, "fits")
	f.add(same, row, "fits")
	now := time.Now()
	got := (&settling{sent: Sent{First: now, Last: now}}).weigh(f, now)
	if got.Verdict != Applied || got.ID != "7" {
		t.Errorf("evidence = %+v, want the record 7", got)
	}
}

func TestARecordWithoutATimeMayBeIt(t *testing.T) {
	if got, why := (&settling{}).like(gjson.Parse(`{"id":"7"}`), 0, window{}, ""); got != perhaps {
		t.Errorf("likeness = %d (%s), want perhaps", got, why)
	}
}

func TestAContactThatWasMergedMayBeIt(t *testing.T) {
	long := time.Now().Add(-forever)
	look := Look{Do: broken{&intercom.APIError{Status: 410}}}
	got, err := Find("createContact").Settle(t.Context(), look, []Doubt{{values{"external_id": "a/b"}, Sent{First: long, Last: long}}})
	want := []Evidence{{Note: "GET /contacts/find_by_external_id/a%2Fb: merged into another contact; it may have been the call's"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error = %v; evidence differs (-want +got):\n%s", err, diff)
	}
}
