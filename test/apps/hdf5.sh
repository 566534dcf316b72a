# Models and data in HDF5 files: h5py opens what the programs write, and they read what h5py writes.
source "$(dirname "$0")/programs.bash"

"$python" -c "
import numpy as np
g = np.random.default_rng(5)
r = np.where(g.random((14, 9)) < 0.4, g.integers(1, 11, (14, 9)) / 2, 0)
r[:, 0] = r[0, :] = 2
with open('r.csv', 'w') as file:
    for u, i in np.argwhere(r): print(7 * u - 20, 5 * i + 10**15, r[u, i], sep=',', file=file)
X = g.integers(0, 100, (60, 5))
y = X @ [1, -1, 2, 0, -1] + g.normal(0, 20, 60) > 40
np.save('X.npy', X.astype(float))
np.save('y.npy', y.astype(float))"
als_data=(--ratings r.csv --factors 4 --feedback explicit)
als_model=("${als_data[@]}" --iterations 3)
if ! mpi 1 "$als" "${als_model[@]}" --model-format hdf5 --output probe >log 2>&1; then
  grep -q "model-format hdf5: Pantile was built without HDF5" log || fail "$(cat log)"
  [[ ! -e probe ]] || fail "wrote something"
  echo "skipped: built without HDF5" && exit 77
fi
"$python" -c "import h5py" 2>/dev/null || { echo "skipped: no h5py (on Debian python3-h5py)" && exit 77; }

# The same model in both formats, and what replaces what.
mpi 2 "$als" "${als_model[@]}" --output npy >log || fail "npy: exit code $?"
mpi 3 "$als" "${als_model[@]}" --output hdf5 >log || fail "npy before hdf5: exit code $?"
echo mine >hdf5/notes
mpi 3 "$als" "${als_model[@]}" --model-format hdf5 --output hdf5 >log || fail "hdf5: exit code $?"
grep -q "the model in 'hdf5' will be replaced" log || fail "not said: $(cat log)"
[[ $(ls -A hdf5) == $'model.h5\nnotes' ]] || fail "files: $(ls -A hdf5)"
# Files that are named as those of a model, but where there is none, are not a model's.
mkdir foreign
echo mine >foreign/user_ids.npy
mpi 2 "$als" "${als_model[@]}" --model-format hdf5 --output foreign >log || fail "hdf5 beside others: exit code $?"
[[ $(ls -A foreign) == $'model.h5\nuser_ids.npy' && $(<foreign/user_ids.npy) == mine ]] || fail "files: $(ls -A foreign)"
for model in npy hdf5 hdf5/model.h5; do
  mpi 2 "$als" recommend --model "$model" --ratings r.csv --top 3 --output table >log || fail "recommend of $model: exit code $?"
  mv table "table-${model//\//-}"
  alone "$als" similar --model "$model" --item $((10**15 + 5)) >"like-${model//\//-}" || fail "similar in $model: exit code $?"
done
cmp table-npy table-hdf5 && cmp table-npy table-hdf5-model.h5 && cmp like-npy like-hdf5 || fail "other answers"
mpi 2 "$als" "${als_data[@]}" --iterations 1 --init-item-factors hdf5/model.h5:/item_factors --output h --json h.json >log &&
  alone "$als" "${als_data[@]}" --iterations 1 --init-item-factors npy/item_factors.npy --output n --json n.json >log ||
  fail "starting from factors: exit code $?"

lra_model=(--intercept --standardize --solver newton --iterations 20 --regularization 1)
mpi 2 "$lra" --data X.npy --labels y.npy "${lra_model[@]}" --output lra-npy --json l.json >log || fail "lra: exit code $?"

"$python" - <<'PYTHON'
import json, sys
import h5py, numpy as np

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

with h5py.File("hdf5/model.h5") as file:
    said = json.load(open("npy/model.json"))
    arrays = ["item_biases", "item_factors", "item_ids", "user_biases", "user_factors", "user_ids"]
    check(sorted(file) == arrays, list(file))
    for name in arrays:
        ours, other = file[name], np.load(f"npy/{name}.npy")
        check(ours.dtype == other.dtype and ours.shape == other.shape and np.allclose(ours, other, rtol=1e-9), name)
    check(set(file.attrs) == set(said), set(file.attrs) ^ set(said))
    steps = [i["loss"] for i in json.loads(file.attrs["iterations"])]
    check(np.allclose(steps, [i["loss"] for i in said.pop("iterations")], rtol=1e-9), f"iterations: {steps}")
    for name, value in said.items():
        ours = file.attrs[name]
        if isinstance(value, dict): ours = json.loads(ours)
        check(ours == value or np.isclose(ours, value, rtol=1e-9), f"{name}: {ours} {value}")
loss = [json.load(open(f"{name}.json"))["iterations"][-1]["loss"] for name in "hn"]
check(np.isclose(*loss, rtol=1e-9), f"a start from the same factors: {loss}")

X, y = np.load("X.npy"), np.load("y.npy")
with h5py.File("data.h5", "w") as file:
    file["X"] = X.astype("int8")
    file["rows/y"] = y.astype(bool)
    file.create_dataset("zipped", data=X.astype(">f8"), chunks=(7, 2), compression="gzip", shuffle=True)
    file["half"] = X.astype("float16")
    file["short"] = y.astype(">i2")
    file["together"] = np.column_stack([X, y]).astype("uint32")
    file["text"] = "X"
    file["unsigned"] = X.astype("uint64")
    X[13, 2] = np.nan
    file["nan"] = X
PYTHON
n=0
for data in "X rows/y" "zipped short" "half short" "together"; do
  read -r X y <<<"$data "
  mpi $((n++ % 3 + 1)) "$lra" --data "data.h5:/$X" ${y:+--labels "data.h5:/$y"} "${lra_model[@]}" --output "lra-$X" \
    --model-format hdf5 >log || fail "$data: exit code $?"
done
alone "$lra" predict --model lra-npy --data data.h5:/together --out npy.csv >log || fail "predict: exit code $?"
mpi 2 "$lra" predict --model lra-zipped --data data.h5:/X --labels y.npy --out hdf5.csv --json p.json >log || fail "predict: exit code $?"
"$python" - <<'PYTHON'
import json, sys
import h5py, numpy as np
w = np.load("lra-npy/weights.npy")
for name in "X", "zipped", "half", "together":
    with h5py.File(f"lra-{name}/model.h5") as file:
        if not np.allclose(file["weights"], w, rtol=1e-9): sys.exit(f"FAILED: {name}: {file['weights'][:]} instead of {w}")
        if file.attrs["classes"].tolist() != [0, 1]: sys.exit("FAILED: classes")
a, b = (np.loadtxt(f"{name}.csv", delimiter=",", skiprows=1) for name in ("npy", "hdf5"))
if not np.allclose(a, b, rtol=1e-9): sys.exit("FAILED: other predictions")
PYTHON

refuses "$lra" 1 "data.h5:/nan': the element .13, 2. is nan, which is not finite" --data data.h5:/nan --labels y.npy
refuses "$lra" 1 "'data.h5' has no dataset '/none'; it has '/X', '/half', '/nan', '/rows/y'" --data data.h5:/none --labels y.npy
refuses "$lra" 1 "give data.h5:/DATASET" --data data.h5
refuses "$lra" 1 "data.h5:/text' holds elements of type text" --data data.h5:/text
refuses "$lra" 1 "data.h5:/unsigned' holds elements of type uint64" --data data.h5:/unsigned
refuses "$lra" 1 "data.h5:/rows/y' has shape (60,), expected 2 dimensions" --data data.h5:/rows/y
refuses "$lra" 1 "data.h5:/X' has shape (60, 5), expected 1 dimension" --data X.npy --labels data.h5:/X
refuses "$lra" 1 "named twice" --data data.h5:/X --labels y.npy --json data.h5
refuses "$als" 1 "'data.h5' is not of a model of pantile-als: it names no program" similar --model data.h5 --item 1
refuses "$als" 1 "'r.csv' is no HDF5 file" similar --model r.csv --item 1
cp npy/model.json hdf5
refuses "$als" 1 "'hdf5' holds two models" similar --model hdf5 --item 1
