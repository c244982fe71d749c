package steps

import "slices"

// catalogue has every action, in the order in which help lists them.
var catalogue = slices.Concat(contacts, searches, companies, tags, tickets, raw)

// All gives every action, grouped by resource.
func All() []*Action { return slices.Clone(catalogue) }

// Find gives the action called name, or nil.
func Find(name string) *Action {
	for _, a := range catalogue {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// Names gives the name of every action, in the order of [All].
func Names() []string {
	names := make([]string, len(catalogue))
	for i, a := range catalogue {
		names[i] = a.Name
	}
	return names
}
