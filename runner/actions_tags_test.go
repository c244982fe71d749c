package runner

import (
	"fmt"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// Cases of the actions on tags.

func noTag() *refused { return &refused{404, "not_found", "404 not_found: Resource Not Found"} }

// touched is the change of a contact's updated_at to now. Contacts are made a
// minute apart.
func touched(name string, number int) string {
	return fmt.Sprintf("contacts %s updated_at: %d -> 946684800", name, 1767225600+60*number)
}

func tagCases() []actionCase {
	return []actionCase{
		{
			action: "createTag", name: "a new one",
			with:    `name: new`,
			want:    `{"type":"tag","id":"4","name":"new"}`,
			wrote:   `POST /tags {"name":"new"}`,
			changes: []string{`+ tags 4 {"id":"4","name":"new"}`},
		},
		{action: "createTag", name: "one that is there is given, whatever its capitals", with: `name: VIP`, want: `{"type":"tag","id":"1","name":"vip"}`},
		{action: "createTag", name: "an empty name", with: `name: "{{ inputs.none }}"`, refused: &refused{0, "input", `name cannot be ""`}},
		{action: "createTag", name: "a name of blanks that only Intercom takes for such", with: `name: "\u00a0"`, refused: &refused{400, "parameter_invalid", "invalid tag parameters"}},
		{
			action: "updateTag", name: "another name",
			with:    `tag_id: 2, name: gamma`,
			want:    `{"type":"tag","id":"2","name":"gamma"}`,
			wrote:   `POST /tags {"id":"2","name":"gamma"}`,
			changes: []string{`tags 2 name: "beta" -> "gamma"`},
		},
		{
			action: "updateTag", name: "other capitals",
			with:    `tag_id: 2, name: Beta`,
			want:    `{"type":"tag","id":"2","name":"Beta"}`,
			wrote:   `POST /tags {"id":"2","name":"Beta"}`,
			changes: []string{`tags 2 name: "beta" -> "Beta"`},
		},
		{action: "updateTag", name: "the name of another tag", with: `tag_id: 2, name: vip`, refused: &refused{400, "parameter_invalid", "vip"}},
		{
			action: "updateTag", name: "the name of another tag, which Intercom may answer with",
			with: `tag_id: 2, name: vip`, switches: switches{TagRenameCollision: sandbox.TagRenameGivesOther},
			want: `{"type":"tag","id":"1","name":"vip"}`,
		},
		{action: "updateTag", name: "an unknown tag", with: `tag_id: 99, name: x`, refused: noTag()},
		{
			action: "deleteTag", name: "nothing is answered, and nothing has it any more",
			before: `{id: on, action: attachTag, with: {contact_id: $bob, tag_id: 2}}, {id: off, action: detachTag, with: {contact_id: $bob, tag_id: 2}}`,
			with:   `tag_id: 2`,
			want:   `null`,
			wrote: "POST /contacts/$bob/tags {\"id\":\"2\"}\nDELETE /contacts/$bob/tags/2\n" +
				`DELETE /tags/2`,
			changes: []string{touched("$bob", 1), `- tags 2`},
		},
		{
			action: "deleteTag", name: "one that a segment needs",
			with:    `tag_id: 1`,
			refused: &refused{400, "tag_has_dependent_objects", "Unable to delete Tag with dependent objects. Segments: Seg 1."},
		},
		{action: "deleteTag", name: "an unknown tag", with: `tag_id: 99`, refused: noTag()},
		{
			action: "listTags", name: "the tags themselves, by name",
			want: `[{"type":"tag","id":"3","name":"Alpha"},{"type":"tag","id":"2","name":"beta"},{"type":"tag","id":"1","name":"vip"}]`,
		},
		{action: "getTag", name: "by its id", with: `tag_id: 1`, want: `{"type":"tag","id":"1","name":"vip"}`},
		{action: "getTag", name: "an unknown tag", with: `tag_id: 99`, refused: noTag()},
	}
}

func contactTagCases() []actionCase {
	return []actionCase{
		{
			action: "attachTag", name: "the tag is answered, and the contact has changed",
			with:    `contact_id: $bob, tag_id: 2`,
			want:    `{"type":"tag","id":"2","name":"beta","applied_at":946684800,"applied_by":{"type":"admin","id":"1295"}}`,
			wrote:   `POST /contacts/$bob/tags {"id":"2"}`,
			changes: []string{`contacts $bob tags: none -> ["beta"]`, touched("$bob", 1)},
		},
		{action: "attachTag", name: "one that is attached stays so, and nothing is written", with: `contact_id: $ann, tag_id: 1`, want: `{"type":"tag","id":"1","name":"vip"}`},
		{
			action: "attachTag", name: "one that is attached, where Intercom minds",
			with: `contact_id: $ann, tag_id: 1`, switches: switches{ReattachRefused: true},
			refused: &refused{400, "parameter_invalid", "already"},
		},
		{action: "attachTag", name: "an unknown tag", with: `contact_id: $ann, tag_id: 99`, refused: noTag()},
		{action: "attachTag", name: "an unknown contact", with: `contact_id: $nobody, tag_id: 1`, refused: noContact()},
		{action: "attachTag", name: "an archived contact", with: `contact_id: $old, tag_id: 1`, refused: noContact()},
		{
			action: "detachTag", name: "the tag is answered, and the contact has changed",
			with:    `contact_id: $ann, tag_id: 1`,
			want:    `{"type":"tag","id":"1","name":"vip"}`,
			wrote:   `DELETE /contacts/$ann/tags/1`,
			changes: []string{`contacts $ann tags: ["vip"] -> none`, touched("$ann", 0)},
		},
		{action: "detachTag", name: "one that is not attached", with: `contact_id: $ann, tag_id: 2`, refused: noTag()},
		{
			action: "detachTag", name: "one that is not attached, where Intercom does not mind",
			with: `contact_id: $ann, tag_id: 2`, switches: switches{DetachAbsentOK: true},
			want: `{"type":"tag","id":"2","name":"beta"}`,
		},
		{action: "detachTag", name: "an unknown tag", with: `contact_id: $ann, tag_id: 99`, refused: noTag()},
		{action: "detachTag", name: "an unknown contact", with: `contact_id: $nobody, tag_id: 1`, refused: noContact()},
		{
			action: "listContactTags", name: "the tags themselves, in the order of attaching",
			before:  `{action: attachTag, with: {contact_id: $ann, tag_id: 3}}`,
			with:    `contact_id: $ann`,
			want:    `[{"type":"tag","id":"1","name":"vip"},{"type":"tag","id":"3","name":"Alpha"}]`,
			wrote:   `POST /contacts/$ann/tags {"id":"3"}`,
			changes: []string{`contacts $ann tags: ["vip"] -> ["vip","Alpha"]`, touched("$ann", 0)},
		},
		{action: "listContactTags", name: "none", with: `contact_id: $bob`, want: `[]`},
		{action: "listContactTags", name: "an archived contact", with: `contact_id: $old`, refused: noContact()},
	}
}
