# make_archive.py DIR: an OTF2 archive as another tool might write it: a clock of 10 MHz, ranks that are alone in a
# communicator, a bcast whose last rank is no root, metrics with exponents, names that end scripts, threads, a location
# without events, an accelerator, one that belongs to no rank, metrics of a machine, a region that is not left, negative attributes. Exits with 77 where python3-otf2 is missing.
import sys

try:
    import otf2
    from otf2.enums import (Base, CollectiveOp, GroupType, LocationGroupType, LocationType, MetricMode, MetricOccurrence,
                            MetricType, Paradigm, RecorderKind, RegionRole, Type)
except ImportError:
    sys.exit(77)

ticks = 10_000_000  # a second
ms = ticks // 1000
ranks = 3
no_root = 0xFFFFFFFF

with otf2.writer.open(sys.argv[1], timer_resolution=ticks) as trace:
    d = trace.definitions
    node, other_node = d.system_tree_node("node"), d.system_tree_node("other node")
    work = d.region("</script><b>work", source_file="work.f90", begin_line_number=7)
    lost = d.region("never left")
    bcast = d.region("MPI_Bcast", region_role=RegionRole.COLL_ONE2ALL, paradigm=Paradigm.MPI)
    barrier = d.region("MPI_Barrier", region_role=RegionRole.BARRIER, paradigm=Paradigm.MPI)
    inside = d.region("omp barrier", region_role=RegionRole.BARRIER, paradigm=Paradigm.OPENMP)
    depth = d.attribute("depth", type=Type.INT64)
    groups = [d.location_group(f"rank {r}", location_group_type=LocationGroupType.PROCESS, system_tree_parent=node) for r in range(ranks)]
    places = [d.location(f"master {r}", group=g) for r, g in enumerate(groups)]
    masters = [trace.event_writer_from_location(place) for place in places]
    thread = trace.event_writer("worker", group=groups[0])
    trace.event_writer("without events", group=groups[1])
    accelerator = d.location_group("accelerator", location_group_type=LocationGroupType.ACCELERATOR, system_tree_parent=node,
                                   creating_location_group=groups[1])
    stream = trace.event_writer_from_location(d.location("stream", type=LocationType.ACCELERATOR_STREAM, group=accelerator))
    orphan = d.location_group("card", location_group_type=LocationGroupType.ACCELERATOR, system_tree_parent=other_node)
    card = trace.event_writer_from_location(d.location("card", type=LocationType.ACCELERATOR_STREAM, group=orphan))
    machine = d.location_group("machine", location_group_type=LocationGroupType.PROCESS, system_tree_parent=node)
    meter = trace.event_writer_from_location(d.location("meter", type=LocationType.METRIC, group=machine))
    d.group("", group_type=GroupType.COMM_LOCATIONS, paradigm=Paradigm.MPI, members=places)
    world = d.comm("world", d.group("", group_type=GroupType.COMM_GROUP, paradigm=Paradigm.MPI, members=places))
    alone = d.comm("self", d.group("", group_type=GroupType.COMM_SELF, paradigm=Paradigm.MPI, members=[]))
    # 1.5 s are written as 15000 units of 10^-4 s.
    seconds = d.metric_member("cpu time", unit="s", metric_type=MetricType.OTHER, metric_mode=MetricMode.ACCUMULATED_START,
                              value_type=Type.DOUBLE, base=Base.DECIMAL, exponent=-4)
    flops = d.metric_member("flops", unit="#", metric_type=MetricType.OTHER, metric_mode=MetricMode.ACCUMULATED_START,
                            value_type=Type.UINT64, base=Base.DECIMAL, exponent=0)
    watts = d.metric_member("power", unit="W", metric_type=MetricType.OTHER, metric_mode=MetricMode.ABSOLUTE_POINT,
                            value_type=Type.UINT64, base=Base.DECIMAL, exponent=0)
    power = d.metric_class([watts], occurrence=MetricOccurrence.ASYNCHRONOUS, recorder_kind=RecorderKind.ABSTRACT)
    metrics = d.metric_class([seconds, flops], occurrence=MetricOccurrence.ASYNCHRONOUS, recorder_kind=RecorderKind.ABSTRACT)

    def collective(w, region, operation, comm, root, begin, end):
        w.enter(begin, region)
        w.mpi_collective_begin(begin)
        w.mpi_collective_end(end, operation, comm, root, 8, 8)
        w.leave(end, region)

    for r, w in enumerate(masters):
        w.enter(0, work, attributes={depth: -5})
        w.metric(0, metrics, (0.0, 0))
        # The root comes after 10 ms, rank 1 after 2; rank 2 after 30, when the others have long left.
        come, leave = [(10, 11), (2, 11), (30, 31)][r]
        collective(w, bcast, CollectiveOp.BCAST, world, 0, come * ms, leave * ms)
        collective(w, barrier, CollectiveOp.BARRIER, alone, no_root, (40 + r) * ms, (41 + r) * ms)
        collective(w, barrier, CollectiveOp.BARRIER, world, no_root, (50 + 10 * r) * ms, 71 * ms)
        w.enter(80 * ms, lost)
        w.metric(90 * ms, metrics, (15000.0, 7))
        w.leave(100 * ms, work)
    stream.enter(10 * ms, lost)
    stream.leave(30 * ms, lost)
    card.enter(10 * ms, lost)
    card.leave(20 * ms, lost)
    meter.metric(50 * ms, power, (200,))
    thread.enter(20 * ms, work)
    thread.enter(30 * ms, inside)
    thread.leave(40 * ms, inside)
    thread.leave(60 * ms, work)
