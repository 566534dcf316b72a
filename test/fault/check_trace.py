# check_trace.py DIR [LINES]: what python3-otf2 reads of the archive in DIR adds up to the profile beside it, and, of
# a run that ended well, to what the ranks said they had counted (the lines of traced.cpp in the file LINES).
import collections
import json
import re
import sys

import otf2
from otf2.events import Enter, Leave, Metric, MpiCollectiveBegin, MpiCollectiveEnd, MpiIrecv, MpiIsend


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


folder = sys.argv[1]
profile = json.load(open(f"{folder}/profile.json"))
count, inclusive, exclusive = collections.Counter(), collections.Counter(), collections.Counter()
open_, last, last_region = collections.defaultdict(list), {}, {}
guids, metrics = set(), collections.defaultdict(dict)
sent, received, collectives = collections.Counter(), collections.Counter(), collections.Counter()
inside = collections.Counter()
predicted = collections.Counter()
tree = {}  # by GUID: parent, region, and [inclusive, below, predicted seconds, what that took, that of what it called]
below_whole = collections.Counter()  # nanoseconds by rank: exclusive times inside of what the ranks measured themselves

with otf2.reader.open(f"{folder}/traces.otf2") as trace:
    check(trace.timer_resolution == 10**9, "nanoseconds")
    for location, event in trace.events:
        rank = location.group.name
        stack = open_[location]
        if isinstance(event, (Enter, Leave)):
            check(event.time > last_region.get(location, -1), f"time goes on in {rank}")
            last_region[location] = event.time
        check(event.time >= last.get(location, -1), f"time does not go back in {rank}")
        last[location] = event.time
        if isinstance(event, Enter):
            said = {a.name: v for a, v in event.attributes.items()}
            check(said["GUID"] not in guids, "every GUID is one region's")
            check(said.get("Parent GUID") == (stack[-1][1] if stack else None), "the parent is the region around")
            guids.add(said["GUID"])
            tree[said["GUID"]] = [said.get("Parent GUID"), event.region, rank, 0, 0, None]
            stack.append([event.region, said["GUID"], event.time, 0])
        elif isinstance(event, Leave):
            region, guid, begin, below = stack.pop()
            check(region is event.region, "regions nest")
            took = event.time - begin
            tree[guid][3:] = [took, below, next((v for a, v in (event.attributes or {}).items() if a.name == "predicted seconds"), None)]
            key = (region.name, region.paradigm == otf2.Paradigm.MPI)
            count[key] += 1
            exclusive[key] += took - below
            if any(r.name == "whole run" for r in [region] + [r for r, *_ in stack]):
                below_whole[rank] += took - below
            if all(r.name != region.name for r, *_ in stack):
                inclusive[key] += took
                predicted[key] += sum(v for a, v in (event.attributes or {}).items() if a.name == "predicted bytes")
            if stack:
                stack[-1][3] += took
        elif isinstance(event, Metric):
            metric = event.metric.member.name if hasattr(event.metric, "member") else event.metric.members[0].name
            if metric != "allocated bytes":
                check(event.values[0] >= metrics[location].get(metric, 0), f"{metric} of {rank} goes back")
            metrics[location][metric] = event.values[0]
        elif isinstance(event, MpiCollectiveBegin):
            inside[location] += 1
        elif isinstance(event, MpiCollectiveEnd):
            inside[location] -= 1
            collectives[(event.communicator.name, event.collective_op)] += 1
        elif isinstance(event, MpiIsend):
            sent[(rank, f"MPI Rank {event.receiver}", event.msg_tag, event.msg_length)] += 1
        elif isinstance(event, MpiIrecv):
            received[(f"MPI Rank {event.sender}", rank, event.msg_tag, event.msg_length)] += 1

check(all(not s for s in open_.values()), "everything that is entered is left")
check(not any(inside.values()), "collectives end")
for row in profile["operations"]:
    key = (row["name"], row["call"])
    ranks = len(profile["ranks"])
    check(count[key] == row["count"], f"count of {key}: {count[key]}, {row['count']}")
    for mine, name in ((exclusive, "exclusive"), (inclusive, "inclusive")):
        seconds = row[name]["mean"] * ranks
        check(abs(mine[key] * 1e-9 - seconds) <= 1e-9 + 1e-9 * seconds, f"{name} time of {key}: {mine[key]}, {seconds}")
    check(predicted[key] == row["predicted_bytes"], f"predicted bytes of {key}: {predicted[key]}, {row['predicted_bytes']}")

# The expression tree by GUIDs alone is that of the profile.
paths, sums = {}, collections.defaultdict(lambda: [0, 0, 0, 0, 0])  # count, inclusive, exclusive, predicted, what that took
said_below = collections.defaultdict(lambda: [0, 0])
for guid in sorted(tree):
    parent, region, *_ = tree[guid]
    paths[guid] = paths.get(parent, ()) + ((region.name, region.source_file, region.begin_line_number, region.paradigm == otf2.Paradigm.MPI),)
for guid in sorted(tree, reverse=True):  # those that it calls have larger ones
    parent, _, _, took, below, seconds = tree[guid]
    prediction = said_below[guid] if seconds is None else [seconds, took]
    said_below[parent] = [a + b for a, b in zip(said_below[parent], prediction)]
    sums[paths[guid]] = [a + b for a, b in zip(sums[paths[guid]], [1, took, took - below, *prediction])]
wanted = {}
for i, row in enumerate(profile["paths"]):
    above = wanted[row["parent"]] if row["parent"] >= 0 else ()
    wanted[i] = above + ((row["name"], row["file"], row["line"], row["call"]),)
check(set(wanted.values()) == set(sums), "the tree by GUIDs has the paths of the profile")
for i, row in enumerate(profile["paths"]):
    n = len(profile["ranks"])
    mine = sums[wanted[i]]
    check(mine[0] == row["count"], f"count by GUIDs of {wanted[i]}: {mine[0]}, {row['count']}")
    for value, seconds in ((mine[1] * 1e-9, row["inclusive"]["mean"]), (mine[2] * 1e-9, row["exclusive"]["mean"]),
                           (mine[3], row["predicted_seconds"]), (mine[4] * 1e-9, row["timed_seconds"])):
        check(abs(value - seconds * n) <= 1e-9 + 1e-9 * abs(value), f"times by GUIDs of {wanted[i]}: {mine}, {row}")

check(sum(count.values()) == sum(r["count"] for r in profile["operations"]), "nothing else is in the trace")
names = {"bytes sent": "bytes_sent", "bytes received": "bytes_received", "messages sent": "messages_sent",
         "messages received": "messages_received"}
for r in profile["ranks"]:
    check(abs(r["sum_of_exclusive"] - r["wall"]) <= 0.02 * r["wall"], f"exclusive times of rank {r['rank']}")
    for metric, field in names.items():
        mine = sum(totals.get(metric, 0) for place, totals in metrics.items() if place.group.name == f"MPI Rank {r['rank']}")
        check(mine == r["moved"][field], f"{metric} of rank {r['rank']}: {mine}, {r['moved'][field]}")

if len(sys.argv) > 2:
    check(sent == received, "every message arrives")
    lines = re.findall(r"rank (\d+) sent (\d+) received (\d+) messages (\d+) (\d+) seconds (\S+)", open(sys.argv[2]).read())
    check(len(lines) == len(profile["ranks"]), "every rank said what it counted")
    for rank, *numbers, seconds in lines:
        mine = profile["ranks"][int(rank)]
        check([mine["moved"][f] for f in names.values()] == [int(n) for n in numbers], f"the counters of rank {rank}")
        check(mine["wall"] >= float(seconds), f"rank {rank} worked no longer than it was recorded")
        added = below_whole[f"MPI Rank {rank}"] * 1e-9
        check(abs(added - float(seconds)) <= 0.02 * float(seconds), f"exclusive times of rank {rank}: {added} s, it ran {seconds} s")
print(f"{sum(count.values())} regions of {len(profile['ranks'])} ranks, {sum(sent.values())} messages, "
      f"{sum(collectives.values())} ends of collectives")
