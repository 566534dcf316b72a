# Every piece of C++ in README is, line by line, a piece of an example, which the build compiles and the tests run; those in
# CONTRIBUTING are pieces of headers.
source "$(dirname "$0")/tools.bash"
need "$python"
cat >"$scratch/check.py" <<'PYTHON'
import pathlib, re, sys, textwrap

def runs(text, length):
    """All pieces of so many lines, without the indentation that they share."""
    lines = text.split("\n")
    return {textwrap.dedent("\n".join(lines[i : i + length])) for i in range(len(lines) - length + 1)}

page, fence, sources = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
texts = [pathlib.Path(source).read_text() for source in sources]
found = re.findall(rf"^( *)```{fence}\n(.*?)^\1```$", page.read_text(), re.M | re.S)
snippets = [textwrap.dedent(snippet).rstrip("\n") for _, snippet in found]
if len(snippets) < 2: sys.exit(f"FAILED: {page.name} has {len(snippets)} pieces of C++")
for snippet in snippets:
    if not any(snippet in runs(text, snippet.count("\n") + 1) for text in texts):
        sys.exit(f"FAILED: {page.name}: not a piece of the sources:\n{snippet}")
print(f"{len(snippets)} pieces of C++ in {page.name} are pieces of the sources")
PYTHON
examples=("$SOURCE_DIR"/apps/examples/*.cpp)
"$python" "$scratch/check.py" "$SOURCE_DIR/README.md" cpp "${examples[@]}"
"$python" "$scratch/check.py" "$SOURCE_DIR/CONTRIBUTING.md" "" "$SOURCE_DIR"/include/pantile/*/*.hpp

sed '/^```cpp/,$ s/auto const/auto/' "$SOURCE_DIR/README.md" >"$scratch/README.md"
"$python" "$scratch/check.py" "$scratch/README.md" cpp "${examples[@]}" >"$scratch/log" 2>&1 &&
  fail "does not see that a piece was changed"
grep -q "not a piece of the sources" "$scratch/log" || fail "$(cat "$scratch/log")"
