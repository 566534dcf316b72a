# Sweeps of both kinds: every combination runs, one job at a time, weak problems grow with the cores, the table has them all
# and names what has failed.
# ctest: RELEASE_ONLY TIMEOUT 280 PROCESSORS 2
source "$(dirname "$0")/cluster.bash"
export PANTILE_BIN="$BUILD_DIR/apps"
scaling=$SOURCE_DIR/scripts/slurm/scaling

# refused TEXT ARGUMENT...
refused() {
  local text=$1
  shift
  "$scaling" "$@" >log 2>&1 && fail "takes $*"
  grep -q -- "$text" log || fail "no '$text': $(cat log)"
}
refused "strong|weak als|lra" strong
refused "strong or weak, not 'fast'" fast als
refused "als or lra, not 'svd'" strong svd
refused "--nodes=1,x: numbers" strong als --nodes=1,x
refused "--runs=1,2: one number" strong als --runs=1,2
refused "give --generate SIZE after --" weak als -- --ratings r.csv
[[ -z $(squeue -h) ]] || fail "jobs of refused sweeps: $(squeue)"

# sweep KIND PROGRAM ARGUMENT...: leaves the folder KIND-PROGRAM.
sweep() { "$scaling" "$1" "$2" --folder="$1-$2" --time=1 "${@:3}" >>log 2>&1 || fail "$*: $(cat log)"; }
sweep strong als --nodes=1,4 --ntasks-per-node=2 --runs=1 -- --generate 300,80,2000 --factors 4 --iterations 2
sweep weak lra --nodes=1,2 --ntasks-per-node=1 --cpus-per-task=2 --runs=1 -- --generate 400,5 --iterations 5
sweep strong lra --nodes=1 --runs=1 -- --data nothing.csv
refused "holds a measurement already" strong lra --folder=strong-lra
no_jobs() { [[ -z $(squeue -h) ]]; }
until_true 120 no_jobs || fail "jobs do not end: $(squeue)"

# columns FOLDER: nodes, tasks, threads and size of the rows of its table.
columns() {
  "$SOURCE_DIR/scripts/slurm/scaling-table" --csv "$1" >"$1.csv" || fail "table of $1: $(tail "$1"/*.log)"
  sed 1d "$1.csv" | cut -d, -f1-3,5
}
size=$("$python" -c "import json; print(json.load(open('strong-als/1-2-1-run1.json'))['ratings'])")
[[ $(columns strong-als) == "1,2,1,$size"$'\n'"4,2,1,$size" ]] || fail "$(cat strong-als.csv)"
[[ $(columns weak-lra) == $'1,1,2,400\n2,1,2,800' ]] || fail "$(cat weak-lra.csv)"
"$SOURCE_DIR/scripts/slurm/scaling-table" strong-lra >log 2>&1 && fail "a result of no data"
grep -q "no result: see strong-lra/1-1-1-run1.log" log || fail "$(cat log)"
grep -q "nothing.csv" strong-lra/1-1-1-run1.log || fail "$(cat strong-lra/*.log)"
