// Package bench holds flowrun against a minimal program that does the same
// without any of its care: a loop of http.Client with 64 workers.
//
//	go test -run '^$' -bench . -benchtime 5x ./bench
//
// The benchmark makes 10,000 updateContact calls from a CSV file against a
// server in the same process, at 0 and at 20 ms of latency, with the one program
// and the other in turn. The figures to look at are the ratios of the two: the
// machine's speed is in both, and so is the server.
//
// What takes minutes is tested through the built program: how much memory a
// million rows need, how long their journal takes to read, and whether all of
// Intercom's allowance is used.
//
//	BENCH=long go test -v -timeout 30m ./bench
package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/flowrun-dev/flowrun/intercom"
	"github.com/flowrun-dev/flowrun/runner"
)

const (
	rows    = 10_000
	workers = 64
)

const workflow = `version: 1
undo: false
steps:
  - for_each: {file: rows.csv, as: row, key: row.id, concurrency: 64}
    action: updateContact
    with:
      contact_id: "{{ row.id }}"
      name: "{{ row.name }}"
      custom_attributes: {plan: "{{ row.plan }}"}
`

func BenchmarkRows(b *testing.B) {
	for _, latency := range []time.Duration{0, 20 * time.Millisecond} {
		b.Run("latency="+latency.String(), func(b *testing.B) {
			server := serve(latency)
			defer server.Close()
			file := writeRows(b, b.TempDir(), rows)
			var bare, ours cost
			for range b.N {
				bare.least(func() { loop(b, server.URL, file) })
				ours.least(func() { flowrun(b, server.URL, file, b.TempDir(), nil) })
			}
			b.ReportMetric(0, "ns/op") // of both together
			b.ReportMetric(bare.wall.Seconds(), "s-loop")
			b.ReportMetric(ours.wall.Seconds(), "s-flowrun")
			b.ReportMetric(ours.wall.Seconds()/bare.wall.Seconds(), "x-wall")
			b.ReportMetric(ours.cpu.Seconds()/bare.cpu.Seconds(), "x-cpu")
		})
	}
}

// cost is the least that something took: whatever else the machine does only
// ever adds to it.
type cost struct{ wall, cpu time.Duration }

// least runs it once more.
func (c *cost) least(run func()) {
	began, before := time.Now(), cpu()
	run()
	wall, used := time.Since(began), cpu()-before
	if c.wall == 0 || wall < c.wall {
		c.wall = wall
	}
	if c.cpu == 0 || used < c.cpu {
		c.cpu = used
	}
}

// serve answers every call as Intercom would, after a while.
func serve(latency time.Duration) *httptest.Server {
	answer := bytes.Repeat([]byte(" "), 1500)
	copy(answer, `{"type":"contact","id":"000000000000000000000001","name":"Ann"}`)
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(latency)
		header := w.Header()
		header.Set("Content-Type", "application/json; charset=utf-8")
		header.Set("X-RateLimit-Limit", "1000000")
		header.Set("X-RateLimit-Remaining", "999999")
		header.Set("X-RateLimit-Reset", strconv.FormatInt(time.Now().Unix()/10*10+10, 10))
		if r.URL.Path == "/me" {
			_, _ = io.WriteString(w, `{"type":"admin","app":{"type":"app","id_code":"bench"}}`)
			return
		}
		_, _ = w.Write(answer)
	}))
}

// writeRows makes the CSV file in a folder.
func writeRows(tb testing.TB, dir string, n int) string {
	tb.Helper()
	file, err := os.Create(filepath.Join(dir, "rows.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	text := bufio.NewWriter(file)
	_, _ = text.WriteString("id,name,plan\n")
	for i := range n {
		fmt.Fprintf(text, "%s,Person %d,pro\n", id(i), i)
	}
	if err := errors.Join(text.Flush(), file.Close()); err != nil {
		tb.Fatal(err)
	}
	return file.Name()
}

// id is that of the contact of a row.
func id(row int) string { return fmt.Sprintf("%024x", row+1) }

// flowrun applies the workflow, with its journal in dir.
func flowrun(tb testing.TB, url, file, dir string, transport *http.Client) {
	tb.Helper()
	program, problems := runner.Load(filepath.Join(filepath.Dir(file), "workflow.yaml"), []byte(workflow))
	if problems.Err() != nil {
		tb.Fatal(problems)
	}
	client, err := intercom.New(intercom.Config{Token: "test", BaseURL: url, HTTPClient: transport})
	if err != nil {
		tb.Fatal(err)
	}
	defer client.CloseIdleConnections()
	opt := runner.Options{Do: client, RunID: "bench", Dir: filepath.Join(dir, "run"), StartedAt: time.Now()}
	if opt.Run, err = runner.Begin(opt.Dir, program, opt, runner.By{Version: "bench", Command: "bench"}); err != nil {
		tb.Fatal(err)
	}
	result, err := program.Apply(context.Background(), opt)
	if err != nil {
		tb.Fatal(err)
	}
	if result.Counts.Done != rows {
		tb.Fatalf("%+v", result.Counts)
	}
	if err := opt.Run.Close(result); err != nil {
		tb.Fatal(err)
	}
}

// loop is what a careful person writes in ten minutes.
func loop(b *testing.B, url, file string) {
	source, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer source.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	records := make(chan []string)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for record := range records {
				if err := update(client, url, record); err != nil {
					b.Error(err)
				}
			}
		})
	}
	reader := csv.NewReader(source)
	_, _ = reader.Read()
	for {
		record, err := reader.Read()
		if err == io.EOF {
			break
		}
		records <- record
	}
	close(records)
	group.Wait()
	client.CloseIdleConnections()
}

func update(client *http.Client, url string, record []string) error {
	body := fmt.Sprintf(`{"name":%q,"custom_attributes":{"plan":%q}}`, record[1], record[2])
	req, err := http.NewRequest(http.MethodPut, url+"/contacts/"+record[0], bytes.NewBufferString(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer test")
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// cpu is the processor time this process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
