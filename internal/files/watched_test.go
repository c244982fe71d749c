package files

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWatchedFiles(t *testing.T) {
	const text = "one two three"
	tests := []struct {
		name   string
		change func(path string) error
		err    error
	}{
		{name: "nothing happens", change: func(string) error { return nil }},
		{name: "it grows", change: func(path string) error { return os.WriteFile(path, []byte(text+"!"), 0o600) }, err: ErrChanged},
		{name: "it is written over", change: func(path string) error {
			return errors.Join(os.WriteFile(path, []byte(strings.ToUpper(text)), 0o600), os.Chtimes(path, time.Time{}, time.Unix(1, 0)))
		}, err: ErrChanged},
		{name: "it is made empty", change: func(path string) error { return os.Truncate(path, 0) }, err: ErrChanged},
		{name: "another takes its place", change: func(path string) error {
			return errors.Join(os.WriteFile(path+".new", []byte("other"), 0o600), os.Rename(path+".new", path))
		}},
		{name: "it is removed", change: os.Remove},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			file, err := NewFolders(filepath.Dir(path)).Watch(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := io.ReadFull(file, make([]byte, 3)); err != nil {
				t.Fatal(err)
			}
			if err := tt.change(path); err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256([]byte(text))
			digest, err := file.Digest(func() error { return nil })
			if !errors.Is(err, tt.err) || !errors.Is(file.Steady(), tt.err) {
				t.Errorf("error = %v, want %v", err, tt.err)
			}
			if tt.err == nil && digest != hex.EncodeToString(sum[:]) {
				t.Errorf("digest = %s, want %x", digest, sum)
			}
		})
	}
}

func TestADigestIsGivenUpWhenItIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, 8<<20)); err != nil {
		t.Fatal(err)
	}
	file, err := NewFolders(filepath.Dir(path)).Watch(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	asked, enough := 0, errors.New("enough")
	_, err = file.Digest(func() error {
		if asked++; asked == 2 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || asked != 2 {
		t.Errorf("error = %v after %d questions", err, asked)
	}
}
