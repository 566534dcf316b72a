# pantile-als --dry-run: says what each rank would need, for any number of ranks; solves and writes nothing.
source "$(dirname "$0")/programs.bash"

small=(--generate 300,120,4000 --factors 8 --dtype f32)
for ranks in 1 2; do
  mpi "$ranks" "$als" "${small[@]}" --dry-run --json here.json --output model --checkpoint kept >log || fail "$ranks ranks: exit code $?"
  mpi 1 "$als" "${small[@]}" --dry-run --ranks "$ranks" --transfer named --chunks 1 --json named1.json >log || fail "exit code $?"
  mpi "$ranks" "$als" "${small[@]}" --dry-run --transfer named --chunks 1 --json named.json >log || fail "exit code $?"
  [[ $(ls | tr '\n' ' ') == "here.json log named.json named1.json " ]] || fail "left behind: $(ls)"
  "$python" - "$ranks" <<'PYTHON'
import json, sys
ranks = int(sys.argv[1])
here, named, alone = (json.load(open(f"{n}.json"))["dry_run"] for n in ("here", "named", "named1"))

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

check(here["ranks"] == ranks and len(here["each_rank"]) == ranks, f"ranks of {here}")
check(here["memory_bytes_max_rank"] == sum(v for k, v in here["memory"].items() if k != "laying_out_ratings"), "memory")
check(here["predicted_seconds"] > 0 and here["flops_max_rank"] > 0, "time")
check((here["bytes_max_rank"] == 0) == (ranks == 1), "bytes")
for a, b in zip(named["each_rank"], alone["each_rank"]):
    for key in ("bytes_received", "bytes_sent", "messages_sent", "flops"):
        check(a[key] == b[key], f"{key}: {a} on {ranks} ranks, {b} said by one")
PYTHON
  rm -- *.json
done
mpi 1 "$als" "${small[@]}" --solver subspace --dry-run --ranks 1024 >log || fail "1024 ranks: exit code $?"
grep -q "1,024 ranks" log && grep -q "memory  .*B$" log || fail "1024 ranks: $(cat log)"
! grep -q "^iteration" log || fail "iterates: $(cat log)"
rm log

# refuses_option TEXT OPTION...
refuses_option() {
  ends 2 alone "$als" "${small[@]}" "${@:2}"
  grep -q -- "$1" log || fail "${*:2}: no '$1' in $(cat log)"
}
refuses_option "--dry-run" --ranks 4
refuses_option "--ranks" --dry-run --ranks 0
refuses_option "--transfer" --transfer some
refuses_option "--chunks" --chunks -1
