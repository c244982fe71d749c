package program

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/eval"
	"github.com/flowrun-dev/flowrun/internal/secret"
)

// FrozenInput is an input as it is kept: its value or, of a secret, a digest
// that tells whether it is the same one.
type FrozenInput struct {
	Value  json.RawMessage `json:"value,omitempty"`
	Secret string          `json:"secret,omitempty"` // salt and digest
}

// Freeze gives the inputs as they are kept with a run or a plan, by their names.
func (p *Program) Freeze(inputs Inputs) (map[string]FrozenInput, error) {
	frozen := map[string]FrozenInput{}
	for _, in := range p.inputs {
		v, given := inputs.Values[in.name]
		if _, missing := v.(eval.Missing); !given || missing {
			continue
		}
		text, err := eval.AppendJSON(nil, v)
		if err != nil {
			return nil, err
		}
		frozen[in.name] = FrozenInput{Value: text}
		if in.source.Secret {
			frozen[in.name] = FrozenInput{Secret: secret.Seal(inputs.salts[in.name], text)}
		}
	}
	return frozen, nil
}

// Thaw gives inputs back that were frozen. Secrets come from given again, and
// must be the same.
func (p *Program) Thaw(frozen map[string]FrozenInput, given Given) (_ Inputs, err error) {
	out := newInputs()
	for _, in := range p.inputs {
		kept, ok := frozen[in.name]
		v := eval.Value(eval.Absent(notGiven(in.name)))
		switch {
		case ok && kept.Secret != "":
			v, err = in.secretAgain(p, kept.Secret, given)
		case ok:
			v, err = eval.Raw(kept.Value)
		}
		if err != nil {
			return Inputs{}, err
		}
		out.add(in, v, secret.SaltOf(kept.Secret))
	}
	return out, nil
}

// secretAgain settles a secret once more and holds it against what is kept.
func (in *input) secretAgain(p *Program, sealed string, given Given) (eval.Value, error) {
	texts, err := p.flagInputs(given.Flags)
	if err != nil {
		return nil, err
	}
	v, err := in.settle(texts, nil, given.Getenv)
	if err != nil {
		return nil, err
	}
	text, err := eval.AppendJSON(nil, v)
	if err == nil && secret.Seal(secret.SaltOf(sealed), text) != sealed {
		err = fmt.Errorf("input %s is not the one that the run began with", in.name)
	}
	return v, err
}

// SecretsOnly refuses a flag for an input that is fixed by what was begun.
func (p *Program) SecretsOnly(given Given, by string) error {
	for _, flag := range given.Flags {
		name, _, _ := strings.Cut(flag, "=")
		for _, in := range p.inputs {
			if in.name == name && !in.source.Secret {
				return fmt.Errorf("input %s cannot be given again: the %s goes on with what it began with", name, by)
			}
		}
	}
	return nil
}
