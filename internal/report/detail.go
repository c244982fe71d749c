package report

// detail is how much of a summary is shown.
type detail struct {
	whole    int // writes of a step up to which each is shown with all its fields
	fields   int // of a step
	values   int // of a field
	samples  int // of a step
	findings int
	places   int // of a finding
	steps    int // zero for all
	outputs  int
}

// details are the ways to show a plan, the first that is short enough is taken.
func details(samples int) []detail {
	all := []detail{
		{whole: 20, fields: 20, values: 8, samples: samples, findings: 20, places: 5, outputs: 12},
		{whole: 6, fields: 12, values: 5, samples: samples, findings: 10, places: 3, outputs: 8},
		{whole: 3, fields: 8, values: 4, samples: samples, findings: 6, places: 2, outputs: 6},
		{whole: 1, fields: 5, values: 3, samples: min(samples, 3), findings: 5, places: 1, outputs: 4},
		{whole: 1, fields: 3, values: 2, samples: min(samples, 1), findings: 4, places: 1, outputs: 3},
		{fields: 2, values: 1, findings: 3, places: 1, outputs: 2},
		{fields: 1, values: 1, findings: 2, places: 1, outputs: 1},
		{findings: 2, outputs: 1},
	}
	last := all[len(all)-1]
	for _, last.steps = range []int{24, 16, 8} {
		all = append(all, last)
	}
	return all
}

// reportDetails are the ways to show a summary where there is more room than on
// a terminal.
func reportDetails(samples int) []detail {
	return []detail{
		{fields: maxFields, values: 20, samples: max(samples, 10), findings: maxFindings, places: maxPlaces, outputs: 50, steps: 500},
		{fields: 30, values: 10, samples: max(samples, 3), findings: 30, places: 3, outputs: 20, steps: 200},
		{fields: 15, values: 5, samples: 3, findings: 20, places: 2, outputs: 10, steps: 100},
		{fields: 8, values: 3, samples: 1, findings: 10, places: 1, outputs: 5, steps: 60},
		{fields: 3, values: 1, findings: 5, places: 1, outputs: 2, steps: 60},
		{findings: 3, places: 1, outputs: 1, steps: 30},
	}
}
