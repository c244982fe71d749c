package runner
import ("testing";"fmt";"strings";"github.com/flowrun-dev/flowrun/internal/workflow")
func big(expr string) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nsteps:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, "  - id: step%d\n    action: createTag\n", i)
		if i == 0 { b.WriteString("    with: {name: vip}\n"); continue }
		fmt.Fprintf(&b, "    with: {name: \"%s\"}\n", strings.ReplaceAll(expr,"N",fmt.Sprint(i-1)))
	}
	return []byte(b.String())
}
func BenchmarkTmp(b *testing.B) {
	for _, e := range []string{"vip", "{{ steps.stepN.data.id }}", "{{ lower(steps.stepN.data.id) }}"} {
		text := big(e)
		b.Run(e, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() { if _, p := Load("a.yaml", text); p != nil { b.Fatal(p) } }
		})
		b.Run("parse "+e, func(b *testing.B) {
			for b.Loop() { if _, p := workflow.Parse("a.yaml", text); p != nil { b.Fatal(p) } }
		})
	}
}
