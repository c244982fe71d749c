package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// permitted are the licences that a module in the program may be under, each
// with a sentence that no other one has. One that asks for more than its text
// to be passed on is none of them.
var permitted = []struct{ name, sentence string }{
	{"Apache-2.0", "grants to you a perpetual, worldwide, non-exclusive, no-charge, royalty-free, irrevocable copyright license"},
	{"Apache-2.0", "licensed under the apache license, version 2.0"},
	{"BSD-3-Clause", "used to endorse or promote products derived from this software without specific prior written permission"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"},
	{"MPL-2.0", "mozilla public license version 2.0"},
}

// mostModules is how many modules the program may be made of: each is somebody
// else who can change it.
const mostModules = 25

// TestLicences holds docs/licences.txt to the modules that are linked into the
// program on any system, each under a licence that is permitted.
func TestLicences(t *testing.T) {
	modules := linkedModules(t)
	if len(modules) > mostModules {
		t.Errorf("the program has %d modules, and %d are enough", len(modules), mostModules)
	}
	var b strings.Builder
	b.WriteString("The modules that flowrun is made of, and their licences, by \"go test . -update\".\n\n")
	fmt.Fprintf(&b, "%-40s %-42s %s\n", "The Go standard library", "of the Go it is built with", "BSD-3-Clause")
	for _, m := range modules {
		name, version, dir := m[0], m[1], m[2]
		licence := licenceOf(dir)
		if licence == "" {
			t.Errorf("%s %s: its licence is none of those permitted; look into %s", name, version, dir)
		}
		fmt.Fprintf(&b, "%-40s %-42s %s\n", name, version, licence)
	}
	const file = "docs/licences.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := os.ReadFile(file)
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s differs from the program (-file +program); go test . -update rewrites it:\n%s", file, diff)
	}
}

// linkedModules gives the path, the version and the folder of each module.
func linkedModules(t *testing.T) [][]string {
	t.Helper()
	found := map[string]bool{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
		list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := list.Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			found[strings.TrimSpace(line)] = true
		}
	}
	var modules [][]string
	for line := range found {
		if fields := strings.Split(line, "\t"); len(fields) == 3 {
			modules = append(modules, fields)
		}
	}
	slices.SortFunc(modules, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return modules
}

// licenceOf names the licences in a folder; "" if one of them is not permitted.
func licenceOf(dir string) string {
	var names []string
	for _, pattern := range []string{"LICEN[SC]E*", "COPYING*", "licen[sc]e*"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return ""
			}
			all := licencesIn(text)
			if len(all) == 0 {
				return ""
			}
			names = append(names, all...)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " and ")
}

// licencesIn gives the licences whose sentence is in a text, however its lines
// are broken. The two of BSD begin alike.
func licencesIn(text []byte) []string {
	plain := strings.NewReplacer(`"`, "", "> ", " ", ">\n", "\n").Replace(string(text)) // some are quoted
	text = bytes.ToLower(bytes.Join(bytes.Fields([]byte(plain)), []byte(" ")))
	var names []string
	for _, each := range permitted {
		if bytes.Contains(text, []byte(each.sentence)) && !(each.name == "BSD-2-Clause" && slices.Contains(names, "BSD-3-Clause")) {
			names = append(names, each.name)
		}
	}
	return names
}

func TestOnlyPermittedLicencesAreRecognised(t *testing.T) {
	for text, want := range map[string]string{
		"GNU GENERAL PUBLIC LICENSE Version 3": "",
		"Permission is hereby granted, free of charge, to any person\nobtaining a copy of this software and\nassociated documentation files": "MIT",
		"Redistributions in binary form must reproduce the above\n   copyright notice":                                                       "BSD-2-Clause",
		"All rights reserved.": "",
	} {
		if got := strings.Join(licencesIn([]byte(text)), " "); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
