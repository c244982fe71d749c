package steps

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/tidwall/gjson"
)

// Data gives the data of a step from Intercom's answer, as JSON: the body as
// it came, or null where there was none. listTags and listContactTags give
// the tags without the list around them, and a lone company found by
// listCompanies comes in the list that the other answers have.
func (a *Action) Data(resp intercom.Response) []byte {
	switch {
	case len(resp.Body) == 0:
		return []byte("null")
	case a.answer != nil:
		return a.answer(resp.Body)
	}
	return resp.Body
}

// Lacks says what an answer that says done does not have, although the action
// gives it: the list that was asked for, or the id of the record. It is "" where
// there is nothing amiss. A gateway may drop a body, or put its own in place of
// it; taken for a record without fields, or for a list without rows, it would say
// what is not so. Of a record that is taken away nobody needs the answer.
func (a *Action) Lacks(resp intercom.Response) string {
	data := gjson.ParseBytes(a.Data(resp))
	rows := data.Get("data")
	_, isPage := a.Output.Field("data")
	_, named := a.Output.Field("id")
	switch {
	case a.Output.Kind == List && !data.IsArray(), isPage && !rows.IsArray() && rows.Raw != "null":
		return "a list"
	case named && a.Goal != Gone && a.Goal != Absent && data.Get("id").String() == "":
		return "the id of the record"
	}
	return ""
}

// Folded is a text that is the same for all that differ in capitals only, as
// [strings.EqualFold] has it.
func Folded(text string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, text)
}

// onlyRows gives the rows of a list without what stands around them.
func onlyRows(body []byte) []byte {
	if rows := gjson.GetBytes(body, "data"); rows.IsArray() {
		return []byte(rows.Raw)
	}
	return body
}

// companyList puts a lone company into a list. GET /companies answers with
// one when it is asked for a name or a company_id.
func companyList(body []byte) []byte {
	if gjson.GetBytes(body, "type").String() != "company" {
		return body
	}
	return fmt.Appendf(nil, `{"type":"list","data":[%s],"total_count":1,`+
		`"pages":{"type":"pages","next":null,"page":1,"per_page":1,"total_pages":1}}`, body)
}

// companiesAsData calls the rows "data". The description of
// GET /contacts/{contact_id}/companies calls them "companies", its own example
// "data".
func companiesAsData(body []byte) []byte {
	list := gjson.ParseBytes(body)
	if list.Get("data").Exists() || !list.Get("companies").IsArray() {
		return body
	}
	var o object
	list.ForEach(func(key, value gjson.Result) bool {
		name := key.Raw[1 : len(key.Raw)-1]
		if name == "companies" {
			name = "data"
		}
		o.add(name, value.Raw)
		return true
	})
	return o.bytes()
}
