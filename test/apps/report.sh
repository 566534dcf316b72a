# pantile-report: the page of a small ALS run holds what the run's profile says, names a slow rank, and replaces an old
# page only when it is complete; predicted bytes are those that are received; two traces side by side; what Perfetto reads.
# ctest: RELEASE_ONLY TIMEOUT 120
source "$(dirname "$0")/programs.bash"
report="$BUILD_DIR/apps/pantile-report"
traced="$BUILD_DIR/test/fault/traced"

traced_als 4 1 one
traced_als 2 2 two
mkdir empty

refuses "$report" 2 "DIR is required"
refuses "$report" 2 "--json before recover or profile" --json model.json profile one
refuses "$report" 2 "--perfetto takes one" --perfetto trace.json one two
refuses "$report" 1 "there is no 'nowhere'" nowhere
refuses "$report" 1 "there is no OTF2 archive" empty

"$report" one --json one.json --sources "$SOURCE_DIR" >log
grep -q "wrote one/report.html" log || fail "no page: $(cat log)"
"$python" "$SOURCE_DIR/test/apps/check_report.py" one one.json one/report.html || fail "the page of ALS"

"$report" two --json two.json >log
"$python" "$SOURCE_DIR/test/apps/check_report.py" two two.json two/report.html || fail "the page of ALS on threads"
"$python" - <<'PYTHON' || fail "threads are lost"
import json
model = json.load(open("two.json"))
assert [(l["rank"], l["thread"]) for l in model["locations"]] == [(0, 0), (0, 1), (1, 0), (1, 1)]
rows = {(row["name"], row["depth"]): row for row in model["profile"]["paths"]}
iterations = 2 * 2 * 2  # on 2 ranks, users and items
assert rows["solve rows", 1]["count"] == iterations == rows["other threads", 0]["ranks"] * 4, rows.keys()
PYTHON

PANTILE_TRACE=trace PANTILE_TRACE_DIR=uneven mpi 3 "$traced" nothing >log 2>&1 || fail "traced: $(cat log)"
"$report" uneven --json uneven.json --output uneven.html >log
"$python" "$SOURCE_DIR/test/apps/check_report.py" uneven uneven.json uneven.html || fail "the page of an uneven run"
"$python" - <<'PYTHON' || fail "the slow rank is not named, or predictions are lost"
import json, re
model = json.load(open("uneven.json"))
findings = model["findings"]
late, = [l for l in model["waits"]["late"] if l[0] == 2 and model["regions"][model["paths"][l[1]][1]][0] == "uneven work"]
assert late[2] > 0 and late[3] == 1, late  # both others wait for it in one barrier
if late[2] * 1e-9 > 0.1 * sum(r["sum_of_exclusive"] for r in model["profile"]["ranks"][:2]):  # a busy machine may drown it
    slow = [f for f in findings if re.match(r"rank 2 .* in uneven work at traced.cpp:\d+.*: the others wait .* in 1 collective\)", f["text"])]
    assert len(slow) == 1 and slow[0]["rank"] == 2, findings
dot, = [p for p in model["predictions"] if model["regions"][model["paths"][p["path"]][1]][0] == "dot"]
assert dot["count"] == 60 and dot["seconds"] > 0, dot
# Whatever these statements move belongs to a plan.
rows = model["profile"]["operations"]
for name in ("program", "statements", "dot", "retile", "reduce"):
    row, = [r for r in rows if r["name"] == name and not r["call"]]
    assert row["predicted_bytes"] == row["moved"]["bytes_received"] > 0, row
    assert 0 < row["predicted_seconds"] and 0 < row["timed_seconds"] <= row["inclusive"]["mean"] * (1 + 1e-9), row
for name in ("allreduce", "compare", "barrier"):  # collectives by themselves, too
    row, = [r for r in rows if r["name"] == name and r["call"]]
    assert row["predicted_seconds"] > 0 and abs(row["timed_seconds"] - row["inclusive"]["mean"]) < 1e-9, row
intervals = [(p, r) for l in model["locations"] for p, r in zip(l["intervals"]["predicted"], l["intervals"]["received"])]
assert all(p in (-1, r) for p, r in intervals) and any(p > 0 for p, r in intervals)
PYTHON

"$report" one two >log
grep -q "wrote one/comparison.html" log || fail "no comparison: $(cat log)"
for file in trace.json trace.json.gz; do
  "$report" --perfetto $file one >log 2>&1 || { grep -q "without zlib" log && continue; fail "$file: $(cat log)"; }
  "$python" - $file <<'PYTHON' || fail "$file"
import gzip, json, sys
profile = json.load(open("one/profile.json"))
events = json.load((gzip.open if sys.argv[1].endswith(".gz") else open)(sys.argv[1]))["traceEvents"]
regions = [e for e in events if e["ph"] == "X"]
assert len(regions) == sum(row["count"] for row in profile["operations"])
for row in profile["operations"]:
    name = "communication" if row["call"] else "operation"
    mine = [e["dur"] for e in regions if (e["name"], e["cat"]) == (row["name"], name)]
    assert len(mine) == row["count"] and abs(max(mine) * 1e-6 - row["longest"]) < 1e-8, row["name"]
assert sum(e["ph"] == "s" for e in events) == sum(e["ph"] == "f" for e in events)
PYTHON
done

# An archive of another writer.
code=0
"$python" "$SOURCE_DIR/test/apps/make_archive.py" foreign || code=$?
((code == 77)) && echo "left out, without python3-otf2: archives of other writers"
if ((code == 0)); then
  "$report" foreign --json foreign.json >log
  "$report" --perfetto foreign-trace.json foreign >log
  "$python" - <<'PYTHON' || fail "the archive of another writer"
import json, re
model = json.load(open("foreign.json"))
ms = 1_000_000
regions, paths = model["regions"], model["paths"]
assert model["ranks"] == 3 and len(model["locations"]) == 7 and model["length"] == 100 * ms, model["length"]
late = sorted((rank, waited, count) for rank, path, waited, count in model["waits"]["late"])
assert late == [(0, 8 * ms, 1), (2, 30 * ms, 1)], late  # not rank 2 in the bcast, and nobody alone
rows = {(row["name"], row["call"]): row for row in model["profile"]["operations"]}
assert ("omp barrier", False) in rows and ("MPI_Bcast", True) in rows, rows.keys()
work = rows["</script><b>work", False]
assert abs(work["inclusive"]["max"] - 0.14) < 1e-9 and work["flops"] == 0 and work["count"] == 4, work
assert abs(rows["never left", False]["inclusive"]["min"] - 0.02) < 1e-9, "ends with what is around it"
assert abs(rows["never left", False]["inclusive"]["max"] - 0.04) < 1e-9, "also on the accelerator of rank 1"
assert [l["rank"] for l in model["locations"] if l["name"] in ("stream", "card", "meter")] == [0, 1], "none of them is a rank"
uneven = [f["text"] for f in model["findings"] if "is uneven" in f["text"]]
assert "</script><b>work at work.f90:7 is uneven over threads, most on rank 0: one of them takes 57.0 ms, the mean is 43.5 ms (imbalance 1.31)" in uneven, uneven
assert any("(87.0 ms against 68.0 ms of the others" in f["text"] for f in model["findings"]), "both threads of rank 0 count"
power, = [s for s in model["metrics"]["series"] if s["name"] == "power"]
assert power["value"]["max"][-1] == 200 and power["value"]["max"][0] is None, "nobody knows it before it was measured"
cpu, = [s for s in model["metrics"]["series"] if s["name"] == "cpu time"]
assert abs(cpu["value"]["max"][-1] - 1.5) < 1e-9, cpu["value"]["max"][-1]
assert any(note == ["depth", "-5"] for notes in model["notes"] for note in notes), model["notes"]
events = json.load(open("foreign-trace.json"))["traceEvents"]
assert sum(e["ph"] == "X" for e in events) == 19 and all(e["dur"] >= 0 for e in events if e["ph"] == "X")
page = open("foreign/report.html").read()
embedded = re.search(r'<script type="application/json" id="models">(.*?)</script>', page, re.S)
assert json.loads(embedded[1])[0] == model, "</script> in a name"
PYTHON
fi

# Whatever is large, the page and the memory for it are not.
code=0
"$python" "$SOURCE_DIR/test/apps/make_large_archive.py" large 160 3000 || code=$?
if ((code == 0)); then
  "$python" - "$report" <<'PYTHON' || fail "the page of a large archive"
import json, os, resource, subprocess, sys
subprocess.run([sys.argv[1], "large", "--json", "large.json"], check=True, stdout=subprocess.DEVNULL)
size, memory = os.path.getsize("large/report.html"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
model = json.load(open("large.json"))
assert size < 20_000_000 and memory < 500_000, (size, memory)
assert len(model["locations"]) == 160 and all(l["executions"] == 121 for l in model["locations"])
assert 0 < len(model["metrics"]["series"]) <= 40 and len(model["paths"]) <= 2 * 5000  # and below each of them what is beyond
assert 0 < sum(len(l["intervals"]["begin"]) for l in model["locations"]) < 160 * 121, "the shortest are left out"
PYTHON
fi

# What is no regular file is written into.
mkfifo pipe
timeout 20 cat pipe >piped.json &
timeout 20 "$report" --perfetto pipe one >log || fail "a pipe: $(cat log)"
wait $!
[[ -p pipe && -s piped.json ]] || fail "a pipe was replaced"

# An archive that is damaged leaves the page that is there.
cp -r one damaged
echo "the old page" >damaged/report.html
for events in damaged/traces/*.evt; do truncate -s 100 "$events"; done
refuses "$report" 1 "cannot read\|damaged" damaged
[[ $(cat damaged/report.html) == "the old page" ]] || fail "the old page is gone"
[[ $(ls damaged) == $(ls one) ]] || fail "files are left over: $(ls damaged)"
