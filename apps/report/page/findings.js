// The findings in words, and the figures of the whole run.
function findingsView(run) {
  const list = h("ol.findings", {"aria-label": "Findings, the most expensive first"}, ...run.model.findings.map((f, i) =>
    h(i === 0 ? "li.first" : "li", {}, h("span.share", {}, f.share > 0 ? percentText(f.share) : "!"),
      f.path >= 0 || f.rank >= 0 ? h("button.plain", {type: "button", title: "Show in all views", onclick: () => follow(run, f)}, f.text)
        : h("span", {}, f.text))));
  const nothing = run.model.findings.length === 0 ? h("p.soft", {}, "Nothing stands out.") : null;
  return h("div", {}, view.runs.length > 1 ? h("h3", {}, `${run.letter}: ${run.model.title}`) : null, figures(run), list, nothing);
}

/** Shows what a finding is about: its operation, the row of its rank, the longest execution there. */
function follow(run, finding) {
  if (finding.path >= 0) {
    view.operation = run.keyOf(finding.path);
    const row = run.model.rows[finding.path];
    if (row >= 0) run.tree.reveal(row);
  }
  const row = run.locationOfRank(finding.rank);
  if (row >= 0) run.timeline.changeRow(row - run.timeline.row);
  const l = run.locations[Math.max(row, 0)];
  let longest = -1;
  for (let i = 0; i < l.count; ++i)
    if (l.path[i] === finding.path && (longest < 0 || l.end[i] - l.begin[i] > l.end[longest] - l.begin[longest])) longest = i;
  if (row >= 0 && longest >= 0) {
    view.select(run, row, longest);
    showInterval(run, row, longest);
  }
  view.changed();
  byId("time").scrollIntoView({behavior: "smooth"});
}

function figures(run) {
  const {ranks, operations} = run.model.profile;
  const sum = (of) => ranks.reduce((s, r) => s + of(r), 0);
  const wall = Math.max(...ranks.map((r) => r.wall));
  const whole = operations.reduce((s, o) => s + o.exclusive.mean * ranks.length, 0); // of all threads
  const calls = operations.filter((o) => o.call).reduce((s, o) => s + o.exclusive.mean * ranks.length, 0);
  const busy = ranks.map((r) => r.wall - r.waiting);
  const flops = sum((r) => r.flops);
  const all = [
    ["wall", "time", wall, secondsText(wall)],
    ["communication", "in communication", calls / whole, percentText(calls / whole)],
    ["balance", "load imbalance", Math.max(...busy) / (busy.reduce((a, b) => a + b, 0) / busy.length || 1), null],
    ["bytes", "received", sum((r) => r.moved.bytes_received), null],
    ["messages", "messages", sum((r) => r.moved.messages_received), null],
    ["flops", "GFLOP/s", flops / wall / 1e9, null],
    ["regions", "regions", sum((r) => r.regions), null],
  ];
  const texts = {balance: (v) => v.toFixed(2), bytes: bytesText, messages: countText, flops: (v) => v.toFixed(2), regions: countText};
  return h("dl.figures", {}, ...all.filter(([field, , value]) => value > 0 || field !== "flops").map(([field, name, value, text]) =>
    h("div", {}, h("dt", {}, name), figure("dd", field, value, text ?? texts[field](value)))));
}
