package cli

import (
	"net/http"
	"strings"
	"testing"
)

func TestOnlyTheFirstAnswerAtTheRedirectURLCounts(t *testing.T) {
	back, err := listenForAnswer("http://127.0.0.1:0/callback")
	if err != nil {
		t.Fatal(err)
	}
	defer back.close()
	for _, tt := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/favicon.ico?code=no", http.StatusNotFound},
		{"POST", "/callback?code=no", http.StatusNotFound},
		{"GET", "/callback?code=yes", http.StatusOK},
		{"GET", "/callback?code=late", http.StatusOK},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, strings.TrimSuffix(back.address, "/callback")+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != tt.status {
			t.Errorf("%s %s: %d, want %d", tt.method, tt.path, res.StatusCode, tt.status)
		}
	}
	if got := (<-back.answers).Get("code"); got != "yes" || len(back.answers) > 0 {
		t.Errorf("the answer is %q, and %d more", got, len(back.answers))
	}
}

func TestARedirectURLIsOneThatOnlyThisMachineReaches(t *testing.T) {
	for _, redirect := range []string{"https://127.0.0.1:0/callback", "http://0.0.0.0:0/callback", "http://shop.example/in", "http://127.0.0.1:0/callback?a=b", "callback", ""} {
		if back, err := listenForAnswer(redirect); err == nil {
			back.close()
			t.Errorf("%q is listened at", redirect)
		}
	}
}

func TestAPortThatIsTakenIsSaid(t *testing.T) {
	first, err := listenForAnswer("http://127.0.0.1:0/callback")
	if err != nil {
		t.Fatal(err)
	}
	defer first.close()
	if _, err := listenForAnswer(first.address); err == nil || !strings.HasPrefix(err.Error(), "--redirect-url: listen tcp") {
		t.Errorf("error = %v", err)
	}
}
