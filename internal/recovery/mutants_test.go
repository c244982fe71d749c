package recovery_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutant is a small change of the program that breaks the promise, and the test
// that must fail with it.
type mutant struct {
	name   string
	test   string      // in this package, or in another one: ./internal/journal TestATornTailIsCut
	file   string      // in the repository
	change [][2]string // texts that the file has once, and what is put in their place
}

var mutants = []mutant{
	{"M1 no intents, answers only", "TestKilledAnywhere/a_lead", "runner/recorder.go", [][2]string{{
		"if r == nil || intercom.IsRead(req.Method, req.Path) {",
		"if true {",
	}}},
	{"M2 a miss counts before the index has caught up", "TestIndexLag$", "steps/settle.go", [][2]string{{
		"case asked.Before(ready):",
		"case false && asked.Before(ready):",
	}}},
	{"M3 the intent is written behind the call", "TestKilledAnywhere/a_lead", "runner/call.go", [][2]string{{
		"\tif err := w.opt.Run.intent(ctx, s, at, given, req); err != nil {", "\tresp, err := w.Do(ctx, req)\n\tif err := w.opt.Run.intent(ctx, s, at, given, req); err != nil {",
	}, {
		"\treq.Sending = w.opt.Run.reminder(s, at, given, req)\n\tresp, err := w.Do(ctx, req)\n", "",
	}}},
	{"M4 what is said to be durable is not", "./internal/journal TestNothingDurableIsLostWithThePower", "internal/journal/segment.go", [][2]string{{
		"if err := s.file.Sync(); err != nil {",
		"if err := error(nil); err != nil {",
	}}},
	{"M5 nor is a new file in its folder", "./internal/journal TestNothingDurableIsLostWithThePower", "internal/journal/segment.go", [][2]string{{
		"if err := fs.SyncDir(dir); err != nil {",
		"if err := error(nil); err != nil {",
	}}},
	{"M6 whatever failed is sent again", "TestFaults/a_lead", "intercom/retry.go", [][2]string{{
		"return c.repeat",
		"return true",
	}}},
	{"M7 done, and not to be read, counts as failed", "TestFaults/a_lead", "runner/call.go", [][2]string{{
		"case errors.As(err, &unknown) && !intercom.IsRead(",
		"case errors.As(err, &unknown) && !unknown.Applied && !intercom.IsRead(",
	}}},
	{"M8 redirects are followed", "TestRedirects/an_update", "intercom/attempt.go", [][2]string{{
		"c.transport.RoundTrip(req)",
		"(&http.Client{Transport: c.transport}).Do(req)",
	}}},
	{"M9 a key lets the transport send a call twice", "TestConnectionsThatDie/a_lead", "intercom/attempt.go", [][2]string{{
		"c.transport.RoundTrip(req)",
		`c.transport.RoundTrip(func() *http.Request { req = req.Clone(req.Context()); req.Header.Set("Idempotency-Key", "1"); return req }())`,
	}, {
		"wire.watch(ctx, !call.repeat, cancel)",
		"wire.watch(ctx, false, cancel)",
	}}},
	{"M10 lines are added behind a torn one", "./internal/journal TestATornTailIsCut", "internal/journal/journal.go", [][2]string{{
		"if err := file.Truncate(int64(len(r.last.data))); err != nil {",
		"if err := error(nil); err != nil {",
	}}},
	{"M11 the number of a row is its identity", "TestInputChanged", "runner/items.go", [][2]string{{
		"if known.List != nil {",
		"if false {",
	}}},
	{"M12 a file is the lock", "TestTheRunIsFreeBehindAKill", "internal/journal/lock.go", [][2]string{{
		"switch held, err := lock.TryLock(); {",
		"_, none := os.Stat(name)\n\tswitch held, err := none != nil, error(nil); {",
	}}},
	{"M13 the end of a window is by this computer's clock", "./intercom TestWindowsAreUsedUpAndNotOverrun", "intercom/clock.go", [][2]string{{
		"func (c *clock) ahead() time.Duration {",
		"func (c *clock) ahead() time.Duration {\n\treturn time.Duration(946684800) * time.Second // as in a bubble with a false clock",
	}}},
	{"M14 a 429 counts as an attempt", "TestStorms", "intercom/retry.go", [][2]string{{
		"throttled++\n",
		"throttled++\n\t\t\tif try++; try > call.retry.MaxAttempts {\n\t\t\t\treturn Response{}, got.err\n\t\t\t}\n",
	}}},
	{"M15 all attempts share the time of one", "./intercom TestDoWaits", "intercom/retry.go", [][2]string{{
		"var earlier *UnknownError\n\tvar pause",
		"ctx, end := context.WithTimeout(ctx, time.Minute)\n\tdefer end()\n\tvar earlier *UnknownError\n\tvar pause",
	}}},

	{"the time of an intent is that of a call that waited", "TestACallThatWaitedLong", "runner/recorder.go", [][2]string{{
		"if time.Since(recorded) < late {",
		"if time.Since(recorded) < late+time.Hour {",
	}}},
	{"a row that waits for a look is pending", "TestRowsThatWaitStayInDoubt", "runner/doubt.go", [][2]string{{
		"if d == nil || row.ended {",
		"if true {",
	}}},
	{"what a create had met and changed was so already", "./runner TestAnUpdateOfAFoundContactIsSentAgain", "runner/image.go", [][2]string{{
		"t.same = !ours", "t.same = ours || true",
	}}},
	{"a row that is put off forgets that its write went out", "./runner TestAWriteThatIsSentAgainIsTheRunsOwn", "runner/step.go", [][2]string{{
		"if out.open != nil {",
		"if false {",
	}}},
	{"a write that does not go out again was not applied before", "./runner TestARowThatWasPutOffStaysInDoubt", "runner/again.go", [][2]string{{
		"case open != nil && out.failure != nil && isUnsent(",
		"case false && isUnsent(",
	}}},
	{"an answer without a record is one without fields", "./runner TestAnswersThatLackWhatTheyShouldHave", "steps/answer.go", [][2]string{{
		"named && a.Goal != Gone",
		"false && named && a.Goal != Gone",
	}}},
	{"what a row itself has changed has moved since the plan", "./runner TestARowThatWasPutOffHasNotMoved", "runner/memory.go", [][2]string{{
		"len(m.ended) > 0 || m.doubt != nil)",
		"len(m.ended) > 0)",
	}}},
	{"what a stretch does not reach is pending", "./runner TestWhatAStretchDoesNotReachStandsAsItDid", "runner/standing.go", [][2]string{{
		"if s == Failed {",
		"if true {",
	}}},
	{"a link that is refused when it is sent again was not made", "./runner TestALinkThatIsRefusedWhenItIsSentAgain", "runner/call.go", [][2]string{{
		" && !isLink(s.Action):",
		":",
	}}},
	{"nor was one without a look before", "./runner TestALinkThatIsRefusedWithoutALookBefore", "runner/weigh.go", [][2]string{{
		" && open == nil {",
		" && !open.isOld() {",
	}}},
	{"an old doubt holds up the other rows", "TestADoubtHoldsUpNoOtherRow", "runner/tally.go", [][2]string{{
		"t.counts.InDoubt-t.earlier > t.most",
		"t.counts.InDoubt > t.most",
	}}},
	{"an old update is repeated over a later edit", "TestALaterEditIsNotOverwritten", "runner/overtaken.go", [][2]string{{
		"} else if fields && open.isOld() {",
		"} else if false {",
	}}},
	{"an update is repeated over what the run has written since", "./runner TestALaterWriteOfTheRunIsNotOverwritten", "runner/since.go", [][2]string{{
		"return wrote && !at.Before(sent)",
		"return wrote && at.IsZero()",
	}}},
	{"what a plan makes is there when the search shows it", "./runner TestAPlanMeetsTheContactThatItMakes", "runner/current.go", [][2]string{{
		`line.Seen.Made == ""`,
		"true",
	}}},
	{"guards begin at zero in a run that is resumed", "./runner TestGuardsGoOnWithARun", "runner/breach.go", [][2]string{{
		"return sent, nil",
		"return ByEffect{}, nil",
	}}},
	{"a call that waited when the run was stopped is in doubt", "./runner TestACallThatDidNotGoOutIsNotInDoubt", "runner/step.go", [][2]string{{
		"cmp.Or(w.opt.Run.unsent(s, at, out.effect), errStopped)",
		"errStopped",
	}}},
	{"a row is settled that the results do not tell of", "TestSmallDisks", "runner/walk.go", [][2]string{{
		"return unkept(w.unwritten)",
		"return nil",
	}}},
	{"a run that a full disk ended is done", "TestStepsOnAFullDisk", "runner/run.go", [][2]string{{
		"result.broken = result.broken || unwritten != nil",
		"",
	}}},
}

// TestMutantsFitTheSource sees that each mutant still changes what is there, so
// that the list can be trusted on the day when it is run.
func TestMutantsFitTheSource(t *testing.T) {
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) { m.overlay(t) })
	}
}

// TestMutants builds the program with each mutant and sees its test fail. The
// changes are laid over the source; no file of it is touched.
func TestMutants(t *testing.T) {
	if os.Getenv("RECOVERY") != "mutants" {
		t.Skip("takes some minutes; RECOVERY=mutants runs it")
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			folder, test, elsewhere := strings.Cut(m.test, " ")
			if !elsewhere {
				folder, test = "./internal/recovery", m.test
			}
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=2m", "-overlay", m.overlay(t), "-run", test, folder)
			cmd.Dir = filepath.Join("..", "..")
			cmd.Env = append(os.Environ(), "RECOVERY=")
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL") {
				t.Errorf("%s does not fail (%v):\n%s", m.test, err, out)
			}
		})
	}
}

// overlay writes the file that tells the go command what to build instead.
func (m mutant) overlay(t *testing.T) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", m.file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(source)
	for _, c := range m.change {
		if n := strings.Count(text, c[0]); n != 1 {
			t.Fatalf("%s has %q %d times, want once", m.file, c[0], n)
		}
		text = strings.Replace(text, c[0], c[1], 1)
	}
	dir := t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	writeFile(t, changed, text)
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: changed}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, overlay, string(list))
	return overlay
}
