# ctest: TIMEOUT 280 RELEASE_ONLY
# pantile-als on MovieLens: sizes, falling loss, the same loss for every number of ranks, ranking quality, results file.
source "$(dirname "$0")/programs.bash"
need_data movielens-small/ratings.csv
ratings="$data/movielens-small/ratings.csv"

for ranks in $TEST_RANKS; do
  for setting in "1 10" "40 0.1"; do
    [[ $setting == "40 0.1" && -n ${ASAN_OPTIONS-} && $ranks -gt 1 ]] && continue  # slow there
    read -r alpha lambda <<<"$setting"
    mpi "$ranks" "$als" --ratings "$ratings" --factors 40 --iterations 10 --dtype f64 --seed 7 --test-fraction 0.2 \
      --alpha "$alpha" --regularization "$lambda" --json "$ranks-$alpha.json" --no-output >log ||
      fail "$ranks ranks, alpha $alpha: exit code $?"
  done
done

"$python" - "$TEST_RANKS" <<'PYTHON'
import json, os, sys

def check(good, what):
    if not good: sys.exit(f"FAILED: {what}")

ranks = [int(r) for r in sys.argv[1].split()]
keys = ["program", "version", "ranks", "threads", "dtype", "users", "items", "ratings", "factors", "iterations",
        "metrics", "bytes_sent_max", "peak_memory_bytes"]
for alpha in 1, 40:
    first = None
    for r in ranks:
        if "ASAN_OPTIONS" in os.environ and alpha == 40 and r > 1: continue
        with open(f"{r}-{alpha}.json") as file: result = json.load(file)
        where = f"{r} ranks, alpha {alpha}"
        check(list(result) == keys, f"{where}: keys {list(result)}")
        check((result["program"], result["ranks"], result["dtype"], result["factors"]) == ("pantile-als", r, "f64", 40),
              f"{where}: {result}")
        check((result["users"], result["items"], result["ratings"]) == (671, 9066, 100004), f"{where}: sizes")
        check([i["iteration"] for i in result["iterations"]] == list(range(1, 11)), f"{where}: iterations")
        check(all(list(i) == ["iteration", "loss", "seconds"] and i["seconds"] > 0 for i in result["iterations"]),
              f"{where}: {result['iterations']}")
        loss = [i["loss"] for i in result["iterations"]]
        check(all(a > b for a, b in zip(loss, loss[1:])), f"{where}: the loss rises: {loss}")
        first = first or loss
        check(all(abs(a - b) <= 1e-9 * a for a, b in zip(first, loss)), f"{where}: {loss[-1]} instead of {first[-1]}")
        metrics = result["metrics"]
        check(list(metrics) == ["ndcg10", "recall10", "map10", "auc10", "popularity_ndcg10"], f"{where}: {metrics}")
        check(abs(metrics["popularity_ndcg10"] - 0.17) < 0.02, f"{where}: {metrics}")
        check(alpha != 1 or metrics["ndcg10"] >= 0.30, f"{where}: {metrics}")
        check(0 < metrics["map10"] < metrics["ndcg10"] and 0.5 < metrics["auc10"] < 1, f"{where}: {metrics}")
        check(0 < metrics["recall10"] < 1, f"{where}: {metrics}")
        check((result["bytes_sent_max"] > 0) == (r > 1) and result["peak_memory_bytes"] > 1000000, f"{where}: costs")
    print(f"alpha {alpha}: loss {first[-1]:.6f} on {ranks} ranks")
PYTHON

# Explicit feedback: nearer to the ratings than their mean, and than published for as few ratings.
mpi 2 "$als" --ratings "$ratings" --feedback explicit --factors 10 --regularization 0.1 --dtype f32 --test-fraction 0.1 --json explicit.json --no-output >log ||
  fail "explicit: exit code $?"
"$python" -c "
import json, sys
m = json.load(open('explicit.json'))['metrics']
print(m)
sys.exit(not (0.7 < m['rmse'] < 0.93 < m['mean_rmse'] < 1.1 and m['mae'] < 0.72))" || fail "explicit: the errors"

# Titles of what is recommended: nothing that the user has rated, each once, the last ones of the output.
mpi 2 "$als" --ratings "$ratings" --user 1 --top 7 --titles "$data/movielens-small/movies.csv" --no-output >log
grep -q "^recommended for user 1$" log || fail "no recommendations"
tail -7 log | awk '{print $2}' >recommended
[[ $(sort -u recommended | grep -c '^[0-9]*$') -eq 7 ]] || fail "not 7 items: $(tail -7 log)"
tail -7 log | grep -q '([12][0-9][0-9][0-9])' || fail "no titles: $(tail -7 log)"
awk -F, '$1 == 1 {print $2}' "$ratings" | grep -qxFf recommended && fail "recommends what is rated"
[[ ! -e pantile-als-model ]] || fail "--no-output wrote a model"
