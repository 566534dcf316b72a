# ctest: RELEASE_ONLY
# Checkpoints of pantile-als: runs that end early go on, on other numbers of ranks, to the end that they would have had.
source "$(dirname "$0")/programs.bash"

set -- "$als" --generate 300,120,6000 --factors 6 --alpha 2 --seed 3 --test-fraction 0.2 --no-output
ends 0 alone "$@" --iterations 9 --json whole.json

# What a kill in the midst of writing leaves is in nobody's way, and goes.
ends 0 mpi 3 "$@" --iterations 3 --checkpoint kept/here --checkpoint-every 2 --resume
grep -q "no checkpoint in kept/here yet" log || fail "does not say that it begins: $(cat log)"
mv kept/here kept.here && rmdir kept && mv kept.here kept
for file in kept/*.npy; do # the other set of names
  [[ $file == *.a.npy ]] && echo torn >"${file/.a./.b.}" || echo torn >"${file/.b./.a.}"
done
echo part >kept/item_factors.a.npy.new-17-5-0
ends 75 alone "${asked_to_end[@]}" "$@" --iterations 9 --checkpoint kept --resume
grep -q "^going on after iteration 3, from the checkpoint in kept$" log || fail "does not say where it goes on: $(cat log)"
grep -q "^interrupted after iteration 4: " log || fail "does not say that it ends: $(tail -3 log)"
[[ $(kept kept) -eq 4 ]] || fail "keeps $(kept kept)"

# A second run on the folder is refused; a checkpoint that one rank cannot write leaves the one before.
cp -r kept live
in_background 2 "$@" --iterations 100000 --checkpoint live --resume
until_it 'grep -q "^ *5 " log'
code=0
alone "$@" --iterations 9 --checkpoint live --resume >second 2>&1 || code=$?
[[ $code -eq 1 ]] && grep -q "'live' is in use by another run" second || fail "exit code $code: $(cat second)"
"$python" -c "import resource, sys; resource.prlimit(int(sys.argv[1]), resource.RLIMIT_FSIZE, (2000, 2000))" "$(cat pid.1)"
code=0
wait $job || code=$?
[[ $code -eq 1 ]] && grep -q "cannot write 'live/.*File too large" log || fail "exit code $code: $(tail -3 log)"
# What it has kept is whole, also where a loss was no number; nothing is left to do.
[[ $(ls live) =~ ^checkpoint.json$'\n'item_factors.[ab].npy$'\n'user_factors.[ab].npy$'\n'? ]] || fail "in the folder: $(ls live)"
sed -i "0,/\"loss\": [0-9.]*/s//\"loss\": null/" live/checkpoint.json
ends 0 alone "$@" --iterations "$(kept live)" --checkpoint live --resume --json live.json

ends 0 mpi 4 "$@" --iterations 9 --checkpoint kept --checkpoint-every 3 --resume --json rest.json
[[ $(ls kept) =~ ^checkpoint.json$'\n'item_factors.[ab].npy$'\n'user_factors.[ab].npy$ ]] || fail "in the folder: $(ls kept)"
"$python" - <<'PYTHON'
import json, sys
import numpy as np
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
def same(a, b): check(a["iteration"] == b["iteration"] and abs(a["loss"] - b["loss"]) <= 1e-9 * b["loss"], f"{a} instead of {b}")
rest, live, whole = (json.load(open(name)) for name in ("rest.json", "live.json", "whole.json"))
for a, b in zip(rest["iterations"], whole["iterations"], strict=True): same(a, b)
check(live["iterations"][0]["loss"] is None, live["iterations"][0])
for a, b in zip(live["iterations"][1:], whole["iterations"][1:]): same(a, b)
for name, value in whole["metrics"].items(): check(abs(rest["metrics"][name] - value) < 1e-9, f"{name}")
said = json.load(open("kept/checkpoint.json"))
check(said["iteration"] == 9, said)
x, y = (np.load(f"kept/{said['files'][name]}") for name in ("user_factors", "item_factors"))
check(x.shape == (300, 6) and y.shape == (120, 6) and x.dtype == np.float64 and np.isfinite(x).all(), "the arrays")
np.save("same.npy", y)
np.save("other.npy", y + 1)
print(f"iteration 9: loss {rest['iterations'][-1]['loss']:.9f}; {len(live['iterations'])} iterations were kept at the failed write")
PYTHON

# Where the loss hardly falls any more a run ends, and finds nothing to do afterwards; given factors are told by what they are.
ends 0 mpi 2 "$@" --iterations 100000 --tolerance 1e-3 --patience 2 --init-item-factors same.npy --checkpoint converged --json first.json
grep -q "^converged: " log || fail "does not say that it has converged"
mv same.npy moved.npy
ends 0 alone "$@" --iterations 100000 --tolerance 1e-3 --patience 2 --init-item-factors moved.npy --checkpoint converged --resume --json again.json
"$python" - <<'PYTHON'
import json, sys
first, again = (json.load(open(name))["iterations"] for name in ("first.json", "again.json"))
loss = [i["loss"] for i in first]
slow = [a - b < 1e-3 * a for a, b in zip(loss, loss[1:])]
if not (slow[-2:] == [True, True] and not any(a and b for a, b in zip(slow[:-1], slow[1:-1]))): sys.exit(f"FAILED: {loss}")
if first != again: sys.exit(f"FAILED: {again}")
PYTHON
refused_by converged "--init-item-factors: got " alone "$@" --init-item-factors other.npy --iterations 100000 --checkpoint converged --resume

set -- "$als" --factors 6 --seed 3 --test-fraction 0.2 --no-output
size=300,120,6000
refused_by kept "'kept' holds a checkpoint after iteration 9: give --resume" alone "$@" --checkpoint kept
again=(alone "$@" --checkpoint kept --resume)
refused_by kept "--alpha: got 3.0, but the checkpoint in 'kept' was made with 2.0" "${again[@]}" --generate $size --alpha 3
refused_by kept "was made of other data" "${again[@]}" --generate 300,120,5000 --alpha 2
again+=(--generate $size --alpha 2)
refused_by kept "--iterations: got 1" "${again[@]}" --iterations 1
cp kept/checkpoint.json said
sed -i 's/"program": "pantile-als"/"program": "pantile-lra"/' kept/checkpoint.json
refused_by kept "'kept/checkpoint.json' is no checkpoint of pantile-als" "${again[@]}"
echo '{"files": 3}' >kept/checkpoint.json
refused_by kept "'kept/checkpoint.json' is no checkpoint of pantile-als" "${again[@]}"
cp said kept/checkpoint.json
printf X | dd of="$(ls kept/user_factors.?.npy)" bs=1 seek=1000 conv=notrunc status=none
refused_by kept "its digest is another one" "${again[@]}"

# Without --checkpoint the signal ends the program as ever.
in_background 1 "$@" --generate $size --iterations 100000
until_it 'grep -q "^ *2 " log'
kill -USR1 "$(cat pid.0)"
code=0
wait $job || code=$?
[[ $code -ne 0 && $code -ne 75 ]] || fail "SIGUSR1 without --checkpoint: exit code $code"
