# pantile-plan: what it says adds up, and errors are one line; it needs no MPI.
# ctest: RELEASE_ONLY TIMEOUT 120
source "$(dirname "$0")/programs.bash"
plan="$BUILD_DIR/apps/pantile-plan"

"$plan" matmul --m 65536 --n 65536 --k 65536 --ranks 64,1024,65536 --json square.json >square.txt
"$plan" matmul --m 65536 --n 65536 --k 65536 --ranks 64 --memory 4G --json little.json >log
"$plan" matmul --m 400000000 --n 1000 --k 400000000 --ranks 1000000 --json - >huge.json
"$plan" matmul --m 65536 --n 65536 --k 65536 --ranks 1000000 --memory 800K --json tight.json >log
"$plan" retile --shape 8192,8192 --ranks 2 --json retile.json >log
"$plan" als --users 100000000 --items 10000000 --ratings 10000000000 --factors 64 --ranks 1,1024 --dtype float32 --json als.json >als.txt
grep -q "1,024 .* GB .* %" als.txt || fail "no scaling table: $(cat als.txt)"
"$plan" als --users 100000000 --items 10000000 --ratings 10000000000 --factors 64 --ranks 1024 --dtype float32 --transfer all --json all.json >log
"$plan" als --users 1000000 --items 100000 --ratings 100000000 --factors 64 --ranks 64 --solver subspace --threads 4 --json subspace.json >log
grep -q "rows that ratings name" log || fail "does not say what travels: $(cat log)"
grep -q "lower bound" square.txt || fail "no lower bound: $(cat square.txt)"

refuses "$plan" 1 "least\|take" matmul --m 65536 --n 65536 --k 65536 --ranks 4 --memory 1M
refuses "$plan" 1 "too large\|overflow\|fit" matmul --m 1099511627776 --n 1099511627776 --k 1 --ranks 4
refuses "$plan" 2 "--ranks" matmul --m 4 --n 4 --k 4 --ranks 0
refuses "$plan" 2 "--memory" matmul --m 4 --n 4 --k 4 --ranks 1 --memory 3X
refuses "$plan" 2 "--users" als --ranks 4
refuses "$plan" 2 "--solver" als --users 4 --items 4 --ratings 4 --ranks 4 --solver lu
refuses "$plan" 2 "--item-exponent" als --users 4 --items 4 --ratings 4 --ranks 4 --item-exponent -1
refuses "$plan" 1 "one for each pair at most" als --users 10 --items 10 --ratings 101 --factors 2 --ranks 4

# The table in README is what the command above it prints.
command=$(grep -o "pantile-plan als .*" "$SOURCE_DIR/README.md")
read -ra words <<<"${command#pantile-plan}"
"$plan" "${words[@]}" | "$python" -c '
import re, sys
page, rows = open(sys.argv[1]).read(), sys.stdin.read().splitlines()[1:]
for row in rows:
    cells = re.fullmatch(r" *(\S+) +(\S+ \S+) +(\S+ \S+) +\S+ +(\S+) s +(\S+) +(\S+ %)", row).groups()
    line = "| " + " | ".join(cells) + " |"
    if line not in page: sys.exit(f"FAILED: README does not say {line}")
sys.exit(0 if len(rows) == 5 else f"FAILED: {len(rows)} rows")' "$SOURCE_DIR/README.md" || exit 1

refuses "$plan" 2 "not expected: one two" retile --shape 8,8 --ranks 2 --from row one two
for options in "--help" "retile --shape 8,8 --ranks 2" "retile --shape 8,8 --ranks 2 --json -"; do
  # shellcheck disable=SC2086
  "$plan" $options >/dev/full 2>log && fail "lost what it said: $options"
  grep -q "cannot write to the standard output" log || fail "$(cat log)"
done

"$python" - <<'PYTHON'
import json, sys

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

fields = ["operation", "ranks", "algorithm", "bytes_max_rank", "lower_bound_bytes", "ratio", "messages_max_rank",
          "memory_bytes_max_rank", "flops_max_rank", "predicted_seconds"]
square = json.load(open("square.json"))
check([p["ranks"] for p in square] == [64, 1024, 65536], "ranks")
for p in square + json.load(open("als.json")) + [json.load(open(f"{n}.json")) for n in ("little", "huge", "tight", "retile")]:
    check(all(f in p for f in fields), f"fields of {p}")
    check(p["bytes_max_rank"] >= p["lower_bound_bytes"], f"{p} is below the lower bound")
for p in square:
    n, ranks = 65536, p["ranks"]
    check(abs(p["flops_max_rank"] - 2 * n**3 / ranks) < 0.15 * 2 * n**3 / ranks, f"flops of {p}")
    check(p["ratio"] <= 1.3, f"{p} is far from the lower bound")
check(json.load(open("little.json"))["memory_bytes_max_rank"] <= 4 << 30, "memory")
check(json.load(open("tight.json"))["memory_bytes_max_rank"] <= 800 << 10, "memory of a million ranks")
check(json.load(open("retile.json"))["bytes_max_rank"] == 4096 * 4096 * 8, "retile")
one, many = json.load(open("als.json"))
everything = json.load(open("all.json"))
check(one["bytes_max_rank"] == 0 and one["efficiency"] == 1, "als on one rank")
check(everything["bytes_max_rank"] > 110_000_000 * 256 * 0.99, "als with all rows")
check(many["bytes_max_rank"] < everything["bytes_max_rank"] / 4, "als with named rows")
check(many["memory_bytes_max_rank"] == sum(v for k, v in many["memory"].items() if k != "laying_out_ratings"), "als memory")
check(many["memory_bytes_max_rank"] < 4e9 < everything["memory_bytes_max_rank"], "als memory of named rows")
check(abs(many["speedup"] - one["predicted_seconds"] / many["predicted_seconds"]) < 1e-9 * many["speedup"], "speed-up")
check(json.load(open("subspace.json"))["flops_max_rank"] < 2e11, "subspace")
PYTHON
