package schema

// identifier is what ids and names in a workflow look like.
const identifier = "^[A-Za-z_][A-Za-z0-9_]*$"

// workflowFile is the schema of a whole file.
func workflowFile() object {
	head := obj(
		"$schema", "https://json-schema.org/draft/2020-12/schema",
		"title", "flowrun workflow",
		"description", "A workflow that flowrun plans and applies against Intercom.",
	)
	keys := mapping([]string{"version", "steps"},
		"version", obj("description", "Version of this format: 1.", "const", 1),
		"name", described(text, "Name of the workflow, for people."),
		"description", described(text, "What the workflow is for, for people."),
		"intercom", ref("intercom"),
		"inputs", obj("description", "Parameters of the workflow, by name.", "type", "object", "propertyNames", ref("id"), "additionalProperties", ref("input")),
		"vars", obj("description", "Values made once at the start, by name.", "type", "object", "propertyNames", ref("id")),
		"allow", obj("description", "Effects that steps may have: delete takes records away for good, send reaches customers.",
			"type", "array", "items", obj("enum", []string{"delete", "send"})),
		"guards", ref("guards"),
		"undo", obj("description", "Whether to record what was there before each write, so that the run can be taken back. true unless it says otherwise.", "type", "boolean"),
		"defaults", described(mapping(nil, settings()...), "Settings of every step that has none of its own."),
		"steps", ref("steps"),
		"outputs", obj("description", "Values to print as JSON at the end, by name.", "type", "object", "propertyNames", ref("id")),
	)
	return append(head, keys...).and("$defs", definitions())
}

// definitions are the parts that others refer to, those of the format first.
func definitions() object {
	return append(obj(
		"template", obj("description", "A template, such as {{ item.email }}.", "type", "string", "pattern", `\{\{`),
		"id", obj("description", "A name: letters, digits and underscores, no digit first.", "type", "string", "pattern", identifier),
		"condition", obj("description", "An expression that gives true or false, without braces.", "type", []string{"string", "boolean"}),
		"duration", obj("description", "A length of time: 500ms, 30s, 5m, 2h or 1d.", "type", "string", "pattern", `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^[0-9]{1,5}d$`),
		"count", obj("description", "A whole number.", "type", "integer", "minimum", 0),
		"intercom", intercomPart(),
		"input", inputPart(),
		"guards", guardsPart(),
		"retry", retryPart(),
		"until", untilPart(),
		"steps", obj("description", "Steps, run in order.", "type", "array", "minItems", 1, "items", ref("step")),
		"step", stepPart(),
		"loop", loopPart(),
	), actions()...)
}

func intercomPart() object {
	return described(mapping(nil,
		"region", obj("description", "Where the workspace is hosted.", "enum", []string{"us", "eu", "au"}),
		"workspace", described(text, "Id of the workspace, such as ecahpwf5. A token for another workspace writes nothing."),
		"version", obj("description", "Version of Intercom's API: 2.16.", "enum", []any{"2.16", 2.16}),
	), "The workspace that the workflow is for.")
}

func inputPart() object {
	noDefault := obj("properties", obj("default", false))
	return described(mapping(nil,
		"type", obj("description", "Type of the value. string unless it says otherwise; file is the path of a file.",
			"enum", []string{"string", "integer", "number", "boolean", "list", "object", "file"}),
		"default", obj("description", "Value if none is given."),
		"enum", obj("description", "The only values.", "type", "array"),
		"pattern", obj("description", "Regular expression that a string must match.", "type", "string"),
		"required", obj("description", "Whether a value must be given.", "type", "boolean"),
		"secret", obj("description", "Whether the value must never be shown or stored. Secrets have no default.", "type", "boolean"),
		"env", described(ref("id"), "Environment variable that the value may come from."),
		"description", described(text, "What the input is for, for people."),
	), "A parameter of the workflow.").and("allOf", []object{
		when("secret", true, noDefault),
		when("required", true, noDefault),
	})
}

func guardsPart() object {
	guard := func(what string) object { return described(ref("count"), "Most "+what+" that a run may do.") }
	return described(mapping(nil,
		"max_changes", guard("writes of any kind"),
		"max_creates", guard("creates"),
		"max_updates", guard("updates"),
		"max_archives", guard("archives"),
		"max_deletes", guard("deletes"),
		"max_sends", guard("writes that reach customers"),
		"max_change_percent", obj("description", "Most records that a loop may change, in percent of those it read; for loops of 10 and more.",
			"type", []string{"number", "string"}, "minimum", 0, "maximum", 100, "pattern", percent),
	), "Limits. A plan that exceeds one changes nothing.")
}

const percent = `^[0-9]+(\.[0-9]+)?%$`

// settings are the keys that steps and defaults share.
func settings() []any {
	return []any{
		"retry", ref("retry"),
		"timeout", described(ref("duration"), "Longest time for one attempt of a call."),
		"on_error", obj("description", "What follows a failure: stop (the default), or continue with the next step.", "enum", []string{"stop", "continue"}),
	}
}

func retryPart() object {
	return described(mapping(nil,
		"max_attempts", obj("description", "Attempts in all, the first one included.", "type", "integer", "minimum", 1, "maximum", 100),
		"backoff", obj("description", "How the pauses grow.", "enum", []string{"exponential", "linear", "constant"}),
		"min_interval", described(ref("duration"), "Shortest pause between attempts."),
		"max_interval", described(ref("duration"), "Longest pause between attempts."),
	), "How often and how fast a call that failed is made again. What must not be sent twice never is.")
}

func untilPart() object {
	return described(mapping([]string{"condition"},
		"condition", described(ref("condition"), "Expression that ends the repetition."),
		"interval", described(ref("duration"), "Pause between two reads."),
		"timeout", described(ref("duration"), "Longest time to go on."),
	), "Repeats a read until a condition holds, as searches lag behind writes.")
}

func stepPart() object {
	return described(mapping(nil, append([]any{
		"id", described(ref("id"), "Name by which other steps refer to this one."),
		"name", described(text, "Name of the step, for people."),
		"description", described(text, "What the step is for, for people."),
		"if", described(ref("condition"), "Expression; if it is false the step is skipped."),
		"for_each", obj("description", "Runs the step for each item of a list, a file, or the records of a list or search.",
			"anyOf", []object{ref("template"), obj("type", "array"), ref("loop")}),
		"action", actionNames(everyAction),
		"with", obj("description", "Inputs of the action.", "type", "object"),
		"steps", described(ref("steps"), "Steps of a group, instead of an action."),
		"until", ref("until"),
		"assert", obj("description", "Conditions that must hold after the step.",
			"anyOf", []object{ref("condition"), obj("type", "array", "items", ref("condition"))}),
		"undo", obj("description", "Whether to record what was there before the write.", "type", "boolean"),
	}, settings()...)...), "A step: one action, or a group of steps.").and(
		"oneOf", []object{required("action"), required("steps")},
		"dependentRequired", obj("with", []string{"action"}, "until", []string{"action"}),
		"allOf", inputsOf(everyAction),
	)
}

func loopPart() object {
	return described(mapping(nil,
		"in", obj("description", "A list, or a template that gives one.", "anyOf", []object{ref("template"), obj("type", "array")}),
		"file", described(text, "Path of a CSV, NDJSON or JSON file, from the folder of the workflow; a row is an item."),
		"format", obj("description", "Format of the file, if its name does not tell.", "enum", []string{"csv", "ndjson", "json"}),
		"types", obj("description", "Types of CSV columns, by name; other columns hold strings.", "type", "object",
			"additionalProperties", obj("enum", []string{"string", "integer", "number", "boolean"})),
		"action", actionNames(lists),
		"with", obj("description", "Inputs of the action. A loop reads every page.", "type", "object", "properties", obj("all", false, "limit", false)),
		"as", described(ref("id"), "Name of the item in expressions; item unless it says otherwise."),
		"key", obj("description", "Expression that gives what tells items apart: a string or an integer.", "type", []string{"string", "number"}),
		"where", described(ref("condition"), "Expression; items for which it is false are left out."),
		"limit", obj("description", "Most items to take, after where.", "anyOf", []object{ref("count"), ref("template")}),
		"concurrency", obj("description", "Items at work side by side; 10 unless it says otherwise.", "type", "integer", "minimum", 1, "maximum", 128),
		"max_failures", obj("description", "Items that may fail before the loop stops, as a number or in percent; 0 unless it says otherwise.",
			"type", []string{"integer", "string"}, "minimum", 0, "pattern", percent),
	), "Where the items of a loop come from, and how they are worked through.").and(
		"oneOf", []object{required("in"), required("file"), required("action")},
		"dependentRequired", obj("with", []string{"action"}, "format", []string{"file"}, "types", []string{"file"}),
		"allOf", inputsOf(lists),
	)
}

// text is a text that may also be written as an unquoted number or word.
var text = obj("type", []string{"string", "number", "boolean"})

// mapping is an object with these keys and no others, apart from x-... ones.
func mapping(mandatory []string, keys ...any) object {
	o := obj("type", "object")
	if len(mandatory) > 0 {
		o = o.and("required", mandatory)
	}
	return o.and("properties", obj(keys...), "patternProperties", obj("^x-", true), "additionalProperties", false)
}

func described(o object, description string) object {
	return append(obj("description", description), o...)
}

func ref(name string) object { return obj("$ref", "#/$defs/"+name) }

func required(name string) object { return obj("required", []string{name}) }

// when applies then where a key has a value.
func when(key string, value any, then object) object {
	return obj("if", obj("properties", obj(key, obj("const", value)), "required", []string{key}), "then", then)
}
