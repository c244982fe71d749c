package journal

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stateText is a state as a person would read it, to be compared.
func stateText(t *testing.T, s *State) []byte {
	t.Helper()
	instances, err := s.Instances()
	if err != nil {
		t.Fatal(err)
	}
	loops, err := s.Loops()
	if err != nil {
		t.Fatal(err)
	}
	type rows struct {
		Loop  Loop
		Ended map[Status][][2]int64
	}
	all := struct {
		Header    Header
		Resumed   []Resumed
		Notes     []Note
		End       *End
		Cut       *TornTail
		Instances []Instance
		Loops     []rows
	}{s.Header, s.Resumed, s.Notes, s.End, s.Cut, instances, nil}
	for _, l := range loops {
		all.Loops = append(all.Loops, rows{l, l.Rows.ranges()})
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "\t")
	if err := encoder.Encode(all); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A journal of every format that was ever released stays in testdata, as it
// was written then: it has sealed segments, a resumed run and a torn tail.
// These files are never written again.
func TestJournalsOfEveryFormatAreRead(t *testing.T) {
	dirs, err := filepath.Glob("testdata/v*")
	if err != nil || len(dirs) != formatVersion {
		t.Fatalf("%v, %v", dirs, err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			s, err := Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(dir, "state.json"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(stateText(t, s))); diff != "" {
				t.Errorf("the state differs (-want +got):\n%s", diff)
			}
			copied := filepath.Join(t.TempDir(), "run")
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			j, resumed, err := Resume(copied, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := j.Close(&End{Status: "done"}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(stateText(t, resumed))); diff != "" {
				t.Errorf("resumed, the state differs (-want +got):\n%s", diff)
			}
		})
	}
}
