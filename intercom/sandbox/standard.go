package sandbox

// emptyData is a workspace without contacts; newState adds the standard parts.
func emptyData() *Data { return &Data{} }

// standardAttributes are the custom attributes of a workspace that does not say
// which it has. There is one of each type, and one that is no plain name.
func standardAttributes() []DataAttribute {
	return []DataAttribute{
		{Model: "contact", Name: "plan", Description: "What the contact pays for", Options: []string{"trial", "pro", "free"}},
		{Model: "contact", Name: "monthly_spend", DataType: "float", Description: "US dollars a month"},
		{Model: "contact", Name: "winback", DataType: "boolean"},
		{Model: "contact", Name: "job_title"},
		{Model: "contact", Name: "Plan Name"},
		{Model: "contact", Name: "churn_risk", DataType: "integer", Description: "From 0 to 100"},
		{Model: "contact", Name: "seats", DataType: "integer"},
		{Model: "contact", Name: "renewal_date", DataType: "date"},
		{Model: "company", Name: "tier", Options: []string{"gold", "silver", "bronze"}},
		{Model: "company", Name: "arr", DataType: "float"},
		{Model: "company", Name: "strategic", DataType: "boolean"},
		{Model: "company", Name: "onboarded_on", DataType: "date"},
	}
}

func standardTicketStates() []TicketState {
	return []TicketState{
		{Category: "submitted", InternalLabel: "Submitted", ExternalLabel: "Submitted"},
		{Category: "in_progress", InternalLabel: "In progress", ExternalLabel: "In progress"},
		{Category: "waiting_on_customer", InternalLabel: "Waiting on customer", ExternalLabel: "Waiting on you"},
		{Category: "resolved", InternalLabel: "Resolved", ExternalLabel: "Resolved"},
	}
}

func standardTicketTypes() []TicketType {
	return []TicketType{
		{
			Name: "Bug report", Description: "Something does not work", Icon: "\U0001F41E", Category: "Customer",
			Attributes: []TicketAttribute{
				{Name: "priority", DataType: "list", Options: []TicketOption{{Label: "low"}, {Label: "high"}}},
				{Name: "affected_users", DataType: "integer"},
				{Name: "reference", Description: "Number in our own system"},
			},
		},
		{
			Name: "Refund", Description: "Money back", Icon: "\U0001F4B6", Category: "Back-office",
			Attributes: []TicketAttribute{
				{Name: "amount", DataType: "decimal", Required: true},
				{Name: "approved", DataType: "boolean"},
			},
		},
	}
}
