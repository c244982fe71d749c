package journal

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/crc32"

	"github.com/flowrun-dev/flowrun/internal/jsontext"
)

// A line is eight hex digits, the CRC-32C of the JSON; a space; a JSON object
// whose first name is "t", the kind of the line; and a newline.

// sumWidth is the length of the checksum and the space behind it.
const sumWidth = 9

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine adds the line of a stored record to dst. The error is about raw
// JSON in the record that is none.
func appendLine(dst []byte, kind string, stored any) ([]byte, error) {
	start := len(dst)
	dst = append(dst, `00000000 {"t":"`...)
	dst = append(append(dst, kind...), `"`...)
	body := len(dst)
	dst, err := appendStored(dst, stored)
	if err != nil {
		return dst[:start], err
	}
	dst[body] = ',' // the brace of the line is there already
	sum := checksum(dst[start+sumWidth:])
	copy(dst[start:], sum[:])
	return append(dst, '\n'), nil
}

// appendStored adds a stored record as an object of at least one member.
func appendStored(dst []byte, stored any) ([]byte, error) {
	switch s := stored.(type) {
	case storedIntent:
		return s.append(dst)
	case storedAnswer:
		return s.append(dst)
	case storedRow:
		return s.append(dst)
	}
	return jsontext.AppendValue(dst, stored)
}

// checksum is the CRC-32C of a text, in hex.
func checksum(text []byte) (sum [sumWidth - 1]byte) {
	var raw [4]byte
	binary.BigEndian.PutUint32(raw[:], crc32.Checksum(text, castagnoli))
	hex.Encode(sum[:], raw[:])
	return sum
}

// lineText gives the JSON of a line without its newline. It is false if the
// line is not whole.
func lineText(line []byte) ([]byte, bool) {
	if len(line) <= sumWidth || line[sumWidth-1] != ' ' {
		return nil, false
	}
	text := line[sumWidth:]
	return text, [sumWidth - 1]byte(line) == checksum(text)
}

// cutLine gives the first line of data without its newline, and its length
// with it. The length is 0 where no newline ends it.
func cutLine(data []byte) (line []byte, length int) {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		return data, 0
	}
	return data[:end], end + 1
}

// link adds a line to the hash of a segment. It is the hash of the checksums
// of all lines: they say which lines there are, and in which order, and are a
// small part of all the bytes.
func link(chain hash.Hash, line []byte) { chain.Write(line[:sumWidth-1]) }

func digest(chain hash.Hash) string { return hex.EncodeToString(chain.Sum(nil)) }
