package steps

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

var (
	user    = values{"external_id": 42, "email": "Ann@example.com", "name": "Ann & Co", "custom_attributes": values{"seats": 5, "plan": nil}}
	byEmail = values{"email": "ann@example.com", "name": "Ann"}
	lead    = values{"role": "lead", "email": "ann@example.com", "custom_attributes": values{"plan": "pro"}}
)

// with gives in with one value changed.
func with(in values, name string, value any) values {
	out := values{name: value}
	for key, old := range in {
		if key != name {
			out[key] = old
		}
	}
	return out
}

// created has somebody else create a contact.
func created(in values) func(*world) { return func(w *world) { w.call("createContact", in) } }

// and does one thing after the other.
func and(all ...func(*world)) func(*world) {
	return func(w *world) {
		for _, do := range all {
			do(w)
		}
	}
}

func pause(d time.Duration) func(*world) { return func(*world) { time.Sleep(d) } }

// edited has somebody change, or do something to, the last contact or ticket.
func edited(action string, in values) func(*world) {
	return func(w *world) {
		ledger := w.server.Ledger()
		w.call(action, with(in, "contact_id", ledger[len(ledger)-1].ObjectID))
	}
}

const forever = 24 * time.Hour

func TestAUserWithAnExternalIDIsLookedUp(t *testing.T) {
	tests := []doubt{
		{name: "it is there", in: user, fault: "applied", want: Applied, note: "GET /contacts/find_by_external_id/42, for what was made from"},
		{name: "it is there, behind a search that lags", opts: sandbox.Options{IndexLag: time.Hour}, in: user, fault: "applied", want: Applied},
		{name: "it is there, with its name escaped", opts: sandbox.Options{Switches: sandbox.Switches{EscapeNames: true}},
			in: user, fault: "applied", want: Applied},
		{name: "it is not there yet", in: user, fault: "refused", want: Unclear, again: time.Minute, note: "GET /contacts/find_by_external_id/42: not found; it is too early"},
		{name: "it is not there a minute later", in: user, fault: "refused", wait: time.Minute, want: NotApplied, note: "not found"},
		{name: "Intercom said it was done, and it is not there", in: user, fault: "refused", said: true, wait: forever, want: Unclear,
			note: "yet Intercom said that the call was done"},
		{name: "an older one has the id", before: and(created(user), pause(time.Minute)), in: with(user, "email", "b@example.com"), fault: "refused",
			want: NotApplied, note: "was made at"},
		{name: "an older one with the same fields has the id", before: and(created(user), pause(time.Minute)), in: user, fault: "refused", want: NotApplied},
		{name: "another one from the same second has the id", before: created(with(user, "name", "Bob")), in: user, fault: "refused",
			want: NotApplied, note: "has another name"},
		{name: "one with another attribute from the same second has the id", before: created(with(user, "custom_attributes", values{"seats": 6})),
			in: user, fault: "refused", want: NotApplied, note: "has another custom_attributes.seats"},
		{name: "it is there and was changed since", in: user, fault: "applied", after: edited("updateContact", values{"name": "Bob"}),
			want: Unclear, note: "was changed since and has another name; it may be the call's"},
		{name: "it is there with something else changed", in: user, fault: "applied", after: edited("updateContact", values{"phone": "+441234567890"}), want: Applied},
		{name: "an archived twin has the id", before: and(created(user), edited("archiveContact", nil), pause(time.Minute)),
			in: user, fault: "refused", wait: time.Minute, want: NotApplied},
		{name: "Intercom's clock is an hour ahead", ahead: time.Hour, in: user, fault: "applied", want: Applied},
		{name: "Intercom's clock is an hour behind", ahead: -time.Hour, in: user, fault: "applied", want: Applied},
		{name: "an older one has the id, and Intercom's clock is an hour ahead", ahead: time.Hour, before: and(created(user), pause(time.Minute)),
			in: user, fault: "refused", want: NotApplied},
		{name: "an older one has the id, and Intercom's clock is an hour behind", ahead: -time.Hour, before: and(created(user), pause(time.Minute)),
			in: user, fault: "refused", want: NotApplied},
		{name: "Intercom said it was done, and an older one has the id", before: and(created(user), pause(time.Minute)), in: user, fault: "refused", said: true,
			want: Unclear, note: "it may be the call's"},
		{name: "one with the id was made much later", in: user, fault: "refused", after: and(pause(time.Hour), created(user)), want: NotApplied},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, "createContact") })
	}
}

func TestAnyOtherContactIsSearchedFor(t *testing.T) {
	lags := sandbox.Options{IndexLag: 2 * time.Minute}
	tests := []doubt{
		{name: "a user by email is there", in: byEmail, fault: "applied", want: Applied, note: "POST /contacts/search"},
		{name: "a user whose email has capitals is there", in: with(byEmail, "email", " Ann@Example.com"), fault: "applied", want: Applied},
		{name: "a lead by email is there", in: with(lead, "external_id", "ignored"), fault: "applied", want: Applied},
		{name: "a lead by phone is there", in: values{"role": "lead", "phone": "+441234567890"}, fault: "applied", want: Applied},
		{name: "a lead by name is there", in: values{"role": "lead", "name": " Ann & Co", "owner_id": nil}, fault: "applied", want: Applied},
		{name: "a lead without anything cannot be found", in: values{"role": "lead"}, fault: "applied", wait: forever, want: Unclear, note: "cannot be searched for"},
		{name: "a phone number that Intercom may rewrite cannot be found", in: values{"role": "lead", "phone": "01234 567890"}, fault: "refused",
			wait: forever, want: Unclear, note: "E.164"},
		{name: "an empty email is none", in: values{"role": "lead", "email": ""}, fault: "refused", wait: forever, want: Unclear, note: "cannot be searched for"},

		{name: "the search does not show it yet", opts: lags, in: byEmail, fault: "applied", want: Unclear, again: 6 * time.Minute, note: "too early"},
		{name: "the search shows it now", opts: lags, in: byEmail, fault: "applied", wait: 3 * time.Minute, want: Applied},
		{name: "a miss does not count a moment too early", in: byEmail, fault: "refused", wait: 6*time.Minute - 2*time.Second, want: Unclear, again: 6 * time.Minute},
		{name: "a miss counts in the end", in: byEmail, fault: "refused", wait: 6 * time.Minute, want: NotApplied, note: "no record fits"},
		{name: "a miss counts earlier if searches are said to be faster", in: byEmail, fault: "refused", lag: time.Minute, wait: 2 * time.Minute, want: NotApplied},
		{name: "a search that lags more than it is said to misleads", opts: sandbox.Options{IndexLag: time.Hour}, in: byEmail, fault: "applied",
			wait: 6 * time.Minute, want: NotApplied},
		{name: "Intercom said it was done, and it is not there", in: byEmail, fault: "refused", said: true, wait: forever, want: Unclear,
			note: "yet Intercom said that the call was done"},

		{name: "an older lead with the same fields is another", before: and(created(lead), pause(time.Minute)), in: lead, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied, note: "was made at"},
		{name: "an older lead with the same fields does not hide it", before: and(created(lead), pause(time.Minute)), in: lead, fault: "applied", want: Applied},
		{name: "a user with the email is another", before: created(values{"email": "ann@example.com"}), in: lead, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied, note: "has another role"},
		{name: "a lead without the attribute is another", before: created(values{"role": "lead", "email": "ann@example.com"}), in: lead, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied, note: "has another custom_attributes.plan"},
		{name: "a lead from the same second with another name is another", before: created(with(lead, "name", "Bob")), in: with(lead, "name", "Ann"),
			fault: "applied", want: Applied},
		{name: "a lead from the same second with a name may be filled in by Intercom", before: created(with(lead, "name", "Bob")), in: lead, fault: "refused",
			wait: forever, want: Unclear, note: "has had name from the start, which was not sent"},
		{name: "a user from the same second with an id may be filled in by Intercom", before: created(with(byEmail, "external_id", "7")), in: byEmail,
			fault: "refused", wait: forever, want: Unclear, note: "has had external_id from the start"},
		{name: "it is there and got a phone number since", in: lead, fault: "applied", after: edited("updateContact", values{"phone": "+441234567890"}), want: Applied},
		{name: "two leads alike cannot be told apart", before: created(lead), in: lead, fault: "applied", wait: forever, want: Unclear, note: "several records fit"},
		{name: "two leads alike, one of which is another call's", before: created(lead), in: lead, taken: true, fault: "applied", want: Applied, note: "is another call's"},
		{name: "one lead, which is another call's", before: created(lead), in: lead, taken: true, fault: "refused", wait: 6 * time.Minute, want: NotApplied},
		{name: "a lead that became a user may be it", in: lead, fault: "applied", after: edited("updateContact", values{"role": "user"}),
			wait: 6 * time.Minute, want: Unclear, note: "was changed since and has another role"},
		{name: "one that was changed may be it, and another may still come", in: lead, fault: "applied",
			after: edited("updateContact", values{"custom_attributes": values{"plan": "trial"}}), want: Unclear, again: 6 * time.Minute},
		{name: "one that was changed does not hide it", before: and(created(with(lead, "name", "Bob")), pause(time.Second), edited("updateContact", values{"name": "Rob"})),
			in: with(lead, "name", "Ann"), fault: "applied", want: Applied},
		{name: "one that was made much later is another", in: lead, fault: "refused", after: and(pause(time.Hour), created(lead)), want: NotApplied},

		{name: "Intercom's clock is an hour ahead", ahead: time.Hour, before: and(created(lead), pause(time.Minute)), in: lead, fault: "applied", want: Applied},
		{name: "Intercom's clock is an hour behind", ahead: -time.Hour, before: and(created(lead), pause(time.Minute)), in: lead, fault: "applied", want: Applied},
		{name: "Intercom's clock is a year ahead", ahead: 365 * forever, before: and(created(lead), pause(time.Minute)), in: lead, fault: "applied", want: Applied},
		{name: "a miss under a clock that is an hour ahead", ahead: time.Hour, before: and(created(lead), pause(time.Minute)), in: lead, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied},
		{name: "a miss under a clock that is an hour behind", ahead: -time.Hour, before: and(created(lead), pause(time.Minute)), in: lead, fault: "refused",
			wait: 6 * time.Minute, want: NotApplied},
		{name: "all pages are read", before: and(slices.Concat(slices.Repeat([]func(*world){created(lead)}, 160), []func(*world){pause(time.Minute)})...),
			in: lead, fault: "applied", want: Applied, note: "and 156 more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, "createContact") })
	}
}

// The search compares whole days of the workspace's own time zone. Half of the
// hours of a day have another date there, and two days a year 23 or 25 hours.
func TestTheDaysOfTheSearchHoldTheCall(t *testing.T) {
	step := 1
	if testing.Short() {
		step = 9
	}
	for _, zone := range []string{"America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Pago_Pago"} {
		for hour := 0; hour < 24; hour += step {
			for _, days := range []time.Duration{0, 92, 301, 302} { // 1 January, 2 April, 28 and 29 October 2000
				d := doubt{
					name: fmt.Sprintf("%s on day %d at %d", zone, days, hour), in: lead, fault: "applied", want: Applied,
					opts:   sandbox.Options{Data: &sandbox.Data{Workspace: sandbox.Workspace{Timezone: zone}}},
					before: pause(days*forever + time.Duration(hour)*time.Hour),
				}
				t.Run(d.name, func(t *testing.T) { d.run(t, "createContact") })
			}
		}
	}
}
