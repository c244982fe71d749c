// Package recovery holds the tests of one promise: nothing is lost, and nothing
// is done twice. It has no code of its own.
//
// Each test runs a workflow against the sandbox and lets something go wrong: the
// process is killed, an answer does not come, the disk is full. It takes the run
// up again until there is nothing left to do. Then a judge compares what the
// workspace has been through, by the sandbox's ledger, with what flowrun says
// about it, row by row. The judge finds a row by a marker that stood in the
// input and was sent, and shares no code with what reads journals: it must be
// able to disagree.
//
// Processes that are killed are real ones. The test binary starts itself again,
// as a child that begins a run or takes one up, and is killed at a moment of its
// traffic, such as when the fortieth effect was applied and not yet answered.
// What then has to wait for minutes, since a search that lags proves nothing
// before, is done in this process with a clock that costs no time: the sandbox
// needs no socket, and takes up the same workspace there.
//
// Disks that are full are real ones, too: file systems in memory of a few sizes,
// with the program's state directory on them. Where nobody may mount one, the
// tests run in a namespace of their own, or say why they do not.
//
// The tests have a short form, for every day, and a long one:
//
//	go test ./internal/recovery
//	RECOVERY=long go test -timeout 2h ./internal/recovery
//
// That they can fail is tested too. There is a list of mutants, small changes
// that break the promise, each with the test that must catch it:
//
//	RECOVERY=mutants go test -timeout 1h -run Mutants ./internal/recovery
package recovery
