package sandbox_test

import (
	"fmt"
	"net/http"
	"io"
	"strings"
	"encoding/json"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestZZPerf(t *testing.T) {
	start := time.Now()
	s := sandbox.New(sandbox.Options{Data: many(30_000), Limit: 1 << 40})
	t.Log("new", time.Since(start))
	start = time.Now()
	d := s.Snapshot()
	t.Log("snapshot", time.Since(start))
	c := s.Client()
	do := func(method, path, body string) []byte {
		req, _ := http.NewRequest(method, "https://x"+path, strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer x")
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Content-Type", "application/json")
		res, err := c.Do(req)
		if err != nil { t.Fatal(err) }
		b, _ := io.ReadAll(res.Body)
		return b
	}
	start = time.Now()
	for i := range 20000 {
		do("PUT", "/contacts/"+d.Contacts[i].ID, fmt.Sprintf(`{"name":"x%d"}`, i))
	}
	t.Log("20000 put", time.Since(start))
	start = time.Now()
	for i := range 20000 {
		do("POST", "/contacts", fmt.Sprintf(`{"external_id":"x%d"}`, i))
	}
	t.Log("20000 post", time.Since(start))
	for _, q := range []string{`{"field":"role","operator":"=","value":"user"}`} {
		start = time.Now()
		cursor, n := "", 0
		for {
			var a struct{ Data []json.RawMessage; Pages struct{ Next *struct{ StartingAfter string `json:"starting_after"` } } }
			b := do("POST", "/contacts/search", `{"query":`+q+`,"sort":{"field":"name","order":"ascending"},"pagination":{"per_page":150,"starting_after":"`+cursor+`"}}`)
			if err := json.Unmarshal(b, &a); err != nil { t.Fatal(err) }
			n += len(a.Data)
			if a.Pages.Next == nil { break }
			cursor = a.Pages.Next.StartingAfter
		}
		t.Log("search walk", n, time.Since(start))
	}
}
