package steps

import (
	"strings"

	"github.com/tidwall/gjson"
)

// sameEmail compares addresses: Intercom stores them without capitals, and an
// address that was cleared reads as "" or as null.
func sameEmail(record, sent gjson.Result) bool {
	return strings.EqualFold(strings.TrimSpace(record.String()), strings.TrimSpace(sent.String()))
}

// sameTrimmed compares texts that Intercom stores without the space around
// them.
func sameTrimmed(record, sent gjson.Result) bool {
	return record.Type == sent.Type && record.String() == strings.TrimSpace(sent.String())
}
