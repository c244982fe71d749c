package runner

import (
	"errors"
	"strings"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/intercom/sandbox"
)

func TestAPanicInARowEndsTheRunAndTellsNoValue(t *testing.T) {
	b := newBench(t, sandbox.Sample(), "version: 1\nsteps: [{for_each: {in: [1, 2, 3, 4]}, steps: [{action: listTags}]}]\n")
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	once := true
	_, err = b.program.Apply(t.Context(), Options{Do: client, Dir: t.TempDir(), Concurrency: 2, On: func(e Event) {
		if e.Row != nil && once {
			once = false
			panic("canary of " + e.Row.Addr)
		}
	}})
	got, ok := errors.AsType[*PanicError](err)
	if !ok || got.Type != "string" || !strings.HasPrefix(got.Place, "panic_test.go:") || strings.Contains(err.Error(), "canary") {
		t.Errorf("error = %v", err)
	}
}
