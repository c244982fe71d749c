package runner

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/flowrun-dev/flowrun/intercom"
)

// losing loses the answers to the first calls of a method.
type losing struct {
	to     intercom.Doer
	method string
	times  int
}

func (d *losing) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	resp, err := d.to.Do(ctx, req)
	if err == nil && req.Method == d.method && d.times > 0 {
		d.times--
		return intercom.Response{}, &intercom.UnknownError{Method: req.Method, Path: req.Path, Err: errors.New("lost")}
	}
	return resp, err
}

// TestDeletesOfWhatIsGone resumes a run that was stopped behind a delete: the
// record is gone, and so the delete is done.
func TestDeletesOfWhatIsGone(t *testing.T) {
	b := newBench(t, undoData(), `{version: 1, allow: [delete], steps: [{action: deleteTag, with: {tag_id: "71"}}]}`)
	client, err := intercom.New(intercom.Config{Token: "test", HTTPClient: b.server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "run")
	opt := Options{Do: &losing{client, http.MethodDelete, 1}, Dir: dir, RunID: "run-1"}
	if opt.Run, err = Begin(dir, b.program, opt, By{Version: "test"}); err != nil {
		t.Fatal(err)
	}
	r, err := b.program.Apply(t.Context(), opt)
	if err != nil || r.Counts.InDoubt != 1 {
		t.Fatalf("%+v, %v", r.Counts, err)
	}
	if err := opt.Run.Close(r); err != nil {
		t.Fatal(err)
	}
	if r := b.stretch(dir, 10); r.Counts.Done != 1 {
		t.Errorf("it ended with %+v: %v", r.Counts, r.Failures)
	}
}
