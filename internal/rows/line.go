package rows

import "io"

// lineCounter tells the line of a byte that was read through it lately.
type lineCounter struct {
	r      io.Reader
	breaks []int64 // offsets of line breaks behind the last one asked for
	line   int
	read   int64
}

func (c *lineCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.breaks = append(c.breaks, c.read+int64(i))
		}
	}
	c.read += int64(n)
	return n, err
}

// at is the line of an offset; it is asked in rising order.
func (c *lineCounter) at(offset int64) int {
	passed := 0
	for passed < len(c.breaks) && c.breaks[passed] < offset {
		passed++
	}
	c.breaks = c.breaks[passed:]
	c.line += passed
	return c.line + 1
}
