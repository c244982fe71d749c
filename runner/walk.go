package runner

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/program"
	"github.com/flowrun-dev/flowrun/steps"
)

// walk is one pass over a program.
type walk struct {
	program  *Program
	opt      Options
	do       intercom.Doer
	planning bool
	spools   atomic.Int64
	calls    atomic.Int64

	reads      reads
	turns      turns
	overlay    overlay
	attributes attributes // of a plan
	pins       pins
	sent       ByEffect      // writes, those about to be sent included
	bill       *bill         // of a plan
	settling   chan struct{} // holds one: calls in doubt are looked for by one goroutine at a time
	clock      steps.Clock   // of Intercom, as its answers show it
	astray     astray
	stales     sync.Map // records that have moved since the plan that is applied

	mu        sync.Mutex // of the result and of telling events
	result    *Result
	found     findings        // of a plan
	told      map[string]bool // findings about the whole file
	unwritten error           // the first error of writing result files
}

// record changes the result.
func (w *walk) record(change func(*Result)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w.result)
}

// tellEvent tells an event; they come one at a time.
func (w *walk) tellEvent(e Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opt.On(e)
	if w.opt.Run != nil {
		w.unwritten = cmp.Or(w.unwritten, w.opt.Run.files.event(e))
	}
}

// keepFailed keeps a row that failed for people, in the form it came in. The
// error is the first one of writing the result files.
func (w *walk) keepFailed(s *program.Step, row *deferred, status Status) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unwritten = cmp.Or(w.unwritten, w.opt.Run.files.row(s, row.item, status, row.memory.once))
	return unkept(w.unwritten)
}

// kept gives the first error of writing what people and later runs need.
func (w *walk) kept() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return unkept(cmp.Or(w.unwritten, w.opt.Draft.failure()))
}

// Do counts the calls of the walk on their way to Intercom.
func (w *walk) Do(ctx context.Context, req intercom.Request) (intercom.Response, error) {
	w.calls.Add(1)
	resp, err := w.do.Do(ctx, req)
	if err == nil {
		w.clock.See(resp.Header)
	}
	w.astray.learn(w, err)
	return resp, err
}

func (p *Program) walk(ctx context.Context, opt Options, planning bool) (*Result, error) {
	began := time.Now()
	w := newWalk(p, opt, planning)
	var err error
	if w.sent, err = opt.Run.sentBefore(p); err != nil {
		return w.result, err
	}
	if err = opt.Run.goOn(); err != nil {
		return w.result, err
	}
	w.tellEvent(Event{Started: &Started{Plan: planning, RunID: opt.RunID, Workflow: p.Name(), File: p.File(), Undoes: p.Undoes(), Workspace: opt.Workspace}})
	err = cmp.Or(w.run(ctx), w.kept())
	w.result.broken = err != nil
	w.found.into(w.result)
	if w.bill != nil {
		w.result.Cost = w.bill.cost
	}
	w.result.Calls, w.result.Seconds = w.calls.Load(), time.Since(began).Seconds()
	return w.result, err
}

func newWalk(p *Program, opt Options, planning bool) *walk {
	if opt.StartedAt.IsZero() {
		opt.StartedAt = time.Now()
	}
	if opt.On == nil {
		opt.On = func(Event) {}
	}
	if opt.Run != nil {
		opt.Run.veil = opt.Inputs.Veil
	}
	if opt.Draft != nil {
		opt.Draft.veil = opt.Inputs.Veil
	}
	if opt.Run.planned() {
		opt.Run.plan.veil = opt.Inputs.Veil
		opt.Run.plan.loosen(p)
	}
	w := &walk{program: p, opt: opt, do: opt.Do, planning: planning, settling: make(chan struct{}, 1), told: map[string]bool{}, bill: newBill(opt, planning)}
	w.calls.Store(opt.Asked)
	w.result = &Result{
		Plan: planning, Estimate: planning && opt.Estimate, RunID: opt.RunID, Workflow: p.Name(), File: p.File(), Workspace: opt.Workspace,
		Steps: make([]StepResult, len(p.All)),
	}
	for i, s := range p.All {
		w.result.Steps[i] = resultOf(s)
	}
	if p.back != nil {
		w.result.Undoes, w.result.NotUndone = p.back.of, p.back.limits
	}
	return w
}

func resultOf(s *program.Step) StepResult {
	r := StepResult{Label: s.Label, Depth: s.Depth, Name: s.Title()}
	if s.Action != nil {
		r.Action = s.Action.Name
	}
	if s.Loop != nil {
		r.Loop, r.Rows = true, &Counts{}
	}
	return r
}

// run evaluates the vars, walks the steps and evaluates the outputs.
func (w *walk) run(ctx context.Context) error {
	scope, err := w.scope(ctx)
	if err != nil {
		w.failed(nil, &place{}, w.failure(&place{label: "vars"}, w.program.Source.Steps[0].Node, err))
		w.tell(w.program.Steps, &place{steps: eval.Object{}}, Pending)
		return nil
	}
	top := &place{scope: scope, steps: eval.Object{}}
	scope.Set("steps", top.steps)
	if err := w.pinFiles(ctx, scope); err != nil && !errors.Is(err, errStopped) { // the steps say that they were not reached
		return err
	}
	end, err := w.steps(ctx, w.program.Steps, top)
	if errors.Is(err, errStopped) {
		w.result.Interrupted = w.stopped(ctx) && !w.astray.stops.Load()
		return nil
	}
	if err != nil || end.stop {
		return err
	}
	return w.outputs(ctx, top)
}

// scope gives the names that every step sees.
func (w *walk) scope(ctx context.Context) (*eval.Scope, error) {
	scope := eval.NewScope()
	scope.Set("inputs", w.opt.Inputs.Values)
	scope.Set("run", eval.Object{
		"id":         w.opt.RunID,
		"started_at": w.opt.StartedAt.Unix(),
		"dry_run":    w.planning,
		"workflow":   w.program.Name(),
		"commit":     w.opt.Commit,
	})
	vars := eval.Object{}
	scope.Set("vars", vars)
	for _, v := range w.program.Vars {
		got, err := v.Eval(ctx, scope)
		if err != nil {
			return nil, err
		}
		if _, gone := got.(eval.Omit); !gone {
			vars[v.Name] = got
		}
	}
	return scope, nil
}

// ending is what became of a step or of several.
type ending struct {
	status   Status
	failure  *Failure // the first one
	stop     bool     // what follows is not to be run
	deferred bool     // the row is to be run again, from here on
	earlier  bool     // the failure is a doubt from an earlier stretch of the run
	stale    bool     // the record has moved since the plan; the row leaves it alone
}

// steps walks steps in order. It stops at the first failure of a step that
// does not go on after one; the rest is pending.
func (w *walk) steps(ctx context.Context, list []*program.Step, at *place) (ending, error) {
	var all ending
	for i, s := range list {
		end, err := w.step(ctx, s, at)
		err = cmp.Or(err, w.kept())
		all.status = worse(all.status, end.status)
		if end.failure != nil {
			all.earlier = end.earlier && (all.failure == nil || all.earlier)
		}
		all.failure = cmp.Or(all.failure, end.failure)
		if end.failure != nil {
			all.status = worse(all.status, Failed)
		}
		if end.deferred {
			return end, err
		}
		if err != nil || end.stop {
			if w.tell(list[i+1:], at, Pending) {
				all.status = InDoubt
				all.earlier = all.earlier || all.failure == nil
			}
			all.stop = true
			return all, err
		}
		if end.stale {
			w.tell(list[i+1:], at, Skipped)
			all.stale = true
			return all, nil
		}
	}
	return all, nil
}

// errStopped is how the walk comes to an end before the last step.
var errStopped = errors.New("stopped")

// stopped reports whether nothing new is to be begun.
func (w *walk) stopped(ctx context.Context) bool {
	select {
	case <-w.opt.Stop:
		return true
	default:
		return ctx.Err() != nil || w.astray.stops.Load()
	}
}

// tell counts steps that were not run, and those inside them. It reports whether
// one of them that was not reached is in doubt.
func (w *walk) tell(list []*program.Step, at *place, status Status) (doubt bool) {
	for _, s := range list {
		switch {
		case s.Action == nil && s.Loop == nil:
			doubt = w.tell(s.Steps, at, status) || doubt
		case status == Pending:
			doubt = w.countStanding(s, at) || doubt
		default:
			w.count(s, at, status)
		}
		if s.ID != "" {
			at.steps[s.ID] = eval.Object{"status": string(status), "error": nil}
		}
	}
	return doubt
}

// countStanding counts a step that is not reached.
func (w *walk) countStanding(s *program.Step, at *place) (doubt bool) {
	c, rows := w.standing(s, at.in(s))
	w.record(func(r *Result) {
		step := &r.Steps[s.Index]
		if rows {
			step.Rows.merge(c)
			step.Before += c.settled()
		} else {
			step.Counts.merge(c)
		}
		if at.outside() {
			r.Counts.merge(c)
		}
	})
	return c.InDoubt > 0
}

// count adds an instance of a step to the result.
func (w *walk) count(s *program.Step, at *place, status Status) {
	w.record(func(r *Result) {
		r.Steps[s.Index].Counts.add(status, 1)
		if at.outside() {
			r.Counts.add(status, 1)
		}
	})
}

// fail records a failure outside loops.
func (w *walk) fail(f *Failure) {
	w.record(func(r *Result) { r.Failures = append(r.Failures, f) })
}

func (w *walk) outputs(ctx context.Context, at *place) error {
	for _, out := range w.program.Outputs {
		v, err := out.Eval(ctx, at.scope)
		if err != nil {
			w.failed(nil, &place{}, w.failure(&place{label: "outputs." + out.Name}, out.Node, err))
			return nil
		}
		if _, gone := v.(eval.Omit); gone {
			continue
		}
		if u, unknown := eval.IsUnknown(v); unknown {
			w.result.Outputs = append(w.result.Outputs, Output{Name: out.Name, After: u.Origins})
			continue
		}
		text, err := eval.AppendJSON(nil, v)
		if err != nil {
			return err
		}
		w.result.Outputs = append(w.result.Outputs, Output{Name: out.Name, Value: text})
	}
	return nil
}
