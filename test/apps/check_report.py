# check_report.py DIR MODEL [PAGE]: the model that pantile-report made of the trace in DIR has the totals of the
# profile beside it, and the page is one file with that model.
import json
import re
import sys


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


def is_close(a, b, error=1e-6):
    return abs(a - b) <= error * max(abs(a), abs(b)) + 2e-9


folder, model_path = sys.argv[1:3]
want = json.load(open(f"{folder}/profile.json"))
model = json.load(open(model_path))
got = model["profile"]


def check_rows(mine, wanted, name):
    check(len(mine) == len(wanted) > 0, f"{len(mine)} {name}, not {len(wanted)}")

    def key(rows, i):
        above = key(rows, rows[i]["parent"]) if rows[i]["parent"] >= 0 else ()
        return above + ((rows[i]["name"], rows[i]["file"], rows[i]["line"], rows[i]["call"]),)

    here = {key(mine, i): row for i, row in enumerate(mine)}
    for i, row in enumerate(wanted):
        k = key(wanted, i)
        check(k in here, f"{name}: no {k}")
        for field in ("count", "ranks", "moved", "predicted_bytes"):
            check(here[k][field] == row[field], f"{field} of {k}: {here[k][field]}, not {row[field]}")
        for field in ("inclusive", "exclusive", "waiting"):
            for s in ("min", "mean", "max"):
                check(is_close(here[k][field][s], row[field][s]), f"{field} of {k}: {here[k][field]}, not {row[field]}")
        for field in ("shortest", "longest", "flops", "predicted_seconds", "timed_seconds"):
            check(is_close(here[k][field], row[field]), f"{field} of {k}: {here[k][field]}, not {row[field]}")


check_rows(got["operations"], want["operations"], "operations")
check_rows(got["paths"], want["paths"], "paths")
check(len(got["ranks"]) == len(want["ranks"]), "ranks")
for mine, wanted in zip(got["ranks"], want["ranks"]):
    for field in ("rank", "host", "moved", "regions"):
        check(mine[field] == wanted[field], f"{field} of {wanted['rank']}: {mine[field]}, not {wanted[field]}")
    for field in ("wall", "sum_of_exclusive", "waiting", "flops"):
        check(is_close(mine[field], wanted[field]), f"{field} of {wanted['rank']}: {mine[field]}, not {wanted[field]}")
    check(abs(mine["sum_of_exclusive"] - mine["wall"]) <= 0.02 * mine["wall"], "exclusive times are the wall time")

# Every view of the model adds up to the same.
regions, paths = model["regions"], model["paths"]
executions, time_of_bins, longest = {}, {}, 0
for d in model["durations"]:
    name = (regions[d["region"]][0], bool(regions[d["region"]][3]))
    executions[name] = executions.get(name, 0) + sum(d["count"])
for row in want["operations"]:
    key = (row["name"], row["call"])
    check(executions.get(key) == row["count"], f"executions of {key}: {executions.get(key)}, not {row['count']}")
for l in model["locations"]:
    bins = l["bins"]
    check(sum(bins["counts"]) == len(bins["path"]) == len(bins["time"]), "shares of bins")
    check(abs(sum(bins["time"]) - (l["end"] - l["begin"])) <= 1, "bins hold the whole time")
    at = 0
    for n in bins["counts"]:
        check(sum(bins["time"][at:at + n]) <= model["bin_width"], "no bin is overfull")
        at += n
    begin, open_ = 0, []
    for since, length, own, path in zip(*(l["intervals"][k] for k in ("begin", "length", "own", "path"))):
        begin += since
        check(0 <= own <= length and begin + length <= l["end"], "intervals are within the run")
        while open_ and open_[-1][1] <= begin:
            open_.pop()
        if paths[path][0] >= 0:
            check(open_ and open_[-1][0] == paths[path][0] and begin + length <= open_[-1][1], "intervals nest")
        open_.append((path, begin + length))
messages = model["messages"]
check(all(b <= e for b, e in zip(messages["begin"], messages["end"])), "messages arrive after they are sent")
check(sum(m[3] for m in model["matrix"]) == messages["sent"], "messages of the matrix")
if messages["sent"] <= 5000:
    check(len(messages["begin"]) == messages["sent"], "every message has both ends")
check(all(0 <= a <= b for _, a, b in model["critical"]["stretches"]), "the critical path")
check(model["findings"] and all(f["text"] for f in model["findings"]), "findings")

if len(sys.argv) > 3:
    page = open(sys.argv[3]).read()
    check(len(page) < 20_000_000, f"the page has {len(page)} bytes")
    check(not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page), "the page needs the network")
    embedded = re.search(r'<script type="application/json" id="models">(.*?)</script>', page, re.S)
    check(embedded and json.loads(embedded[1])[0] == model, "the page holds the model")
print(f"{model['events']} events, {sum(executions.values())} executions, {len(messages['begin'])} messages")
