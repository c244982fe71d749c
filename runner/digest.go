package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"github.com/flowrun-dev/flowrun/internal/files"
)

// digest is the SHA-256 of a text, in hex.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// fileDigest is the SHA-256 of a file in the folders, in hex.
func fileDigest(in files.Folders, path string) (string, error) {
	file, err := in.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
