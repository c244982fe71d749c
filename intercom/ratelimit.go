package intercom

import (
	"net/http"
	"strconv"
	"time"
)

// RateLimit is Intercom's allowance as last seen. It is per window, as
// https://developers.intercom.com/docs/references/rest-api/errors/rate-limiting
// has it: ten seconds long, beginning when Intercom says so.
type RateLimit struct {
	Limit     int       // calls in a window, of all programs with this token; zero while Intercom has not said
	Remaining int       // of them, when Intercom last answered
	Reset     time.Time // end of the window, by Intercom's clock
	Used      float64   // share of the window that is going on now, from 0 to 1, whoever used it
	Calls     int64     // requests this client has sent
	Throttled int64     // of them, how many were turned away with a 429
}

// rate is what the three X-RateLimit headers of an answer say.
type rate struct {
	limit     int           // calls in a window
	remaining int           // calls left
	reset     time.Duration // end of the window, since 1970
}

// latestReset bounds what is taken for a time: the year 2242.
const latestReset = 1 << 33

// readRate reads the headers, which come with every answer that Intercom's API
// itself gives, errors included. Without all three there is nothing to say.
func readRate(header http.Header) (rate, bool) {
	limit, err := strconv.Atoi(header.Get("X-Ratelimit-Limit"))
	if err != nil || limit <= 0 {
		return rate{}, false
	}
	remaining, err := strconv.Atoi(header.Get("X-Ratelimit-Remaining"))
	if err != nil {
		return rate{}, false
	}
	reset, err := strconv.ParseInt(header.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil || reset <= 0 || reset > latestReset {
		return rate{}, false
	}
	return rate{limit, max(remaining, 0), time.Duration(reset) * time.Second}, true
}

// readDate gives the Date of an answer, since 1970, or zero.
func readDate(header http.Header) time.Duration {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil || date.Unix() <= 0 || date.Unix() > latestReset {
		return 0
	}
	return time.Duration(date.Unix()) * time.Second
}
