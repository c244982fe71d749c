package intercom

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// BenchmarkDo is what a call costs beside its transport, which answers from
// memory with rate headers that never run out.
func BenchmarkDo(b *testing.B) {
	header := rated(200, 1<<30, 1<<30, 1e9*time.Second, 1e9*time.Second).Header
	plenty := func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody}, nil
	}
	for _, callers := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d callers at a time", callers), func(b *testing.B) {
			c, err := New(Config{Token: testToken, HTTPClient: &http.Client{Transport: fake(plenty)}})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.SetParallelism(callers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := c.Do(b.Context(), Request{Method: "GET", Path: "/me"}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
