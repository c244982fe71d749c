package intercom

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
)

// TestSending lets a caller know of each attempt, and keep one from going out.
func TestSending(t *testing.T) {
	stop := errors.New("the journal is full")
	tests := []struct {
		name    string
		answers []fake
		refuses int // the attempt that the caller does not want, from 1; 0 for none
		told    int
		sent    int
		want    string
	}{
		{"each attempt is told", []fake{says(429, ``), says(503, `{}`), says(200, `{}`)}, 0, 3, 3, "done"},
		{"what is not wanted does not go out", []fake{says(200, `{}`)}, 1, 1, 0, "not sent"},
		{"what went out before stays unknown", []fake{says(503, `{}`), says(200, `{}`)}, 2, 2, 1, "unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent, told := 0, 0
				answers := inTurn(tt.answers...)
				c := newFake(t, func(req *http.Request) (*http.Response, error) {
					sent++
					return answers(req)
				})
				_, err := c.Do(t.Context(), Request{Method: "PUT", Path: "/contacts/1", Repeat: true, Sending: func(context.Context) error {
					if told++; told == tt.refuses {
						return stop
					}
					return nil
				}})
				if got := outcome(err); got != tt.want || sent != tt.sent || told != tt.told {
					t.Errorf("it ended as %s behind %d attempts of which %d were told, want %s, %d and %d", got, sent, told, tt.want, tt.sent, tt.told)
				}
				if tt.refuses == 1 && !errors.Is(err, stop) {
					t.Errorf("the error is %v, and does not wrap the caller's", err)
				}
			})
		})
	}
}
