package steps

const (
	readTags  = "Read tags"
	writeTags = "Write tags"
)

var tags = []*Action{
	{
		Name:       "createTag",
		Resource:   "tags",
		Doc:        "Creates a tag, or gives the one that has this name already; capitals make no difference.",
		Op:         "POST /tags",
		Permission: writeTags,
		Effect:     Create,
		Inputs:     []Field{tagName},
		Output:     tag,
		Goal:       Present,
		Current: &Call{
			Action: "listTags",
			Match:  map[string]string{"name": "{{ with.name }}"},
			Fold:   true,
		},
		Undo: &Call{Action: "deleteTag", With: map[string]string{"tag_id": "{{ data.id }}"}},
	},
	{
		Name:       "getTag",
		Resource:   "tags",
		Doc:        "Reads one tag by its id.",
		Op:         "GET /tags/{tag_id}",
		Permission: readTags,
		Inputs:     []Field{tagID},
		Output:     tag,
	},
	{
		Name:       "updateTag",
		Resource:   "tags",
		Doc:        "Gives a tag another name.",
		Op:         "POST /tags",
		Permission: writeTags,
		Effect:     Update,
		Inputs:     []Field{tagID.inBodyAs("id"), tagName},
		Output:     tag,
		Current:    &Call{Action: "getTag", With: map[string]string{"tag_id": "{{ with.tag_id }}"}},
		Unique: []Unique{
			{Input: "name", Find: &Call{Action: "listTags", Match: map[string]string{"name": "{{ with.name }}"}, Fold: true}},
		},
		Undo: &Call{Action: "updateTag", With: map[string]string{"tag_id": "{{ with.tag_id }}"}, Restore: true},
	},
	{
		Name:       "deleteTag",
		Resource:   "tags",
		Doc:        "Deletes a tag and takes it off everything that had it; Intercom refuses while a segment or a series uses it.",
		Op:         "DELETE /tags/{tag_id}",
		Permission: writeTags,
		Effect:     Delete,
		Inputs:     []Field{tagID},
		Output:     nothing,
		Goal:       Gone,
		Current:    &Call{Action: "getTag", With: map[string]string{"tag_id": "{{ with.tag_id }}"}},
		Undo:       &Call{Action: "createTag", With: map[string]string{"name": "{{ before.name }}"}},
		UndoNote:   "the tag comes back with another id, on contacts only, and when and by whom it was attached is lost",
		Holders: &Holders{
			List: &Call{Action: "searchContacts", With: map[string]string{
				"query": `{{ {"field": "tag_id", "operator": "=", "value": with.tag_id} }}`, "per_page": "{{ 150 }}",
			}},
			Link:  "attachTag",
			Other: []*Call{{Action: "listCompanies", With: map[string]string{"tag_id": "{{ with.tag_id }}"}}},
		},
	},
	{
		Name:       "listTags",
		Resource:   "tags",
		Doc:        "Lists every tag of the workspace, by name.",
		Op:         "GET /tags",
		Permission: readTags,
		Output:     listOf(tag),
		Rows:       "data",
		answer:     onlyRows,
	},
	{
		Name:       "attachTag",
		Resource:   "tags",
		Doc:        "Attaches a tag to a contact.",
		Op:         "POST /contacts/{contact_id}/tags",
		Permission: writeTags,
		Effect:     Update,
		Inputs:     []Field{contactID, tagID.inBodyAs("id")},
		Output:     tag,
		Goal:       Present,
		Current:    contactTag,
		Undo:       &Call{Action: "detachTag", With: sameLink("tag_id")},
	},
	{
		Name:       "detachTag",
		Resource:   "tags",
		Doc:        "Takes a tag off a contact.",
		Op:         "DELETE /contacts/{contact_id}/tags/{tag_id}",
		Permission: writeTags,
		Effect:     Update,
		Inputs:     []Field{contactID, tagID},
		Output:     tag,
		Goal:       Absent,
		Current:    contactTag,
		Undo:       &Call{Action: "attachTag", With: sameLink("tag_id")},
		UndoNote:   "when and by whom the tag was attached is lost",
	},
	{
		Name:       "listContactTags",
		Resource:   "tags",
		Doc:        "Lists the tags of a contact, in the order in which they were attached.",
		Op:         "GET /contacts/{contact_id}/tags",
		Permission: readTags,
		Inputs:     []Field{contactID},
		Output:     listOf(tag),
		Rows:       "data",
		answer:     onlyRows,
	},
}

var tagName = Field{Name: "name", Type: text, Required: true, Form: filled("the name of a tag"), Example: "vip", Doc: "name of the tag"}

var contactTag = &Call{
	Action: "listContactTags",
	With:   map[string]string{"contact_id": "{{ with.contact_id }}"},
	Match:  map[string]string{"id": "{{ with.tag_id }}"},
}
