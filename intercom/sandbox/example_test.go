package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

// The first write is applied, but its answer is lost; the second finds that
// nothing is left to do, as the ledger shows.
func Example() {
	server := sandbox.New(sandbox.Options{Data: &sandbox.Data{
		Contacts: []sandbox.Contact{{ID: "65000000000000000000000a", Email: "ann@example.com"}},
	}})
	server.Fail(sandbox.Fault{Kind: sandbox.FaultLost, Method: "PUT", Count: 1})

	for range 2 {
		req, err := http.NewRequest("PUT", "https://api.intercom.io/contacts/65000000000000000000000a", strings.NewReader(`{"name":"Ann"}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		req.Header.Set("Authorization", "Bearer anything")
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Content-Type", "application/json")
		res, err := server.Client().Do(req)
		if err != nil {
			fmt.Println(err)
			continue
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		fmt.Println(res.Status)
	}
	for _, e := range server.Ledger() {
		fmt.Printf("%d %s %s delivered: %t\n", e.Seq, e.Operation, e.Body, e.Delivered)
	}
	// Output:
	// Put "https://api.intercom.io/contacts/65000000000000000000000a": unexpected EOF
	// 200 OK
	// 1 PUT /contacts/{contact_id} {"name":"Ann"} delivered: false
}
