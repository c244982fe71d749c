package runner

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/flowrun-dev/flowrun/internal/journal"
	"github.com/flowrun-dev/flowrun/steps"
)

// deed is one write that a run made.
type deed struct {
	Addr    string `json:"addr"`
	Effect  string `json:"effect"`
	ID      string `json:"id,omitempty"` // of the record, as Intercom answered
	Version string `json:"version,omitempty"`
	Image   *image `json:"image,omitempty"` // nil where none was kept
	Open    string `json:"open,omitempty"`  // the class of a call of which nobody knows whether it was applied
	Met     bool   `json:"met,omitempty"`   // sent again, a create met what it had made itself, or what somebody else had
}

// deeds are the writes of a run in the order of their answers, in a file: there
// may be many.
type deeds struct {
	file   *os.File
	writer *bufio.Writer
	size   int64
	begins []int64
}

// openCall is a call that has no answer so far.
type openCall struct {
	images [][]byte // that its intents have, the first one first
	class  string
	lost   bool // an answer was: an earlier call may have been applied
}

// readDeeds reads the journal in dir, and keeps the chosen writes in a file.
func readDeeds(dir, name string, chosen func(addr string) bool) (*deeds, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	d := &deeds{file: file, writer: bufio.NewWriterSize(file, 64<<10)}
	if err := errors.Join(eachDeed(dir, chosen, d.add), d.writer.Flush()); err != nil {
		return nil, errors.Join(err, d.remove())
	}
	return d, nil
}

// eachDeed hands out the chosen writes of the run in dir, in the order of their
// answers, and those without an answer behind the others.
func eachDeed(dir string, chosen func(addr string) bool, visit func(deed) error) error {
	open := map[string]*openCall{}
	for record, err := range journal.Records(dir) {
		if err != nil {
			return err
		}
		switch {
		case record.Intent != nil && chosen(record.Intent.Address):
			if open[record.Intent.Address] == nil {
				open[record.Intent.Address] = &openCall{}
			}
			open[record.Intent.Address].add(record.Intent)
		case record.Resumed != nil:
			for _, call := range open {
				call.lost = true
			}
		case record.Answer != nil && open[record.Answer.Address] != nil:
			call := open[record.Answer.Address]
			if call.staysOpen(record.Answer) {
				call.lost = true
				continue
			}
			delete(open, record.Answer.Address)
			if err := call.answered(record.Answer, visit); err != nil {
				return err
			}
		}
	}
	for _, addr := range slices.Sorted(maps.Keys(open)) {
		image, err := open[addr].image("")
		each := deed{Addr: addr, Open: open[addr].class, Image: image}
		if image != nil {
			each.ID = image.ID
		}
		if err = cmp.Or(err, visit(each)); err != nil {
			return err
		}
	}
	return nil
}

func (c *openCall) add(i *journal.Intent) {
	c.class = i.Class
	if i.Before != nil {
		c.images = append(c.images, i.Before)
	}
}

// staysOpen reports whether it is still not known what became of a call. One
// that failed when it was sent again may have set fields the first time, unless
// a person has decided that it did not.
func (c *openCall) staysOpen(a *journal.Answer) bool {
	if a.Status == journal.Failed && c.lost && c.class == steps.Repeatable.String() && a.Code != codeNotApplied {
		found, err := c.image("")
		return err == nil && found != nil && found.ID != ""
	}
	return a.Status == journal.InDoubt
}

// answered takes in what became of a call. Of one that failed, nothing was
// applied.
func (c *openCall) answered(a *journal.Answer, visit func(deed) error) error {
	if a.Status != journal.Done {
		return nil
	}
	image, err := c.image(a.RemoteID)
	if err != nil {
		return err
	}
	each := deed{Addr: a.Address, Effect: a.Effect, ID: a.RemoteID, Version: a.Version, Image: image}
	if c.lost && c.class == steps.Repeatable.String() && len(c.images) > 0 && image.ID != "" {
		first, err := c.image("")
		each.Met = err == nil && first.ID == ""
	}
	return visit(each)
}

// image is what was there before the call that was applied; of a create that met
// a record, before the first one that found that record. A call that is sent
// again finds what it has made itself, so the first image counts. But a field
// that did not show what had been sent is as somebody else left it.
func (c *openCall) image(id string) (*image, error) {
	var found *image
	for _, text := range c.images {
		var b image
		if err := json.Unmarshal(text, &b); err != nil {
			return nil, err
		}
		switch {
		case found == nil, b.ID != "" && b.ID == id && found.ID != id:
			found = &b
		case b.ID == found.ID:
			found.later(b.Fields)
		}
	}
	return found, nil
}

// later takes in what a later call found in the same record.
func (b *image) later(fields []imageField) {
	for _, each := range fields {
		same := func(f imageField) bool { return f.Input == each.Input && f.Member == each.Member }
		if i := slices.IndexFunc(b.Fields, same); i >= 0 {
			b.Fields[i].From, b.Fields[i].Lost = each.From, each.Lost
		}
	}
}

func (d *deeds) add(each deed) error {
	text, err := json.Marshal(each)
	if err != nil {
		return err
	}
	d.begins = append(d.begins, d.size)
	n, err := d.writer.Write(append(text, '\n'))
	d.size += int64(n)
	return err
}

// backwards hands out the writes, the last one first.
func (d *deeds) backwards(visit func(deed) error) error {
	end := d.size
	var text []byte
	for _, begin := range slices.Backward(d.begins) {
		text = slices.Grow(text[:0], int(end-begin))[:end-begin]
		if _, err := d.file.ReadAt(text, begin); err != nil {
			return err
		}
		var each deed
		if err := json.Unmarshal(text, &each); err != nil {
			return err
		}
		if err := visit(each); err != nil {
			return err
		}
		end = begin
	}
	return nil
}

// remove removes the file.
func (d *deeds) remove() error { return errors.Join(d.file.Close(), os.Remove(d.file.Name())) }
