# ctest: RELEASE_ONLY
# Checkpoints of pantile-als: killed or interrupted runs that go on, on other numbers of ranks, end where they would have ended.
source "$(dirname "$0")/programs.bash"

set -- --generate 300,120,6000 --factors 6 --alpha 2 --seed 3 --test-fraction 0.2 --no-output
endless=100000

# start RANKS ARGS...: in the background, until it has told of two iterations; the ranks' processes are in pid.<rank>.
start() {
  local ranks=$1
  shift
  rm -f pid.*
  : >log
  timeout -k 5 60 mpirun -n "$ranks" bash -c 'echo $$ >pid.$OMPI_COMM_WORLD_RANK; exec "$0" "$@"' "$als" "$@" >log 2>&1 &
  job=$!
  until grep -q "^ *[0-9]* .*[0-9]\.[0-9]*$" log && [[ $(grep -c "^ *[0-9]* .*[0-9]\.[0-9]*$" log) -ge 2 ]]; do
    kill -0 $job 2>/dev/null || fail "ended by itself: $(tail -3 log)"
    sleep 0.02
  done
}

# kept FOLDER: the iteration of the checkpoint.
kept() { "$python" -c "import json; print(json.load(open('$1/checkpoint.json'))['iteration'])"; }

# same_end FOLDER ITERATIONS RANKS ARGS...: the rest from the checkpoint ends as one run does.
same_end() {
  local folder=$1 iterations=$2 ranks=$3
  shift 3
  mpi "$ranks" "$als" "$@" --iterations "$iterations" --checkpoint "$folder" --resume --json rest.json >log ||
    fail "--resume: exit code $?"
  OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$als" "$@" --iterations "$iterations" --json whole.json >whole.log || fail "exit code $?"
  "$python" - "$folder" "$iterations" <<'PYTHON'
import json, sys
import numpy as np
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
rest, whole = (json.load(open(name)) for name in ("rest.json", "whole.json"))
for a, b in zip(rest["iterations"], whole["iterations"], strict=True):
    check(a["iteration"] == b["iteration"] and abs(a["loss"] - b["loss"]) <= 1e-9 * b["loss"], f"{a} instead of {b}")
for name, value in whole["metrics"].items(): check(abs(rest["metrics"][name] - value) < 1e-9, f"{name}")
folder = sys.argv[1]
said = json.load(open(f"{folder}/checkpoint.json"))
check(said["iteration"] == int(sys.argv[2]), said)
x, y = (np.load(f"{folder}/{said['files'][name]}") for name in ("user_factors", "item_factors"))
check(x.shape == (300, 6) and y.shape == (120, 6) and x.dtype == np.float64 and np.isfinite(x).all(), "the arrays")
print(f"iteration {len(whole['iterations'])}: loss {rest['iterations'][-1]['loss']:.9f}")
PYTHON
  [[ $(ls "$folder") =~ ^checkpoint.json$'\n'item_factors.[ab].npy$'\n'user_factors.[ab].npy$ ]] ||
    fail "in the folder: $(ls "$folder")"
}

start 3 "$@" --iterations $endless --checkpoint killed
kill -9 "$(cat pid.1)"
wait $job && fail "a killed job ends well"
# What a kill in the midst of writing leaves is in nobody's way, and goes.
echo part >killed/item_factors.a.npy.new-17-5-0
for set in a b; do [[ -e killed/user_factors.$set.npy ]] || echo torn >killed/user_factors.$set.npy; done
same_end killed $(($(kept killed) + 3)) 2 "$@"
grep -q "^going on after iteration" log || fail "does not say where it goes on: $(cat log)"

# To any rank, and where not every iteration is kept; solvers that start from the factors before.
start 2 "$@" --solver cg --iterations $endless --checkpoint asked/for --checkpoint-every 7 --resume
grep -q "no checkpoint in asked/for yet" log || fail "does not say that it begins: $(cat log)"
kill -USR1 "$(cat pid.1)"
code=0
wait $job || code=$?
[[ $code -eq 75 ]] || fail "SIGUSR1: exit code $code: $(tail -3 log)"
grep -q "^interrupted after iteration $(kept asked/for): " log || fail "does not say that it ends: $(tail -3 log)"
same_end asked/for $(($(kept asked/for) + 2)) 4 "$@" --solver cg

# Nothing is left to do: what follows the iterations is done again.
mpi 2 "$als" "$@" --solver cg --iterations "$(kept asked/for)" --checkpoint asked/for --resume >again.log || fail "exit code $?"
[[ $(tail -2 again.log) == "$(tail -2 log)" ]] || fail "another quality: $(cat again.log)"

# Where the loss hardly falls any more a run ends, and finds nothing to do afterwards.
mpi 2 "$als" "$@" --iterations $endless --tolerance 1e-3 --patience 2 --checkpoint converged --json first.json >log || fail "exit code $?"
grep -q "^converged: " log || fail "does not say that it has converged"
mpi 3 "$als" "$@" --iterations $endless --tolerance 1e-3 --patience 2 --checkpoint converged --resume --json again.json >log ||
  fail "exit code $?"
"$python" - <<'PYTHON'
import json, sys
first, again = (json.load(open(name))["iterations"] for name in ("first.json", "again.json"))
loss = [i["loss"] for i in first]
slow = [a - b < 1e-3 * a for a, b in zip(loss, loss[1:])]
if not (slow[-2:] == [True, True] and not any(a and b for a, b in zip(slow[:-1], slow[1:-1]))): sys.exit(f"FAILED: {loss}")
if first != again: sys.exit(f"FAILED: {again}")
PYTHON

start 2 "$@" --iterations $endless
kill -USR1 "$(cat pid.0)"
code=0
wait $job || code=$?
[[ $code -ne 0 && $code -ne 75 ]] || fail "SIGUSR1 without --checkpoint: exit code $code"

# refused TEXT ARGS...: a message with that text, and the checkpoint stays as it was.
refused() {
  local text=$1 before
  shift
  before=$(cat killed/* | md5sum)
  # mpirun sleeps a second when a job has failed; on one rank it need not.
  OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$als" --seed 3 --test-fraction 0.2 --no-output --checkpoint killed --resume \
    "$@" >log 2>&1 && fail "accepted: $*"
  grep -qF -- "$text" log || fail "no '$text': $(cat log)"
  [[ $(cat killed/* | md5sum) == "$before" ]] || fail "changed the checkpoint: $*"
}
same=(--generate 300,120,6000 --factors 6)
refused "--alpha: got 3.0, but the checkpoint in 'killed' was made with 2.0" "${same[@]}" --alpha 3
refused "--solver: got \"cg\"" "${same[@]}" --alpha 2 --solver cg
refused "--iterations: got 1" "${same[@]}" --alpha 2 --iterations 1
refused "was made of other data" --generate 300,120,5000 --factors 6 --alpha 2
cp -r killed whole
head -c 1000 whole/user_factors.?.npy >cut && cp cut "$(ls killed/user_factors.?.npy)"
refused "is cut short" "${same[@]}" --alpha 2 --iterations $endless
echo '{"files": 3}' >killed/checkpoint.json
refused "'killed/checkpoint.json' is no checkpoint" "${same[@]}" --alpha 2
