package secret

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Seal gives a salt and the digest of a secret under it: enough to tell whether it
// is the same one, and nothing else.
func Seal(salt string, secret []byte) string {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write(secret)
	return salt + ":" + hex.EncodeToString(mac.Sum(nil))
}

// NewSalt gives a salt that was never used before.
func NewSalt() string { return rand.Text() }

// SaltOf gives the salt of what [Seal] gave.
func SaltOf(sealed string) string {
	salt, _, _ := strings.Cut(sealed, ":")
	return salt
}
