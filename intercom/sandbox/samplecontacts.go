package sandbox

import (
	"fmt"
	"strings"
)

// generator makes the same sequence of choices each time.
type generator struct{ state uint64 }

// below gives a number from 0 up to n, without n.
func (g *generator) below(n int) int {
	g.state = g.state*6364136223846793005 + 1442695040888963407
	return int(g.state>>33) % n
}

func (g *generator) pick(from []string) string { return from[g.below(len(from))] }

var sampleCompanies = []string{
	"Acme", "Blue Harbor Coffee", "Cedar Analytics", "Driftwood Travel", "Elm Street Books", "Fjordline Logistics",
	"Granite Health", "Hilltop Schools", "Inkwell Press", "Juniper Foods", "Kestrel Robotics", "Lumen Studio",
}

var sampleFirst = []string{
	"Ana", "Ben", "Chiara", "Daniel", "Elif", "Farah", "Grace", "Hugo", "Ines", "Jonas", "Kiran", "Lena", "Mateo",
	"Nadia", "Oscar", "Priya", "Quentin", "Rosa", "Samir", "Tara", "Umar", "Vera", "Wei", "Ximena", "Yusuf", "Zoe",
}

var sampleLast = []string{
	"Adeyemi", "Bergstrom", "Castillo", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen",
	"Kowalski", "Lindgren", "Moreau", "Nakamura", "O'Brien", "Petrov", "Quinn", "Rossi", "Santos", "Tanaka",
}

// contact makes one contact. Every seventh is a lead.
func (g *generator) contact(i int) Contact {
	first, last := g.pick(sampleFirst), g.pick(sampleLast)
	signedUp := int64(sampleTime - 730*sampleDay + i*3*sampleDay + g.below(3*sampleDay))
	c := Contact{
		Name:      first + " " + last,
		Email:     g.email(first, last, i),
		CreatedAt: signedUp,
		UpdatedAt: min(sampleTime, signedUp+int64(g.below(100*sampleDay))),
		Location:  &Location{Country: g.pick([]string{"Ireland", "Germany", "Brazil", "Japan", "United States"})},
		Device:    &Device{Browser: g.pick([]string{"chrome", "firefox", "safari"}), OS: g.pick([]string{"macOS", "Windows", "Linux"})},
	}
	if i%3 == 0 {
		c.LastSeenAt = min(sampleTime, signedUp+int64(g.below(500*sampleDay)))
	}
	if i%7 == 6 {
		c.Role = "lead"
		c.CustomAttributes = map[string]any{"job_title": g.pick(sampleJobs)}
		return g.blanks(c, i)
	}
	c.Role = "user"
	c.ExternalID = fmt.Sprintf("user-%d", 1001+i)
	c.SignedUpAt = signedUp
	c.CustomAttributes = g.attributes(i)
	c.OwnerID = []string{"", "1295", "1296"}[i%3]
	c.UnsubscribedFromEmails = i%17 == 3
	g.attachments(&c, i)
	return g.blanks(c, i)
}

var sampleJobs = []string{"Founder", "Head of Support", "Engineer", "Account manager", "Teacher"}

func (g *generator) email(first, last string, i int) string {
	domain := g.pick([]string{"example.com", "example.org", "example.net"})
	if i%29 == 8 {
		domain = "acme.com"
	}
	local := strings.ToLower(first + "." + strings.ReplaceAll(last, "'", ""))
	return fmt.Sprintf("%s%d@%s", local, i, domain)
}

// attributes gives a user's plan and what goes with it. Trials spend little.
func (g *generator) attributes(i int) map[string]any {
	out := map[string]any{"job_title": g.pick(sampleJobs)}
	switch {
	case i%9 == 8:
		out["plan"], out["monthly_spend"] = "trial", g.below(62)
	case i%9 >= 5:
		out["plan"], out["monthly_spend"] = "pro", 49.5+float64(g.below(900))
		out["Plan Name"], out["seats"] = "Pro, yearly", 1+g.below(40)
		out["renewal_date"] = sampleTime + g.below(365)*sampleDay
	case i%9 >= 1:
		out["plan"], out["monthly_spend"] = "free", 0
	}
	if i%4 == 0 {
		out["churn_risk"] = g.below(101)
	}
	if i%25 == 0 {
		out["winback"] = true
	}
	return out
}

// attachments gives a user tags and companies.
func (g *generator) attachments(c *Contact, i int) {
	if i%5 < 3 {
		c.Companies = []string{companyKey(sampleCompanies[i%11])}
	}
	if i%31 == 0 {
		c.Companies = []string{"acme", "kestrel"}
	}
	if i%10 == 0 {
		c.Tags = append(c.Tags, "VIP")
	}
	if i%6 == 1 {
		c.Tags = append(c.Tags, "newsletter")
	}
	if i%13 == 4 {
		c.Tags = append(c.Tags, "beta", "onboarding")
	}
	if i%40 == 5 {
		c.Tags = append(c.Tags, "do not contact")
	}
}

// blanks takes away the name or email of some, and archives a few.
func (g *generator) blanks(c Contact, i int) Contact {
	if i%19 == 11 {
		c.Name = ""
	}
	if i%23 == 13 && c.ExternalID != "" {
		c.Email = ""
	}
	if i%37 == 30 {
		c.State = archived
	}
	if i%11 == 2 {
		c.Phone = fmt.Sprintf("+1555010%04d", i)
	}
	return c
}
