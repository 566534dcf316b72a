# ctest: RELEASE_ONLY
# pantile-lra with its solvers, on tables and sparse rows, for two and for more classes; its models predict; all against NumPy.
source "$(dirname "$0")/programs.bash"

"$python" - <<'PYTHON'
import numpy as np
r = np.random.default_rng(3)
m, k = 120, 6
X = np.where(r.random((m, k)) < 0.5, np.round(r.normal(size=(m, k)) + np.arange(k), 3), 0)
score = X[:, 0] - X[:, 1] + 0.3 * X[:, 5] - 1 + r.normal(size=m)
two, three = (score > 0) * 1, np.digitize(score, [-1, 1]) * 5 - 5
np.save("X.npy", X)
np.save("two.npy", two)
np.save("three.npy", three)
def table(name, *columns): np.savetxt(name, np.column_stack(columns), delimiter=",", fmt="%.10g")
def sparse(name, labels, first):
    with open(name, "w") as file:
        print("# made by a test", file=file)
        for x, y in zip(X, labels):
            print(f"{y:+d}", *(f"{first + j}:{x[j]:.10g}" for j in range(k) if x[j] != 0), file=file)
table("two.csv", two, X)
table("three.csv", X, three)
table("bare.csv", X)
sparse("two.svm", 2 * two - 1, 1)
sparse("three.svm", three, 0)
PYTHON

solve=(--tolerance 1e-9 --regularization 0.5 --standardize --intercept --class-weights 1,2.5)
ends 0 mpi 2 "$lra" --data two.csv --label-column 1 "${solve[@]}" --solver lbfgs --tiling column --json 0.json --output 0
ends 0 mpi 4 "$lra" --data two.csv --label-column 1 "${solve[@]}" --solver lbfgs --tiling block --json 1.json --output 1
ends 0 alone "$lra" --data two.csv --label-column 1 "${solve[@]}" --solver newton --json 2.json --output 2
ends 0 mpi 3 "$lra" --data two.svm "${solve[@]}" --solver lbfgs --json 3.json --output 3
grep -q "sparse, the first one with index 1" log || fail "does not know sparse rows: $(cat log)"
grep -q "^converged after " log || fail "does not say how it ended: $(cat log)"

many=(--multinomial --solver newton --tolerance 1e-9 --regularization 0.3 --intercept --standardize)
ends 0 mpi 2 "$lra" --data three.svm "${many[@]}" --class-weights balanced --output many --json many.json
ends 75 mpi 2 "${asked_to_end[@]}" "$lra" --data three.csv "${many[@]}" --class-weights balanced --checkpoint kept --resume
ends 0 mpi 3 "$lra" --data three.csv "${many[@]}" --class-weights balanced --checkpoint kept --resume --json resumed.json
grep -q "^going on after iteration 1" log || fail "does not go on: $(cat log)"

ends 0 mpi 2 "$lra" predict --model many --data bare.csv --out bare.out
ends 0 mpi 3 "$lra" predict --model many --data three.svm --out svm.out --json svm.json
ends 0 alone "$lra" predict --model 0 --data two.csv --out two.out --json two.json
cmp bare.out svm.out || fail "tables and sparse rows differ"
printf '1,2\n3,4\n' >narrow.csv
ends 1 alone "$lra" predict --model many --data narrow.csv --out no.out
grep -q "'narrow.csv' has 2 columns: the model has 6 features" log || fail "$(cat log)"
[[ ! -e no.out ]] || fail "wrote predictions of nothing"

"$python" - <<'PYTHON'
import json, sys
import numpy as np

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

X, two, three = (np.load(f"{name}.npy") for name in ("X", "two", "three"))
m, k = X.shape
mean, deviation = X.mean(0), X.std(0)
Z = np.hstack([(X - mean) / deviation, np.ones((m, 1))])

def solved(labels, weights, penalty):
    """Newton's method with the whole Hessian; one output for two classes."""
    classes, place = np.unique(labels, return_inverse=True)
    n = 1 if len(classes) == 2 else len(classes)
    hit = (place == 1)[:, None] * 1.0 if n == 1 else np.eye(n)[place]
    c, L = weights[place], np.diag([penalty] * k + [0])
    W = np.zeros((k + 1, n))
    for _ in range(30):
        e = np.exp(Z @ W)
        P = e / (1 + e) if n == 1 else e / e.sum(1, keepdims=True)
        G = Z.T @ (c[:, None] * (P - hit)) + L @ W
        H = np.block([[Z.T @ ((c * P[:, a] * ((a == b) - P[:, b]))[:, None] * Z) + (a == b) * L for b in range(n)]
                      for a in range(n)])
        W = W - (np.linalg.pinv(H) @ G.T.ravel()).reshape(n, k + 1).T
    return W, P

W, P = solved(two, np.array([1, 2.5]), 0.5)
p = P[:, 0]
pairs = p[two == 1][:, None] - p[two == 0][None, :]
auc = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
loss = -np.log(np.where(two == 1, p, 1 - p)).mean()
for name in "0123":
    ours, result = np.load(f"{name}/weights.npy"), json.load(open(f"{name}.json"))
    check(ours.shape == (7,) and abs(ours - W[:, 0]).max() < 1e-6, f"{name}: {ours} instead of {W[:, 0]}")
    check(result["convergence"]["converged"] and result["convergence"]["reason"] == "tolerance", f"{name}: {result}")
    check(abs(result["metrics"]["loss"] - loss) < 1e-8 and abs(result["metrics"]["auc"] - auc) < 1e-12, f"{name}: {result}")
    counts = [[((p >= 0.5) * 1 == b)[two == a].sum() for b in (0, 1)] for a in (0, 1)]
    check(result["confusion"]["counts"] == counts, f"{name}: {result['confusion']} instead of {counts}")
table = np.loadtxt("two.out", delimiter=",", skiprows=1)
check(open("two.out").readline() == "label,probability_1\n", "header of two.out")
check(abs(table[:, 1] - p).max() < 1e-6 and (table[:, 0] == (p >= 0.5)).all(), "two.out")
check(json.load(open("two.json"))["metrics"] == json.load(open("0.json"))["metrics"], "quality of predictions")

classes, rows = np.unique(three, return_counts=True)
W, P = solved(three, m / (3 * rows), 0.3)
ours, table = np.load("many/weights.npy"), np.loadtxt("bare.out", delimiter=",", skiprows=1)
check(ours.shape == (7, 3) and abs(ours - W).max() < 1e-6, f"{ours} instead of {W}")
check(open("bare.out").readline() == "label,probability_-5,probability_0,probability_5\n", "header of bare.out")
check(abs(table[:, 1:] - P).max() < 1e-6 and (table[:, 0] == classes[P.argmax(1)]).all(), "bare.out")
many, resumed = (json.load(open(f"{name}.json")) for name in ("many", "resumed"))
for key in ("loss", "accuracy"):
    check(abs(many["metrics"][key] - resumed["metrics"][key]) < 1e-9, f"{many['metrics']} {resumed['metrics']}")
    check(many["metrics"][key] == json.load(open("svm.json"))["metrics"][key], "quality of predictions")
print(f"two classes: AUC {auc:.4f}; three: accuracy {many['metrics']['accuracy']:.4f}")
PYTHON
