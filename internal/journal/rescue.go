package journal

import (
	"io"
	"os"
)

// rescue takes the records that the journal can no longer hold: to a file in
// another place and to a writer, as JSON lines, since one of the two may work.
type rescue struct {
	dir string
	to  io.Writer
	run string

	file *os.File
}

// begin makes the file and gives its name, or "" if it cannot.
func (r *rescue) begin() string {
	file, err := os.CreateTemp(r.dir, "flowrun-rescue-"+fileName(r.run)+"-*.ndjson")
	if err != nil {
		return ""
	}
	r.file = file
	return file.Name()
}

// fileName is a run id without what cannot be in the name of a file.
func fileName(run string) string {
	clean := []byte(run)
	for i, b := range clean {
		if !('a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '-') {
			clean[i] = '_'
		}
	}
	return string(clean[:min(len(clean), 40)])
}

// add takes lines of the journal. There is nowhere left to report an error to:
// the caller already has the one that made the rescue necessary.
func (r *rescue) add(lines []byte) {
	var out []byte
	for {
		line, length := cutLine(lines)
		if length == 0 {
			break
		}
		lines = lines[length:]
		if text, ok := lineText(line); ok {
			out = append(append(out, text...), '\n')
		}
	}
	if len(out) == 0 {
		return
	}
	if r.file != nil {
		_, _ = r.file.Write(out)
		_ = r.file.Sync()
	}
	if r.to != nil {
		_, _ = r.to.Write(out)
	}
}

func (r *rescue) end() {
	if r.file != nil {
		_ = r.file.Close()
	}
}
