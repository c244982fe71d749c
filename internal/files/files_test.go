package files

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// tree makes files and links in a folder of the test's own: "name" holds its
// name, "name -> target" is a link, "name/" a folder, "name|" a pipe.
func tree(t *testing.T, entries ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, entry := range entries {
		name, target, link := strings.Cut(entry, " -> ")
		path := filepath.Join(dir, strings.TrimSuffix(name, "|"))
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		switch {
		case err != nil:
		case link:
			err = os.Symlink(strings.ReplaceAll(target, "DIR", dir), path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o700)
		case strings.HasSuffix(name, "|"):
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, []byte(name), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAFileOpensInItsFoldersOnly(t *testing.T) {
	dir := tree(t,
		"flows/rows.csv", "flows/data/more.csv", "flows/folder/", "flows/pipe|", "data/people.csv", "secret.txt",
		"flows/inside.csv -> data/more.csv", "flows/up.csv -> ../secret.txt", "flows/absolute.csv -> DIR/secret.txt",
		"flows/out -> ..", "flows/self -> self", "flows/null -> /dev/null", "flows/shared.csv -> ../data/people.csv", "link -> flows", "flows/gone.csv -> nowhere.csv",
	)
	const outside = "it is outside of the folders that may be read"
	folder := "it is a folder; name a file in it"
	tests := []struct {
		name, path string
		allow      []string // besides flows
		err        string   // "" if it opens
	}{
		{name: "a file beside the workflow", path: "flows/rows.csv"},
		{name: "a file below it", path: "flows/data/more.csv"},
		{name: "a way up that comes back", path: "flows/data/../rows.csv"},
		{name: "a way up", path: "flows/../secret.txt", err: outside},
		{name: "a long way up", path: "flows/../../../../../../../../etc/passwd", err: outside},
		{name: "an absolute path", path: "/etc/passwd", err: outside},
		{name: "a file that is not there", path: "flows/nothing.csv", err: "no such file or directory"},
		{name: "a file outside that is not there tells no more", path: "nothing.csv", err: outside},
		{name: "a link that stays inside", path: "flows/inside.csv"},
		{name: "a link that leaves", path: "flows/up.csv", err: "it is a link to DIR/secret.txt, outside of the folders that may be read"},
		{name: "an absolute link that leaves", path: "flows/absolute.csv", err: "it is a link to DIR/secret.txt, outside of the folders that may be read"},
		{name: "a way through a linked folder that leaves", path: "flows/out/secret.txt", err: "it is a link to DIR/secret.txt, outside of the folders that may be read"},
		{name: "a link with a slash behind it", path: "flows/out/", err: "it is a link to DIR, outside of the folders that may be read"},
		{name: "a link to nothing", path: "flows/gone.csv", err: "no such file or directory"},
		{name: "a link to itself", path: "flows/self", err: "too many links"},
		{name: "a link to a device", path: "flows/null", err: "it is a link to /dev/null, outside of the folders that may be read"},
		{name: "a device in an allowed folder", path: "/dev/zero", allow: []string{"/dev"}, err: "it is a pipe or a device"},
		{name: "a folder", path: "flows/folder", err: folder},
		{name: "the workflow's folder itself", path: "flows", err: folder},
		{name: "a pipe that nobody writes to", path: "flows/pipe", err: "it is a pipe or a device; write what it gives into a file, and name that file"},
		{name: "a file in an allowed folder", path: "data/people.csv", allow: []string{"data"}},
		{name: "a link into an allowed folder", path: "flows/shared.csv", allow: []string{"data"}},
		{name: "an allowed folder does not allow its neighbour", path: "secret.txt", allow: []string{"data"}, err: outside},
		{name: "a file that is allowed by itself", path: "secret.txt", allow: []string{"secret.txt"}},
		{name: "a file that is allowed by itself does not allow its neighbour", path: "data/people.csv", allow: []string{"secret.txt"}, err: outside},
		{name: "a folder that is a link", path: "link/rows.csv", allow: []string{"link"}},
		{name: "a name with a NUL", path: "flows/a\x00b", err: "invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			names := []string{filepath.Join(dir, "flows")}
			for _, each := range tt.allow {
				names = append(names, at(dir, each))
			}
			file, err := NewFolders(names...).Open(at(dir, tt.path))
			if err == nil {
				file.Close()
			}
			want := strings.ReplaceAll(tt.err, "DIR", resolved(dir))
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("error = %v, want %q", err, want)
			}
		})
	}
}

// at is a path below dir, or an absolute one as it is; a slash at its end stays.
func at(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return dir + "/" + path
}

func TestTheErrorNamesTheFolderToAllow(t *testing.T) {
	dir := tree(t, "flows/rows.csv", "data/people.csv", "flows/link.csv -> ../data/people.csv")
	t.Chdir(dir)
	folders := NewFolders("flows")
	for path, want := range map[string]string{"flows/../data/people.csv": "data", "flows/link.csv": filepath.Join(resolved(dir), "data")} {
		_, err := folders.Open(path)
		outside, ok := errors.AsType[*OutsideError](err)
		if !ok || outside.Folder != want {
			t.Fatalf("%s: %v; folder %q, want %q", path, err, outside.Folder, want)
		}
		if file, err := NewFolders("flows", outside.Folder).Open(path); err != nil {
			t.Errorf("%s with --allow-path %s: %v", path, outside.Folder, err)
		} else {
			file.Close()
		}
	}
}

func TestReadTakesRegularFilesOfBoundedSize(t *testing.T) {
	dir := tree(t, "a.yaml", "folder/", "pipe|", "link -> a.yaml")
	large, err := os.Create(filepath.Join(dir, "large"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(large.Truncate(MaxRead+1), large.Close()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a.yaml": "", "link": "", "folder": "it is a folder; name a file in it", "pipe": "it is a pipe or a device",
		"/dev/zero": "it is a pipe or a device", "large": "it is larger than 64 MiB", "nothing": "file does not exist",
	} {
		text, err := Read(at(dir, name))
		if want == "" && (err != nil || string(text) != "a.yaml") {
			t.Errorf("%s: %q, %v", name, text, err)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want) && !errors.Is(err, fs.ErrNotExist)) {
			t.Errorf("%s: error = %v, want %q", name, err, want)
		}
	}
}

func TestWhatIsWrittenIsForItsOwnerOnly(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	name := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(name, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(name, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o, want 600", got)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "new" {
		t.Errorf("it holds %q, %v", text, err)
	}
}

func TestAFailedWriteLeavesWhatWasThere(t *testing.T) {
	dir := tree(t, "plan.json")
	broken := errors.New("broken")
	err := Save(filepath.Join(dir, "plan.json"), func(w io.Writer) error {
		_, _ = io.WriteString(w, strings.Repeat("half", 100_000))
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error = %v", err)
	}
	entries, _ := os.ReadDir(dir)
	text, _ := os.ReadFile(filepath.Join(dir, "plan.json"))
	if len(entries) != 1 || string(text) != "plan.json" {
		t.Errorf("%d files, and it holds %d bytes", len(entries), len(text))
	}
}

func TestALinkIsReplacedAndNotFollowed(t *testing.T) {
	dir := tree(t, "other.txt", "report.json -> other.txt", "folder/", "pipe|")
	if err := Write(filepath.Join(dir, "report.json"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(filepath.Join(dir, "other.txt")); string(text) != "other.txt" {
		t.Errorf("the file behind the link holds %q", text)
	}
	for _, name := range []string{"folder", "pipe"} {
		if err := Write(filepath.Join(dir, name), nil); err == nil || !strings.HasPrefix(err.Error(), "it is a ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzOpen: whatever the path, what opens is a file of the folder.
func FuzzOpen(f *testing.F) {
	for _, path := range []string{"rows.csv", "../secret.txt", "/etc/passwd", "up/secret.txt", "link", "data/../rows.csv", "NUL", `..\secret.txt`, "a\x00", "./", "up/flows/rows.csv"} {
		f.Add(path)
	}
	dir := filepath.Join(f.TempDir(), "flows")
	for _, err := range []error{
		os.Mkdir(dir, 0o700), os.WriteFile(dir+"/rows.csv", []byte("rows"), 0o600), os.WriteFile(dir+"/../secret.txt", []byte("secret"), 0o600),
		os.Symlink("..", dir+"/up"), os.Symlink("../secret.txt", dir+"/link"),
	} {
		if err != nil {
			f.Fatal(err)
		}
	}
	folders := NewFolders(dir)
	f.Fuzz(func(t *testing.T, path string) {
		for _, each := range []string{path, filepath.Join(dir, path), dir + "/" + path} {
			file, err := folders.Open(each)
			if err != nil {
				continue
			}
			text, _ := io.ReadAll(file)
			file.Close()
			if string(text) != "rows" {
				t.Errorf("%q opens %q", each, text)
			}
		}
	})
}
