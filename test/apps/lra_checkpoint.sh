# ctest: RELEASE_ONLY
# Checkpoints of pantile-lra: runs that end early go on, on another number of ranks and in another tiling, to the same end.
source "$(dirname "$0")/programs.bash"

set -- "$lra" --generate 400,12 --alpha 1e-3 --standardize --intercept --test-fraction 0.25
ends 75 mpi 2 "${asked_to_end[@]}" "$@" --iterations 30 --checkpoint kept --checkpoint-every 4 --resume
grep -q "^interrupted after iteration 1: " log || fail "does not say that it ends: $(tail -3 log)"
ends 0 mpi 3 "$@" --iterations 30 --tiling column --checkpoint kept --checkpoint-every 4 --resume --output rest --json rest.json
grep -q "^going on after iteration 1, from the checkpoint in kept" log || fail "does not say where it goes on: $(cat log)"
ends 0 alone "$@" --iterations 30 --output whole --json whole.json

# After a kill at any moment there is a checkpoint; where nothing is left to do, the last iteration is reported all the same.
in_background 2 "$@" --iterations 1000000 --checkpoint killed
until_it '[[ -e killed/checkpoint.json ]]'
kill -9 "$(cat pid.1)"
wait $job && fail "a killed job ends well"
last=$(kept killed)
ends 0 alone "$@" --iterations "$last" --checkpoint killed --resume --json killed.json

"$python" - "$last" <<'PYTHON'
import json, sys
import numpy as np
rest, whole, killed = (json.load(open(f"{name}.json")) for name in ("rest", "whole", "killed"))
def near(a, b): return abs(a - b) <= 1e-9 * abs(b)
if not all(near(rest["metrics"][k], v) for k, v in whole["metrics"].items()): sys.exit(f"FAILED: {rest} instead of {whole}")
if len(whole["iterations"]) != 10: sys.exit(f"FAILED: {whole}")
for a, b in zip(rest["iterations"], whole["iterations"], strict=True):
    if not (a["iteration"] == b["iteration"] and near(a["loss"], b["loss"]) and near(a["accuracy"], b["accuracy"])):
        sys.exit(f"FAILED: {a} instead of {b}")
step = killed["iterations"][-1]
if not (step["iteration"] == int(sys.argv[1]) and step["loss"] == killed["metrics"]["loss"]): sys.exit(f"FAILED: {killed}")
a, b = np.load("rest/weights.npy"), np.load("whole/weights.npy")
kept = np.load("kept/" + json.load(open("kept/checkpoint.json"))["files"]["weights"])
if not (a.shape == (13,) and abs(a - b).max() < 1e-9 and (kept == a).all()): sys.exit(f"FAILED: {a - b}")
print(f"loss {rest['metrics']['loss']:.9f}; killed after iteration {sys.argv[1]}")
PYTHON

set -- alone "$lra" --generate 400,12 --standardize --intercept --test-fraction 0.25 --checkpoint kept --resume
refused_by kept "--alpha: got 0.002, but the checkpoint in 'kept' was made with 0.001" "$@" --alpha 2e-3
refused_by kept "was made of other data" "$@" --alpha 1e-3 --seed 1
ends 1 alone "$lra" --generate 400,12 --alpha 1e308 --checkpoint never
grep -q "the weights are not finite after" log || fail "$(cat log)"
[[ ! -e never/checkpoint.json ]] || "$python" -c "
import glob, numpy as np
assert all(np.isfinite(np.load(name)).all() for name in glob.glob('never/*.npy'))"
