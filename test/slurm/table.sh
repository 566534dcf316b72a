# The table of a sweep: medians, speedup and efficiency of results that are made up here; what is missing or does not fit
# is named. Needs no Slurm.
# ctest: RELEASE_ONLY TIMEOUT 30 PROCESSORS 1
source "$(dirname "$0")/../apps/programs.bash"
table() { "$python" "$SOURCE_DIR/scripts/slurm/scaling-table" "$@"; }

"$python" - <<'PYTHON'
import json, pathlib

def sweep(kind, program, runs):
    """Each run: nodes, tasks, threads, number, and what the program wrote, or None."""
    folder = pathlib.Path(f"{kind}-{program}")
    folder.mkdir()
    for job, (*layout, run, result) in enumerate(runs, 1):
        with open(folder / "jobs.tsv", "a") as file: print(job, kind, program, *layout, run, sep="\t", file=file)
        if result is None: continue
        result |= {"ranks": layout[0] * layout[1], "threads": layout[2], "bytes_sent_max": 2500000, "peak_memory_bytes": 10**8}
        (folder / f"{'-'.join(map(str, layout))}-run{run}.json").write_text(json.dumps(result))

def als(*seconds): return {"ratings": 1000, "iterations": [{"iteration": i, "seconds": s} for i, s in enumerate(seconds, 1)]}
def lra(rows, seconds): return {"rows": rows, "seconds_per_iteration": seconds, "iterations": [{"seconds": 99}]}

sweep("strong", "als", [(4, 2, 1, 1, als(9, 1, 2)), (1, 1, 2, 1, als(5, 6, 7)), (1, 1, 2, 2, als(8)), (1, 1, 2, 3, als(7, 7)),
                        (4, 2, 1, 2, None), (8, 2, 1, 1, None)])
sweep("weak", "lra", [(1, 1, 1, 1, lra(500, 2.0)), (2, 1, 2, 1, lra(2000, 2.5))])
sweep("weak", "als", [(1, 1, 1, 1, als(1)), (2, 1, 1, 1, als(1))])
sweep("strong", "lra", [(1, 1, 1, 1, lra(500, 1.0))])
PYTHON

# wants TEXT FILE: whole lines, blanks do not count.
wants() { [[ $(tr -s ' ' <"$2" | sed 's/^ //') == "$1" ]] || fail "got '$(cat "$2")', not '$1'"; }
table strong-als >out 2>err && fail "misses nothing"
wants "pantile-als, strong scaling: seconds of an iteration
nodes tasks threads cores size runs seconds least most speedup efficiency MB sent MB memory
1 1 2 2 1000 3 7 6 8 1 1 2.5 100
4 2 1 8 1000 1 2 2 2 3.5 0.875 2.5 100" out
wants "job 5 has no result: it has not begun
job 6 has no result: it has not begun" err
sed -i 6d strong-als/jobs.tsv
touch strong-als/4-2-1-run2.log
table strong-als >out 2>err && fail "misses nothing"
wants "job 5 has no result: see strong-als/4-2-1-run2.log" err

table --csv weak-lra >out || fail "--csv: exit code $?"
wants "nodes,tasks,threads,cores,size,runs,seconds,least,most,speedup,efficiency,MB sent,MB memory
1,1,1,1,500,1,2.0,2.0,2.0,1.0,1.0,2.5,100.0
2,1,2,4,2000,1,2.5,2.5,2.5,3.2,0.8,2.5,100.0" out

# refused TEXT FOLDER
refused() {
  table "$2" >out 2>err && fail "takes $2"
  grep -q -- "$1" err && [[ $(wc -l <err) -eq 1 ]] || fail "no line '$1': $(cat err)"
}
refused "2 cores had 1 times the size of 1: that is not weak scaling" weak-als
sed -i 's/"ranks": 1/"ranks": 3/' strong-lra/*.json
refused "the program ran on 3 ranks with 1 threads" strong-lra
echo "{" >strong-lra/1-1-1-run1.json
refused "1-1-1-run1.json: " strong-lra
echo "1 2 3" >strong-lra/jobs.tsv
refused "is not a line that" strong-lra
refused "give the folder" nowhere
