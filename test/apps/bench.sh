# pantile-bench: every suite runs and agrees with its peers (it checks that itself), the JSON has what the table has;
# what calibrate writes is what plans are made with; a file of constants that cannot be one is refused on every rank.
# ctest: RELEASE_ONLY TIMEOUT 300 PROCESSORS 2
source "$(dirname "$0")/programs.bash"
bench="$BUILD_DIR/bench/pantile-bench"
[[ -x $bench ]] || { echo "skipped: pantile-bench is not built"; exit 77; }

for ranks in 1 2; do
  limit=120 mpi $ranks "$bench" --quick --repetitions 2 --json rows.$ranks.json >table.$ranks 2>err.$ranks ||
    fail "$ranks ranks: $(cat err.$ranks)"
done
PANTILE_MACHINE=machine.json mpi 2 "$bench" calibrate --quick --repetitions 2 >log 2>&1 || fail "calibrate: $(cat log)"
sed 's/\("flops_per_second": \).*/\11e6,/' machine.json >slow.json
for machine in machine slow; do
  PANTILE_MACHINE=$machine.json mpi 2 "$BUILD_DIR/apps/examples/example-explain_tour" >$machine.tour 2>&1 ||
    fail "tour: $(cat $machine.tour)"
done

# A file that cannot be read, is no JSON, or has a number that no machine has.
echo "no json" >bad.json
echo '{"node": {"bytes_per_second": -1}}' >negative.json
for wrong in missing bad negative; do
  PANTILE_MACHINE=$wrong.json mpi 2 "$BUILD_DIR/apps/examples/example-explain_tour" >log 2>&1 && fail "$wrong.json was taken"
  grep -q "$wrong.json" log || fail "$wrong.json is not named: $(cat log)"
done

"$python" - <<'PYTHON'
import json, math, re, sys

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

for ranks in 1, 2:
    rows = json.load(open(f"rows.{ranks}.json"))
    table = open(f"table.{ranks}").read()
    for suite in ("retile allreduce elementwise small reduce choose order k-means matmul matmul-deep "
                  "matmul-tall overlap gram transpose qr ratings als lra").split():
        mine = [r for r in rows if r["suite"] == suite]
        if suite == "allreduce" and ranks == 1: continue
        check(mine, f"{suite} has no row on {ranks} ranks")
        for r in mine:
            check(r["ranks"] == ranks and r["ours_seconds"] > 0 and r["case"] in table, f"{r}")
            check(not r["peer"] or math.isclose(r["ratio"], r["ours_seconds"] / r["peer_seconds"]), f"{r}")
predicted = {name: max(float(s) for s in re.findall(r"predicted: (\S+) s", open(f"{name}.tour").read()))
             for name in ("machine", "slow")}
check(predicted["slow"] > 10 * predicted["machine"], f"plans do not know the machine: {predicted}")
machine = json.load(open("machine.json"))
check(all(machine[part][of] > 0 for part in ("node", "network")
          for of in ("flops_per_second", "bytes_per_second", "seconds_per_message")), f"{machine}")
check(machine["network"] == {"flops_per_second": 3e10, "bytes_per_second": 1.2e9, "seconds_per_message": 2e-6},
      f"what was not measured has changed: {machine}")
PYTHON
