package runner

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/flowrun-dev/flowrun/internal/files"
)

// digest is the SHA-256 of a text, in hex.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// fileDigest is the SHA-256 of a file in the folders, in hex. It asks goOn now
// and then, and ends with its error.
func fileDigest(in files.Folders, path string, goOn func() error) (string, error) {
	file, err := in.Watch(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	return file.Digest(goOn)
}

// always goes on.
func always() error { return nil }
