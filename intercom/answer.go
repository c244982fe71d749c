package intercom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxBody is the most an answer may hold, after decompression.
const maxBody = 16 << 20

// readBody gives the whole body, or as much of it as came and an error.
func readBody(answer *http.Response) ([]byte, error) {
	var body bytes.Buffer
	if n := answer.ContentLength; n > 0 {
		body.Grow(int(min(n, 1<<20)) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(answer.Body, maxBody+1)); err != nil {
		return body.Bytes(), fmt.Errorf("cut off after %d bytes: %w", body.Len(), err)
	}
	if body.Len() > maxBody {
		return nil, fmt.Errorf("larger than %d MiB", maxBody>>20)
	}
	return body.Bytes(), nil
}

// checkAnswer checks the body of an answer that says done, and gives it, or nil
// when there is none: deleting a tag is answered by nothing at all.
func checkAnswer(header http.Header, body []byte) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, nil
	}
	if encoding := header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, fmt.Errorf("its encoding is %q", clip(encoding))
	}
	// An answer that does not name its type is JSON if it reads as such.
	if kind := header.Get("Content-Type"); kind != "" && !isJSONType(kind) {
		return nil, fmt.Errorf("its type is %q, not JSON", clip(kind))
	}
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	return body, nil
}

func isJSONType(kind string) bool {
	if kind == "application/json; charset=utf-8" { // nearly all are
		return true
	}
	name, _, err := mime.ParseMediaType(kind)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	return name == "application/json" || strings.HasSuffix(name, "+json")
}
