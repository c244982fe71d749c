package cli

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"
)

func TestAnErrorOfTheNetworkSaysWhatMendsIt(t *testing.T) {
	tests := []struct {
		name string
		err  error
		hint string
	}{
		{"a name that is not found", &net.DNSError{Err: "no such host", Name: "api.intercom.io", IsNotFound: true}, "HTTPS_PROXY"},
		{"a certificate of a proxy", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "--ca-file"},
		{"a proxy that is not there", fmt.Errorf("proxyconnect tcp: %w", syscall.ECONNREFUSED), "HTTPS_PROXY"},
		{"an address where nothing listens", syscall.ECONNREFUSED, "INTERCOM_API_BASE_URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			exit := asExit(fmt.Errorf("GET /me: not sent: %w", tt.err))
			if exit.code != exitFailed || len(exit.hints) != 1 || !strings.Contains(exit.hints[0], tt.hint) {
				t.Errorf("exit %d with the hints %q, want one with %s", exit.code, exit.hints, tt.hint)
			}
		})
	}
}
