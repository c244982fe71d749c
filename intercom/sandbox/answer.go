package sandbox

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answer is what a request gets, before it is handed over.
type answer struct {
	status    int
	header    http.Header
	requestID string
	body      []byte
	effect    *Entry // what the request applied; nil for nothing
	damaged   *Fault // how handing over goes wrong; nil when it does not
}

func newAnswer(now time.Time, serial int) *answer {
	a := &answer{header: http.Header{}, requestID: requestID(now, serial)}
	h := a.header
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Date", now.UTC().Format(http.TimeFormat))
	h.Set("Intercom-Version", apiVersion)
	h.Set("X-Intercom-Version", "5d1e0b7c2a9f4e6830b1c7d2f5a8e94c6b3d7012") // a build, as Intercom sends it
	h.Set("X-Request-Id", a.requestID)
	h.Set("X-Runtime", "0.025000")
	return a
}

// requestID makes an id of twenty characters, as in recorded answers.
func requestID(now time.Time, serial int) string {
	var raw [12]byte
	binary.BigEndian.PutUint32(raw[:], uint32(now.Unix()))
	binary.BigEndian.PutUint64(raw[4:], uint64(serial))
	const digits = "0123456789abcdefghijklmnopqrstuv"
	return base32.NewEncoding(digits).WithPadding(base32.NoPadding).EncodeToString(raw[:])
}

// write fills in status and body.
func (a *answer) write(value any, err error) {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		a.refuse(refused)
	case err != nil && !errors.Is(err, errNotApplied):
		a.refuse(refuse(http.StatusInternalServerError, "server_error", "Server Error"))
	case value != nil:
		a.setBody(http.StatusOK, encode(value))
	default:
		a.setBody(http.StatusOK, nil)
	}
}

func (a *answer) refuse(r *refusal) {
	maps.Copy(a.header, r.header)
	a.setBody(r.status, encode(r.body(a.requestID)))
}

func (a *answer) setBody(status int, body []byte) {
	a.status, a.body = status, body
	a.header.Set("Status", fmt.Sprintf("%d %s", status, http.StatusText(status)))
	a.header.Set("Content-Length", strconv.Itoa(len(body)))
	if status != http.StatusOK {
		a.header.Set("Cache-Control", "no-cache")
		return
	}
	a.header.Set("Cache-Control", "max-age=0, private, must-revalidate")
	a.header.Set("ETag", fmt.Sprintf(`W/"%x-%x"`, len(body), crc32.ChecksumIEEE(body)))
}

func encode(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return []byte("null") // no answer holds a value that JSON cannot
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// ServeHTTP answers a request to Intercom's API, to its OAuth ([App]), or to
// the control endpoints below /_sandbox/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.control(w, r) || s.oauth(w, r) {
		return
	}
	a, err := s.exchange(r)
	if errors.Is(err, errReset) {
		reset(w)
	}
	if err != nil {
		panic(http.ErrAbortHandler) // net/http's way to close the connection; it logs nothing
	}
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	if !send(w, a.reader(r.Context())) {
		panic(http.ErrAbortHandler)
	}
	if a.damaged == nil {
		s.delivered(a.effect)
	}
}

// send writes a body piece by piece and tells whether all of it was written.
func send(w http.ResponseWriter, body io.Reader) bool {
	out := http.NewResponseController(w)
	buf := make([]byte, 32<<10)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return false
			}
			_ = out.Flush() // a writer that cannot flush needs none
		}
		if err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// reset closes the connection so that the client sees it reset, not ended.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
