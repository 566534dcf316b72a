// Time by line of the source, with its text where the program found the files.
function sourceView(run) {
  const files = new Map();
  let most = 0;
  for (const row of run.model.profile.paths) {
    if (!row.file) continue;
    if (!files.has(row.file)) files.set(row.file, new Map());
    const lines = files.get(row.file);
    const line = lines.get(row.line) ?? {own: 0, late: 0, keys: new Set()};
    line.own += row.exclusive.mean;
    line.keys.add(keyOfRow(row));
    lines.set(row.line, line);
    most = Math.max(most, line.own);
  }
  const sum = (lines) => [...lines.values()].reduce((s, l) => s + l.own, 0);
  const order = [...files].sort((a, b) => sum(b[1]) - sum(a[1]));
  if (order.length === 0) return h("p.soft", {}, "The trace names no source lines.");
  return h("div", {}, ...order.map(([file, lines], i) =>
    h("details", {open: i < 3}, h("summary", {}, h("code", {}, baseName(file)), ` ${secondsText(sum(lines))} per rank `, h("span.soft", {}, file)),
      h("div.scroll", {}, sourceTable(run, file, lines, most)))));
}

function sourceTable(run, file, lines, most) {
  const body = h("tbody");
  const marked = [];
  const add = (number, text) => {
    const line = lines.get(number);
    const row = h("tr", {"data-line": number}, h("td.n", {}, String(number)), figure("td", "own", line?.own ?? "", line ? secondsText(line.own) : "", {class: "n"}),
      h("td", {}, text ?? [...(line?.keys ?? [])].join(", ")));
    body.append(row);
    if (!line) return;
    row.classList.add("hot");
    row.style.setProperty("--heat", Math.round((line.own / most) * 45));
    row.title = [...line.keys].join(", ");
    row.tabIndex = 0;
    const choose = () => view.choose([...line.keys].sort((a, b) => a.startsWith("call ") - b.startsWith("call "))[0]);
    row.addEventListener("click", choose);
    row.addEventListener("keydown", (e) => e.key === "Enter" && choose());
    marked.push([row, line.keys]);
  };
  const shown = new Set();
  (run.model.sources[file] ?? []).forEach(([first, texts], piece) => {
    if (piece > 0) body.append(h("tr", {}, h("td.n", {}, "⋮"), h("td"), h("td")));
    texts.forEach((text, i) => {
      add(first + i, text);
      shown.add(first + i);
    });
  });
  [...lines.keys()].sort((a, b) => a - b).forEach((number) => shown.has(number) || add(number, null));
  view.onChange(() => marked.forEach(([row, keys]) => row.classList.toggle("chosen", keys.has(view.operation))));
  return h("table.lines", {"aria-label": `Lines of ${file}`}, h("thead", {}, h("tr", {}, h("th.n", {scope: "col"}, "line"),
    h("th.n", {scope: "col"}, "time itself"), h("th", {scope: "col"}, "source"))), body);
}
