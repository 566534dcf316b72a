# pantile-lra on the breast cancer data against a serial oracle, in both tilings.
source "$(dirname "$0")/programs.bash"
need_data breast-cancer/breast_cancer.csv
table="$data/breast-cancer/breast_cancer.csv"

for ranks in $TEST_RANKS; do
  for tiling in row column; do
    mpi "$ranks" "$lra" --data "$table" --standardize --intercept --alpha 0.01 --iterations 500 --tiling $tiling \
      --output "$ranks-$tiling" --json "$ranks-$tiling.json" >log || fail "$ranks ranks, $tiling: exit code $?"
    grep -q "569 rows x 30 features" log || fail "sizes: $(head -2 log)"
  done
done
"$python" - "$table" "$TEST_RANKS" <<'PYTHON'
import json, sys
import numpy as np

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

table = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
X, y = table[:, :-1], table[:, -1]
X = np.hstack([(X - X.mean(0)) / X.std(0), np.ones((len(X), 1))])
w = np.zeros(31)
for _ in range(500): w -= 0.01 * X.T @ (1 / (1 + np.exp(-X @ w)) - y)
z = X @ w
loss, accuracy = np.mean(np.logaddexp(0, z) - y * z), np.mean((z >= 0) == y)
for ranks in sys.argv[2].split():
    for tiling in "row", "column":
        name = f"{ranks}-{tiling}"
        ours = np.load(f"{name}/weights.npy")
        check(ours.shape == w.shape and abs(ours - w).max() < 1e-9, f"{name}: {abs(ours - w).max()}")
        with open(f"{name}.json") as file: result = json.load(file)
        check((result["program"], result["ranks"], result["tiling"]) == ("pantile-lra", int(ranks), tiling), name)
        check((result["rows"], result["features"]) == (569, 30), f"{name}: sizes")
        check(abs(result["metrics"]["loss"] - loss) < 1e-12, f"{name}: {result['metrics']}")
        check(result["metrics"]["accuracy"] == accuracy >= 0.97, f"{name}: {result['metrics']}")
        losses = [i["loss"] for i in result["iterations"]]
        check(len(losses) == 10 and all(a > b for a, b in zip(losses, losses[1:])), f"{name}: {losses}")
print(f"loss {loss:.6f}, accuracy {accuracy:.4f}")
PYTHON

mpi 2 "$lra" --generate 2000,20 --alpha 1e-3 --iterations 50 --test-fraction 0.25 --json generated.json >log ||
  fail "--generate: exit code $?"
mpi 3 "$lra" --generate 2000,20 --alpha 1e-3 --iterations 50 --test-fraction 0.25 --tiling column --json other.json >log
"$python" - <<'PYTHON'
import json, sys
a, b = (json.load(open(name))["metrics"] for name in ("generated.json", "other.json"))
if a["test_accuracy"] < 0.8: sys.exit(f"FAILED: {a}")
if any(abs(a[k] - b[k]) > 1e-9 for k in ("loss", "accuracy", "test_loss", "test_accuracy")): sys.exit(f"FAILED: {a} {b}")
PYTHON
mpi 2 "$lra" --data "$table" --label-column 1 --iterations 1 >log 2>&1 && fail "takes any number as a label"
grep -q "labels in column 1" log || fail "$(cat log)"
