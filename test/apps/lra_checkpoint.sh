# ctest: RELEASE_ONLY
# Checkpoints of pantile-lra: an interrupted run goes on, on another number of ranks and in another tiling, to the same end.
source "$(dirname "$0")/programs.bash"

set -- --generate 400,12 --alpha 1e-3 --standardize --intercept --test-fraction 0.25
timeout -k 5 60 mpirun -n 2 bash -c 'echo $$ >pid.$OMPI_COMM_WORLD_RANK; exec "$0" "$@"' "$lra" "$@" --iterations 1000000 \
  --checkpoint kept --checkpoint-every 3 --resume >log 2>&1 &
job=$!
until [[ -e kept/checkpoint.json ]]; do
  kill -0 $job 2>/dev/null || fail "ended by itself: $(tail -3 log)"
  sleep 0.02
done
kill -USR1 "$(cat pid.1)"
code=0
wait $job || code=$?
[[ $code -eq 75 ]] || fail "SIGUSR1: exit code $code: $(tail -3 log)"
iteration=$("$python" -c "import json; print(json.load(open('kept/checkpoint.json'))['iteration'])")
grep -q "^interrupted after iteration $iteration: " log || fail "does not say that it ends: $(tail -3 log)"

mpi 3 "$lra" "$@" --iterations $((iteration + 20)) --tiling column --checkpoint kept --resume --output rest --json rest.json >log ||
  fail "--resume: exit code $?"
grep -q "^going on after iteration $iteration, from the checkpoint in kept" log || fail "does not say where it goes on: $(cat log)"
OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$lra" "$@" --iterations $((iteration + 20)) --output whole --json whole.json >log || fail "exit code $?"
"$python" - <<'PYTHON'
import json, sys
import numpy as np
rest, whole = (json.load(open(name))["metrics"] for name in ("rest.json", "whole.json"))
if any(abs(rest[k] - whole[k]) > 1e-9 * abs(whole[k]) for k in whole): sys.exit(f"FAILED: {rest} instead of {whole}")
a, b = np.load("rest/weights.npy"), np.load("whole/weights.npy")
kept = np.load("kept/" + json.load(open("kept/checkpoint.json"))["files"]["weights"])
if not (a.shape == (13,) and abs(a - b).max() < 1e-9 and (kept == a).all()): sys.exit(f"FAILED: {a - b}")
print(f"loss {rest['loss']:.9f}")
PYTHON

OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$lra" --generate 400,12 --alpha 2e-3 --checkpoint kept --resume >log 2>&1 &&
  fail "accepted another step"
grep -qF -- "--alpha: got 0.002, but the checkpoint in 'kept' was made with 0.001" log || fail "$(cat log)"
OMPI_MCA_odls_base_sigkill_timeout=0 mpi 1 "$lra" "$@" --seed 1 --checkpoint kept --resume >log 2>&1 && fail "accepted other rows"
grep -q "was made of other data" log || fail "$(cat log)"
