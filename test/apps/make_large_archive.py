# make_large_archive.py DIR LOCATIONS REGIONS: an OTF2 archive of another tool that is large in every way but time: ranks,
# regions, call paths, metrics, texts, pairs of ranks that exchange messages. Exits with 77 where python3-otf2 is missing.
import sys

try:
    import otf2
    from otf2.enums import (Base, GroupType, LocationGroupType, MetricMode, MetricOccurrence, MetricType, Paradigm, RecorderKind, Type)
except ImportError:
    sys.exit(77)

locations, regions = int(sys.argv[2]), int(sys.argv[3])
us, calls, metrics, peers = 1000, 60, 200, 30

with otf2.writer.open(sys.argv[1], timer_resolution=1_000_000_000, chunk_size_events=256 * 1024) as trace:
    d = trace.definitions
    node = d.system_tree_node("node")
    known = [d.region(f"region {i} with a name that is not short", source_file=f"/a/folder/of/sources/file_{i // 100}.cpp", begin_line_number=i % 100)
             for i in range(regions)]
    said = d.attribute("said", type=Type.STRING)
    places = []
    for r in range(locations):
        group = d.location_group(f"rank {r}", location_group_type=LocationGroupType.PROCESS, system_tree_parent=node)
        places.append(d.location(f"master {r}", group=group))
    d.group("", group_type=GroupType.COMM_LOCATIONS, paradigm=Paradigm.MPI, members=places)
    world = d.comm("world", d.group("", group_type=GroupType.COMM_GROUP, paradigm=Paradigm.MPI, members=places))
    classes = []
    for m in range(metrics):
        member = d.metric_member(f"metric {m}", unit="#", metric_type=MetricType.OTHER, metric_mode=MetricMode.ACCUMULATED_START,
                                 value_type=Type.UINT64, base=Base.DECIMAL, exponent=0)
        classes.append(d.metric_class([member], occurrence=MetricOccurrence.ASYNCHRONOUS, recorder_kind=RecorderKind.ABSTRACT))
    for r, place in enumerate(places):
        w = trace.event_writer_from_location(place)
        now = 0
        for k in range(calls):
            outer, inner = known[(r * calls + k) % regions], known[(r * 7 + k * 13) % regions]
            w.enter(now, outer, attributes={said: f"text {r * calls + k} " + "x" * 300})
            w.enter(now + us, inner)
            w.metric(now + 2 * us, classes[(r + k) % metrics], (k,))
            if k < peers and locations > 1:
                w.mpi_send(now + 3 * us, (r + 1 + k * 37 % (locations - 1)) % locations, world, k, 8)
            w.leave(now + 4 * us, inner)
            w.leave(now + 5 * us, outer)
            now += 6 * us
