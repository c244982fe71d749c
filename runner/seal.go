package runner

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/flowrun-dev/flowrun/internal/files"
)

// seal gives a salt and the digest of a secret under it: enough to tell
// whether it is the same one, and nothing else.
func seal(salt string, secret []byte) string {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write(secret)
	return salt + ":" + hex.EncodeToString(mac.Sum(nil))
}

func newSalt() string { return rand.Text() }

func saltOf(sealed string) string {
	salt, _, _ := strings.Cut(sealed, ":")
	return salt
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
