# ctest: TIMEOUT 280 RELEASE_ONLY
# pantile-als --feedback explicit: its model files, loss and errors against the objective in dense matrices, and its questions;
# --stop-on, --sweep and what a terminal sees.
source "$(dirname "$0")/programs.bash"

"$python" - <<'PYTHON'
import numpy as np
g = np.random.default_rng(5)
x, y = g.standard_normal((60, 2)), g.standard_normal((31, 2))
r = np.clip(np.round(2.5 + x @ y.T + g.standard_normal((60, 1)) + 0.3 * g.standard_normal((60, 31))), 0, 5)
with open("ratings.csv", "w") as file:
    for u in range(60):
        for i in range(31):
            if g.random() < 0.5: print(u, 10 + i, int(r[u, i]), sep=",", file=file)
with open("new.csv", "w") as file: print("7,10,5\n7,12,0\n8,13,0\n9,99,3", file=file)
PYTHON
learn=("$als" --ratings ratings.csv --feedback explicit --factors 2)

for ranks in 1 3; do
  ends 0 mpi $ranks "${learn[@]}" --regularization 0.5 --regularization-scaling 0 --test-fraction 0.25 --output "model-$ranks" --json "$ranks.json"
  grep -q "^[0-9]* ratings held out: RMSE 0\.[0-9]*, MAE" log || fail "no errors: $(cat log)"
done
ends 0 mpi 2 "$als" recommend --model model-3 --ratings new.csv --top 3 --output best.csv
ends 0 mpi 2 "$als" similar --model model-3 --item 12 --top 3
"$python" - <<'PYTHON'
import csv, json, sys
import numpy as np
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
rows = np.loadtxt("ratings.csv", delimiter=",", dtype=int)
for ranks in 1, 3:
    load = lambda name: np.load(f"model-{ranks}/{name}.npy")
    x, y, b, c = load("user_factors"), load("item_factors"), load("user_biases"), load("item_biases")
    model, said = json.load(open(f"model-{ranks}/model.json")), json.load(open(f"{ranks}.json"))
    check(model["feedback"] == "explicit" and not model["no_biases"] and "alpha" not in model, model)
    predicted = x @ y.T + b + c.T + model["mean"]
    errors = rows[:, 2] - predicted[rows[:, 0], rows[:, 1] - 10]
    held = sum(n // 4 for n in np.bincount(rows[:, 0]))
    # What is not in the loss is in the error of the held-out ratings.
    learned = said["iterations"][-1]["loss"] - 0.5 * sum((f ** 2).sum() for f in (x, y, b, c))
    rmse = np.sqrt(((errors ** 2).sum() - learned) / held)
    check(abs(rmse - said["metrics"]["rmse"]) < 1e-9, f"{ranks} ranks: {rmse} instead of {said['metrics']}")
    check(said["metrics"]["rmse"] < 0.7 * said["metrics"]["mean_rmse"], said["metrics"])
    loss = [i["loss"] for i in said["iterations"]]
    check(all(p > q for p, q in zip(loss, loss[1:])), loss)
    first = loss if ranks == 1 else first
    check(all(abs(p - q) <= 1e-9 * p for p, q in zip(first, loss)), f"{loss[-1]} instead of {first[-1]}")

def folded(items, ratings):
    z = np.hstack([y[items], np.ones((len(items), 1))])
    w = np.linalg.solve(z.T @ z + 0.5 * np.eye(3), z.T @ (np.array(ratings) - model["mean"] - c[items, 0]))
    scores = y @ w[:2] + w[2] + c[:, 0] + model["mean"]
    scores[items] = -np.inf
    return scores
table = list(csv.reader(open("best.csv")))[1:]
check(sorted({row[0] for row in table}) == ["7", "8"] and len(table) == 6, table)  # 8 has rated: with 0
for user, items, ratings in ("7", [0, 2], [5, 0]), ("8", [3], [0]):
    scores = folded(items, ratings)
    for place, row in enumerate([row for row in table if row[0] == user]):
        best = np.argsort(-scores)[place]
        check(int(row[1]) == best + 10 and abs(float(row[3]) - scores[best]) < 1e-9, f"{row}: {best} {scores[best]}")
print(f"held out: RMSE {rmse:.6f} of {held} ratings")
PYTHON

# The best model is kept, also over a checkpoint; an implicit model leaves no biases of the one before.
stop=("${learn[@]}" --regularization 0.01 --test-fraction 0.25 --iterations 40 --stop-on rmse --patience 2)
ends 0 mpi 2 "${stop[@]}" --output whole --json whole.json
grep -q "^stopped: RMSE has become no better in 2 iterations; this is the model of iteration" log || fail "no reason: $(cat log)"
ends 75 alone "${asked_to_end[@]}" "${stop[@]}" --checkpoint kept --output rest --json rest.json
ends 0 mpi 3 "${stop[@]}" --checkpoint kept --resume --output rest --json rest.json
ends 0 alone "${stop[@]}" --checkpoint kept --resume --output again --json again.json
refused_by kept '--stop-on: got "mae", but the checkpoint' alone "${stop[@]/rmse/mae}" --checkpoint kept --resume
refused_by kept '--feedback: got "implicit", but the checkpoint' alone "$als" --ratings ratings.csv --checkpoint kept --resume
ends 0 alone "$als" --ratings ratings.csv --iterations 1 --output again
[[ ! -e again/user_biases.npy ]] || fail "biases of another model stay"
"$python" - <<'PYTHON'
import json, sys
import numpy as np
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
whole, rest, again = (json.load(open(f"{name}.json")) for name in ("whole", "rest", "again"))
quality = [i["quality"] for i in whole["iterations"]]
best = int(np.argmin(quality))
check(best == len(quality) - 3 and len(quality) < 40, quality)
for other in rest, again:
    check(np.allclose([i["quality"] for i in other["iterations"]], quality, rtol=1e-9), other["iterations"])
    check(abs(other["metrics"]["rmse"] - quality[best]) < 1e-9, other["metrics"])
check(json.load(open("whole/model.json"))["iteration"] == best + 1, "the iteration of the model")
for name in "user_factors", "item_factors", "user_biases", "item_biases":
    check(np.allclose(np.load(f"whole/{name}.npy"), np.load(f"rest/{name}.npy"), atol=1e-7), name)
PYTHON

# A sweep: what fails is told, the best is kept, and a run that was asked to end goes on.
sweep=("${learn[@]:0:5}" --test-fraction 0.25 --iterations 2 --sweep factors=2,8 --sweep regularization=5,0,0.05 --sweep-csv t.csv)
ends 75 alone "${asked_to_end[@]}" "${sweep[@]}" --checkpoint swept --no-output
grep -q "go on with --checkpoint swept --resume" log || fail "how to go on: $(tail -1 log)"
ends 0 mpi 2 "${sweep[@]}" --checkpoint swept --resume --output best --json sweep.json
grep -q "^6 of 6: 8 factors and a bias of explicit feedback, beside the mean, regularization 0.05" log || fail "$(cat log)"
ends 0 alone "${sweep[@]}" --warm-start --stop-on mae --output best-warm --json warm.json
ends 0 alone "${learn[@]}" --test-fraction 0.25 --iterations 2 --json one.json --no-output
"$python" - <<'PYTHON'
import csv, json, sys
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
said, one, warm = (json.load(open(f"{name}.json")) for name in ("sweep", "one", "warm"))
table = said["sweep"]
check(len(table) == 6, table)
there = [row for row in table if row["problem"] is None]
check(len(there) < 6 and all("unknowns" in row["problem"] and row["metrics"]["rmse"] is None for row in table[len(there):]), table)
rmse = [row["metrics"]["rmse"] for row in there]
check(rmse == sorted(rmse) and rmse[0] == said["metrics"]["rmse"], rmse)
same = [row for row in there if (row["factors"], row["regularization"]) == (2, 0.05)]
check(len(same) == 1 and abs(same[0]["metrics"]["rmse"] - one["metrics"]["rmse"]) < 1e-9, same)
model = json.load(open("best/model.json"))
check((model["factors"], model["regularization"]) == (table[0]["factors"], table[0]["regularization"]), model)
lines = list(csv.reader(open("t.csv")))
check(lines[0] == "factors,regularization,rmse,mae,ndcg,recall,iteration,loss,seconds".split(",") and len(lines) == 7, lines)
mae = [row["metrics"]["mae"] for row in warm["sweep"] if row["problem"] is None]
check(mae == sorted(mae) and warm["metrics"]["mae"] == mae[0], mae)
PYTHON

# On a terminal of 90 columns there is a bar, in a log there is none.
! grep -q $'\x1b' log || fail "a log with escapes"
"$python" - "$als" >typed <<'PYTHON'
import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    os.environ["TERM"] = "xterm"
    os.execvp("mpirun", ["mpirun", "-n", "2", sys.argv[1], "--generate", "200,100,2000", "--iterations", "8", "--no-output"])
text = b""
try:
    while part := os.read(terminal, 65536): text += part
except OSError: pass  # how Linux says that the other end is closed
os.waitpid(pid, 0)
sys.stdout.buffer.write(text)
PYTHON
grep -q $'\[####*\.*\]  4 of 8 iterations, [0-9.]* .*, [0-9].* left\r\x1b\[K' typed || fail "no bar: $(cat -v typed)"
tr '\r' '\n' <typed | grep -a '\[#' | awk 'length > 89 {exit 1}' || fail "wider than the terminal"
tail -c 200 typed | grep -q "AUC\|popularity" || fail "the last lines: $(tail -c 200 typed | cat -v)"
