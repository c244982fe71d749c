package eval

import (
	"strings"
	"testing"
)

// benchRow is a contact of about two kilobytes, as a search gives it.
var benchRow = []byte(`{"type":"contact","id":"66b2c6f0a1d2e3f4a5b6c7d8","workspace_id":"ecahpwf5","external_id":"f3b87a2e","role":"user",` +
	`"email":"ann@example.com","phone":"+3531234567","name":"Ann Example","avatar":null,"owner_id":127,` +
	`"social_profiles":{"type":"list","data":[]},"has_hard_bounced":false,"marked_email_as_spam":false,"unsubscribed_from_emails":false,` +
	`"created_at":1700000000,"updated_at":1700000001,"signed_up_at":1700000002,"last_seen_at":1700000003,"last_replied_at":null,` +
	`"notes":"` + strings.Repeat("lorem ipsum ", 70) + `",` +
	`"location":{"type":"location","country":"Ireland","region":"Dublin","city":"Dublin"},"android_app_name":null,` +
	`"custom_attributes":{"plan":"trial","monthly_spend":12.5,"paid_subscriber":true,"team_mates":0},` +
	`"tags":{"type":"list","data":[{"type":"tag","id":"2","url":"/tags/2"}],"total_count":1,"has_more":false},` +
	`"companies":{"type":"list","data":[],"total_count":0,"has_more":false}}`)

const benchWhere = `(contact.custom_attributes.monthly_spend ?? 0) < 50 and not ((contact.email ?? "") endsWith "@acme.com")`

func benchExpr(b *testing.B, src string) *Expr {
	b.Helper()
	e, problems := ParseExpr(src, NewEnv(map[string]*Type{"contact": nil, "inputs": nil}))
	if problems != nil {
		b.Fatal(problems)
	}
	return e
}

// A condition over a row that has just been read: what a loop pays per row.
func BenchmarkWhereOverRawRow(b *testing.B) {
	e := benchExpr(b, benchWhere)
	parent := NewScope()
	parent.Set("inputs", Object{})
	b.SetBytes(int64(len(benchRow)))
	b.ReportAllocs()
	for b.Loop() {
		s := parent.Child()
		s.Set("contact", RawTrusted(benchRow))
		if known, u, err := e.Cond(b.Context(), s); !known || u != nil || err != nil {
			b.Fatal(known, u, err)
		}
	}
}

func benchDecoded(b *testing.B, src string) {
	e := benchExpr(b, src)
	s := NewScope().Child()
	s.Set("contact", RawTrusted(benchRow))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Eval(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWhereOverDecodedRow(b *testing.B)   { benchDecoded(b, benchWhere) }
func BenchmarkCompareOverDecodedRow(b *testing.B) { benchDecoded(b, `contact.role == "user"`) }
func BenchmarkPath(b *testing.B)                  { benchDecoded(b, `contact.tags.data.#(id=="2").url`) }
func BenchmarkChain(b *testing.B)                 { benchDecoded(b, `contact.location.city`) }

func BenchmarkTemplate(b *testing.B) {
	tmpl, problems := ParseTemplate("{{ contact.name }} <{{ contact.email }}>", NewEnv(map[string]*Type{"contact": nil}))
	if problems != nil {
		b.Fatal(problems)
	}
	s := NewScope()
	s.Set("contact", RawTrusted(benchRow))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tmpl.Eval(b.Context(), s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	env := testEnv()
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := ParseCondition(benchWhere, env); problems != nil {
			b.Fatal(problems)
		}
	}
}
