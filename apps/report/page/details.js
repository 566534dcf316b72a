// The interval that is selected, what it is in and what is in it.
function detailsView() {
  const body = byId("details-body");
  let shown = null;
  view.onChange(() => {
    const key = view.selection ? `${view.selection.run.letter} ${view.selection.location} ${view.selection.interval}` : view.operation;
    if (key === shown) return;
    shown = key;
    body.replaceChildren(...(view.selection ? intervalDetails(view.selection) : view.operation ? operationDetails() : [hint()]));
  });
  body.replaceChildren(hint());
}

const hint = () => h("p.soft", {}, "Click an interval in the timeline for its details; an operation anywhere to highlight it everywhere.");

function terms(pairs) {
  return h("dl", {}, ...pairs.filter(([, value]) => value !== null && value !== undefined)
    .flatMap(([name, value, field]) => [h("dt", {}, name), h("dd", field ? {"data-field": field} : {}, value)]));
}

function intervalDetails({run, location, interval}) {
  const l = run.locations[location];
  const path = l.path[interval];
  const length = l.end[interval] - l.begin[interval];
  const {name, file, line, call} = run.regionOf(path);
  const [received, flops, waiting] = ["received", "flops", "waiting"].map((c) => l.column(c, interval));
  const predicted = l.column("predicted", interval, -1);
  const time = l.column("predicted_time", interval, -1);
  const notes = run.model.notes[l.column("notes", interval, -1)] ?? [];
  const facts = terms([
    [call ? "call" : "operation", name, "name"],
    ["source", file ? `${file}:${line}` : null],
    ["rank", `${l.rank}, ${l.name} on ${l.host}`, "rank"],
    ["begins at", duration(l.begin[interval])],
    ["lasts", duration(length), "length"],
    ["itself", duration(l.own[interval])],
    ["waits", waiting > 0 ? `${duration(waiting)} (${percentText(waiting / length)})` : null],
    ["received", received > 0 ? bytesText(received) : null, "received"],
    ["predicted", predicted > 0 || (predicted === 0 && received > 0) ? bytesText(predicted) : null, "predicted"],
    ["predicted time", time > 0 ? `${duration(time)} (took ${(length / time).toFixed(2)}x)` : null],
    ["flops", flops > 0 ? `${scaled(flops, "")} (${(flops / length).toFixed(2)} GFLOP/s)` : null],
    ...notes,
  ]);
  const above = [];
  for (let i = l.enclosing[interval]; i >= 0; i = l.enclosing[i]) above.push(i);
  const children = l.children(interval);
  const link = (i) => h("li", {}, h("button.plain", {type: "button", onclick: () => {
    view.select(run, location, i);
    showInterval(run, location, i);
  }}, run.place(l.path[i])), h("span.soft", {}, ` ${duration(l.end[i] - l.begin[i])}`));
  const gone = l.count < l.executions ? " (shorter ones are not kept)" : "";
  const more = children.length > 200 ? [h("li.soft", {}, `and ${children.length - 200} more`)] : [];
  return [facts, h("div", {}, h("h3", {}, "Inside of"), h("ul.ancestors", {}, ...above.map(link))),
    h("div", {}, h("h3", {}, `Calls${gone}`), h("ul.descendants", {}, ...children.slice(0, 200).map(link), ...more))];
}

/** Of an operation: how long each rank was in it. */
function operationDetails() {
  return view.runs.flatMap((run) => {
    const row = run.model.profile.operations.find((o) => keyOfRow(o) === view.operation);
    if (!row) return [];
    const facts = terms([
      [row.call ? "call" : "operation", row.name + (view.runs.length > 1 ? ` (run ${run.letter})` : ""), "name"],
      ["executions", countText(row.count)],
      ["one takes", `${secondsText(row.shortest)} to ${secondsText(row.longest)}`],
      ["inclusive", `${secondsText(row.inclusive.mean)} per rank`],
      ["exclusive", `${secondsText(row.exclusive.mean)} per rank, ${secondsText(row.exclusive.min)} to ${secondsText(row.exclusive.max)}`],
      ["received", row.moved.bytes_received > 0 ? `${bytesText(row.moved.bytes_received)} in ${countText(row.moved.messages_received)} messages` : null],
      ["predicted", row.predicted_bytes > 0 ? bytesText(row.predicted_bytes) : null],
      ["predicted time", row.predicted_seconds > 0 ? `${secondsText(row.predicted_seconds)} per rank; that took ${secondsText(row.timed_seconds)}` : null],
    ]);
    const times = run.model.by_rank.ranks.map(() => 0);
    for (const [path, {own}] of run.byRank) if (run.keyOf(path) === view.operation) own.forEach((t, r) => (times[r] += t));
    const most = Math.max(...times, 1e-12);
    const bars = times.slice(0, 64).map((t, r) => h("li.bar", {}, `rank ${run.model.by_rank.ranks[r]}: ${secondsText(t)}`, h("i", {style: `width:${(t / most) * 100}%`})));
    return [facts, h("div", {}, h("h3", {}, "Itself, by rank"), h("ul", {}, ...bars))];
  });
}
