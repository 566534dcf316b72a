# pantile-als without options, its model files, and factors from .npy files against Listing 4 in dense matrices.
source "$(dirname "$0")/programs.bash"

# With sanitizers a million ratings take minutes: a smaller set, fewer iterations.
few=() planted="20,000 users, 5,000 items"
[[ $TEST_RANKS == *9* ]] || few=(--generate 2000,500,40000 --iterations 1) planted="2,000 users, 500 items"
mpi 2 "$als" "${few[@]}" >log || fail "no options: exit code $?"
tail -1 log | grep -q "model written to pantile-als-model" || fail "does not say where the model is: $(tail -1 log)"
grep -q "$planted" log || fail "not the planted set"
[[ $(ls pantile-als-model | tr '\n' ' ') == "item_factors.npy item_ids.npy model.json user_factors.npy user_ids.npy " ]] ||
  fail "model files: $(ls pantile-als-model)"
[[ $(ls) == $'log\npantile-als-model' ]] || fail "left behind: $(ls)"
mpi 1 "$als" --generate 200,100,2000 --iterations 1 >log || fail "second run: exit code $?"
mpi 2 "$als" --version >log && [[ $(wc -l <log) -eq 1 ]] || fail "--version"
mpi 2 "$als" --help >log && [[ $(grep -c -- "--regularization L" log) -eq 1 ]] || fail "--help"

"$python" - make <<'PYTHON'
import numpy as np
g = np.random.default_rng(3)
r = np.where(g.random((14, 9)) < 0.4, g.integers(1, 11, (14, 9)) / 2, 0)
r[:, 0] = 1
r[0, :] = 2
users, items = np.arange(14) * 7 - 20, np.arange(9) * 5 + 10**15
pairs = np.argwhere(r)
g.shuffle(pairs)
with open("r.csv", "w") as file:
    for u, i in pairs: print(users[u], items[i], r[u, i], sep=";", file=file)
np.save("dense.npy", r)
np.save("x.npy", g.standard_normal((14, 4)))
np.save("y.npy", np.asfortranarray(g.standard_normal((9, 4))))
np.save("wrong.npy", np.zeros((8, 4)))
PYTHON
for ranks in $TEST_RANKS; do
  mpi "$ranks" "$als" --ratings r.csv --factors 4 --iterations 5 --alpha 40 --regularization 0.1 --dtype f64 \
    --init-user-factors x.npy --init-item-factors y.npy --output "model $ranks/" >log || fail "$ranks ranks: exit code $?"
done
"$python" - "$TEST_RANKS" <<'PYTHON'
import json, sys
import numpy as np
r, x, y = np.load("dense.npy"), np.load("x.npy"), np.load("y.npy")

def half(r, y):
    x = np.empty((len(r), 4))
    for u, row in enumerate(r):
        c, p = 40 * row, (row != 0).astype(float)
        x[u] = np.linalg.solve(y.T @ np.diag(c) @ y + y.T @ y + 0.1 * np.eye(4), y.T @ (np.diag(c) + np.eye(len(c))) @ p)
    return x

for _ in range(5):
    x = half(r, y)
    y = half(r.T, x)
for ranks in sys.argv[1].split():
    folder = f"model {ranks}"
    load = lambda name: np.load(f"{folder}/{name}.npy")
    error = max(abs(load("user_factors") - x).max(), abs(load("item_factors") - y).max())
    if not error < 1e-10: sys.exit(f"FAILED: {ranks} ranks: the factors differ by {error}")
    if load("user_ids").tolist() != (np.arange(14) * 7 - 20).tolist(): sys.exit("FAILED: user ids")
    if load("item_ids").tolist() != (np.arange(9) * 5 + 10**15).tolist(): sys.exit("FAILED: item ids")
    if load("user_ids").dtype != np.int64: sys.exit("FAILED: the type of the ids")
    with open(f"{folder}/model.json") as file: model = json.load(file)
    if (model["alpha"], model["users"], len(model["iterations"])) != (40, 14, 5): sys.exit(f"FAILED: {model}")
    print(f"{ranks} ranks: the factors differ by {error:.1e}")
PYTHON
