# ctest: RELEASE_ONLY
# pantile-als recommend and similar against the same in dense matrices, on models in both precisions.
source "$(dirname "$0")/programs.bash"

"$python" - <<'PYTHON'
import numpy as np
g = np.random.default_rng(5)
def write(name, users, items, chance):
    with open(name, "w") as file:
        print("user,item,rating", file=file)
        for u in users:
            for i in items:
                if g.random() < chance: print(u, i, g.integers(1, 11) / 2, sep=",", file=file)
write("ratings.csv", range(40), range(100, 160, 3), 0.4)
write("new.csv", range(-7, 90, 4), range(102, 150), 0.2)  # most items are unknown
with open("new.csv", "a") as file: print("1000,101,3\n1001,100,0\n1002,100,1", file=file)
PYTHON
options=(--factors 5 --alpha 2 --regularization 0.3 --regularization-scaling 0.5 --unobserved-weight 0.4 --weights log)
mpi 2 "$als" --ratings ratings.csv "${options[@]}" --solver cg --iterations 3 --output double >log || fail "exit code $?"
mpi 2 "$als" --ratings ratings.csv "${options[@]}" --dtype f32 --iterations 3 --output single >log || fail "exit code $?"
for ranks in 2 3 4; do
  for model in double single; do
    mpi "$ranks" "$als" recommend --model $model --ratings new.csv --top 4 --output "$model-$ranks.csv" >log || fail "exit code $?"
    grep -q "that the model does not know left out; [0-9]* users\? left out, without a rating above 0" log ||
      fail "does not say what is left out: $(cat log)"
    tail -1 log | grep -q "^4 items for each of [0-9]* users written to $model-$ranks.csv$" || fail "$(cat log)"
  done
  mpi "$ranks" "$als" recommend --model double --ratings new.csv --top 4 >terminal.csv 2>notes || fail "exit code $?"
  cmp terminal.csv "double-$ranks.csv" || fail "the terminal has another table"
  grep -q "does not know" notes || fail "no note: $(cat notes)"
  # A pipe is written into; what the model consists of is not.
  mpi "$ranks" "$als" recommend --model double --ratings new.csv --top 4 --output /dev/stdout >piped.csv || fail "exit code $?"
  grep -v "left out\|written to" piped.csv | cmp - "double-$ranks.csv" || fail "the pipe has another table"
  mpi "$ranks" "$als" similar --model double --item 112 --top 3 >similar-"$ranks" || fail "exit code $?"
done

printf '7,100,0\n8,103,2\n' >zeros.csv
ends 0 mpi 2 "$als" --trace traced recommend --model double --ratings zeros.csv --top 1
grep -q "^zeros.csv: 1 user left out, without a rating above 0" log || fail "vanishes silently: $(cat log)"

"$python" - <<'PYTHON'
import csv, sys
import numpy as np
def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")
for model, near in ("double", 1e-9), ("single", 1e-3):
    y, ids = np.load(f"{model}/item_factors.npy").astype(float), np.load(f"{model}/item_ids.npy").tolist()
    rated = {}
    for u, i, r in list(csv.reader(open("new.csv")))[1:]:
        if int(i) in ids: rated.setdefault(int(u), {})[ids.index(int(i))] = float(r)
    rated = {u: of for u, of in rated.items() if any(of.values())}
    check(1000 not in rated and 1001 not in rated and 1002 in rated and len(rated) > 10, rated)
    tables = [list(csv.reader(open(f"{model}-{ranks}.csv"))) for ranks in (2, 3, 4)]
    for table in tables:
        check(table[0] == ["user", "item", "rank", "score"], table[0])
        check(len(table) == 1 + 4 * len(rated), f"{len(table)} lines")
        for n, (u, of) in enumerate(sorted(rated.items())):
            items = [i for i, r in of.items() if r]
            c, z = np.log1p([of[i] for i in items]), y[items]
            weight = 0.3 * (len(items) + 0.4 * len(ids)) ** 0.5
            a = 0.4 * y.T @ y + z.T @ ((2 * c + 1 - 0.4)[:, None] * z) + weight * np.eye(5)
            score = y @ np.linalg.solve(a, z.T @ (2 * c + 1))
            score[list(of)] = -np.inf
            best = np.sort(score)[::-1][:4]
            for k, row in enumerate(table[1 + 4 * n:5 + 4 * n]):
                at = ids.index(int(row[1]))
                check((int(row[0]), int(row[2])) == (u, k + 1), row)
                check(abs(float(row[3]) - best[k]) < near and abs(score[at] - best[k]) < near, f"{row}: {best[k]}")
        check(len({(row[0], row[1]) for row in table[1:]}) == len(table) - 1, "an item twice")
y, ids = np.load("double/item_factors.npy"), np.load("double/item_ids.npy").tolist()
cosine = y @ y[ids.index(112)] / np.linalg.norm(y, axis=1) / np.linalg.norm(y[ids.index(112)])
order = [i for i in np.argsort(-cosine) if ids[i] != 112][:3]
for ranks in 2, 3, 4:
    lines = [line.split() for line in open(f"similar-{ranks}")]
    check(lines[0] == ["like", "item", "112"], lines)
    check([(int(l[1]), l[0]) for l in lines[-3:]] == [(ids[i], f"{cosine[i]:.3f}") for i in order], lines)
print(f"{len(rated)} users, 4 items each; like 112: {[ids[i] for i in order]}")
PYTHON
