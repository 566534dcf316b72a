// Two runs: what got faster and what slower, by operation.
function comparisonView([a, b]) {
  const known = new Map();
  for (const [side, run] of [["a", a], ["b", b]])
    for (const row of run.model.profile.operations) {
      const key = keyOfRow(row);
      if (!known.has(key)) known.set(key, {key, name: row.name, call: row.call});
      known.get(key)[side] = row;
    }
  const time = (row) => row?.exclusive.mean ?? 0;
  const rows = [...known.values()].map((r) => ({...r, change: time(r.b) - time(r.a)})).sort((x, y) => Math.abs(y.change) - Math.abs(x.change));
  const most = Math.max(...rows.map((r) => Math.abs(r.change)), 1e-12);
  const body = h("tbody", {}, ...rows.map((r) => {
    const side = r.change > 0 ? "slower" : r.change < 0 ? "faster" : "";
    const times = time(r.a) > 0 && time(r.b) > 0 ? `${(time(r.b) / time(r.a)).toFixed(2)}x` : time(r.a) > 0 ? "gone" : "new";
    const received = (row) => row?.moved.bytes_received ?? 0;
    return h("tr", {"data-key": r.key}, h("th", {scope: "row"}, h("button.plain", {type: "button", onclick: () => view.choose(r.key)}, r.name), r.call ? h("span.call", {}, " call") : null),
      figure("td", "a", time(r.a), secondsText(time(r.a)), {class: "n"}), figure("td", "b", time(r.b), secondsText(time(r.b)), {class: "n"}),
      figure("td", "change", r.change, (r.change > 0 ? "+" : r.change < 0 ? "−" : "") + secondsText(Math.abs(r.change)), {class: `n ${side}`.trim()}),
      h("td.n", {class: side}, times),
      h("td.bar", {style: "min-width:130px"}, h("i", {style: `height:10px;bottom:5px;width:${(Math.abs(r.change) / most) * 100}%;background:var(--${side === "slower" ? "bad" : "good"})`})),
      h("td.n", {}, countText(r.a?.count ?? 0)), h("td.n", {}, countText(r.b?.count ?? 0)),
      h("td.n", {}, bytesText(received(r.a))), h("td.n", {}, bytesText(received(r.b))));
  }));
  view.onChange(() => {
    for (const line of body.children) line.classList.toggle("chosen", line.dataset.key === view.operation);
  });
  const wall = (run) => Math.max(...run.model.profile.ranks.map((r) => r.wall));
  const sum = `B (${b.model.title}) took ${secondsText(wall(b))}, A (${a.model.title}) ${secondsText(wall(a))}: ` +
    (wall(b) < wall(a) ? `${(wall(a) / wall(b)).toFixed(2)}x faster.` : `${(wall(b) / wall(a)).toFixed(2)}x slower.`);
  const names = ["operation", "A", "B", "B − A", "B / A", "", "count A", "count B", "received A", "received B"];
  return h("div", {}, h("p", {}, sum, h("span.soft", {}, " Times are those of operations themselves, means over the ranks.")),
    h("div.scroll", {}, h("table.compared", {"aria-label": "Operations of both runs, the largest change first"},
      h("thead", {}, h("tr", {}, ...names.map((n, i) => h(i === 0 ? "th" : "th.n", {scope: "col"}, n)))), body)));
}
