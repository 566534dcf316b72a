// Call paths over all ranks as a tree, operations as a list; both are tables of the profile.
const columns = [
  {name: "count", field: "count", of: (r) => r.count, text: countText},
  {name: "inclusive", field: "inclusive", of: (r) => r.inclusive.mean, text: secondsText, bar: true, help: "with what it called, mean over the ranks"},
  {name: "exclusive", field: "exclusive", of: (r) => r.exclusive.mean, text: secondsText, help: "itself, mean over the ranks"},
  {name: "least", field: "least", of: (r) => r.exclusive.min, text: secondsText, help: "itself, on the fastest rank"},
  {name: "most", field: "most", of: (r) => r.exclusive.max, text: secondsText, help: "itself, on the slowest rank"},
  {name: "imbalance", field: "imbalance", of: (r) => r.imbalance, text: (v) => v.toFixed(2), help: "the most by the mean"},
  {name: "in MPI", field: "waiting", of: (r) => r.waiting.mean, text: secondsText, help: "inside MPI, with what it called"},
  {name: "late others", field: "late", of: (r) => r.late ?? 0, text: secondsText, help: "waiting for the rank that came last to a collective, mean over the ranks"},
  {name: "critical path", field: "critical", of: (r) => r.critical ?? 0, text: secondsText, help: "with what it called, on the critical path (estimated)"},
  {name: "received", field: "bytes_received", of: (r) => r.moved.bytes_received, text: bytesText},
  {name: "predicted", field: "predicted_bytes", of: (r) => r.predicted_bytes, text: bytesText, help: "bytes received, as plans said before"},
  {name: "messages", field: "messages_received", of: (r) => r.moved.messages_received, text: countText},
  {name: "GFLOP/s", field: "gflops", of: (r) => r.gflops_per_second, text: (v) => v.toFixed(2)},
  {name: "predicted time", field: "predicted", of: (r) => r.predicted_seconds, text: secondsText, help: "of movements, collectives and products, as plans said before; mean over the ranks"},
  {name: "took", field: "measured", of: (r) => r.timed_seconds, text: secondsText, help: "what was predicted, mean over the ranks"},
];

/** The rows of the profile with what the model knows besides: waits and critical path. */
function enrichedRows(run) {
  const {model} = run;
  const rows = model.profile.paths.map((row) => ({...row, path: -1, late: 0, critical: 0}));
  model.rows.forEach((row, path) => {
    if (row >= 0 && rows[row].path < 0) rows[row].path = path;
  });
  const add = (path, field, value) => {
    if (model.rows[path] >= 0) rows[model.rows[path]][field] += value;
  };
  for (const [path, ns] of model.waits.paths) add(path, "late", (ns * 1e-9) / model.profile.ranks.length);
  for (const [path, seconds] of model.critical.paths) add(path, "critical", seconds);
  for (let i = rows.length - 1; i >= 0; --i)
    if (rows[i].parent >= 0) {
      rows[rows[i].parent].late += rows[i].late;
      rows[rows[i].parent].critical += rows[i].critical;
    }
  return rows;
}

function shownColumns(rows) {
  return columns.filter((c) => ["count", "inclusive", "exclusive"].includes(c.field) || rows.some((r) => c.of(r) > 0));
}

function headOf(shown, first, sort) {
  return h("thead", {}, h("tr", {}, h("th", {scope: "col"}, first), ...shown.map((c) =>
    h("th.n", {scope: "col", title: c.help}, sort ? h("button.plain", {type: "button", onclick: () => sort(c)}, c.name) : c.name))));
}

function cellsOf(shown, row, whole) {
  return shown.map((c) => {
    const value = c.of(row);
    const text = value === 0 ? "" : c.text(value);
    const cell = figure("td", c.field, value, text, {class: c.bar ? "n bar" : "n"});
    if (c.bar && whole > 0) cell.append(h("i", {style: `width:${(value / whole) * 100}%`}));
    return cell;
  });
}

const keyOfRow = (row) => (row.call ? "call " : "") + row.name;

class CallTree {
  constructor(run) {
    this.run = run;
    this.rows = enrichedRows(run);
    this.shown = shownColumns(this.rows);
    this.open = new Set();
    const share = (row) => row.inclusive.mean / (this.rows[0]?.inclusive.mean || 1);
    this.rows.forEach((row, i) => {
      if (row.depth < 2 && share(row) > 0.02) this.open.add(i);
    });
    this.children = this.rows.map(() => []);
    this.rows.forEach((row, i) => row.parent >= 0 && this.children[row.parent].push(i));
    this.body = h("tbody");
    this.element = h("table.tree", {role: "treegrid", "aria-label": "Call paths of all ranks"}, headOf(this.shown, "call path"), this.body);
    this.body.addEventListener("keydown", (e) => this.key(e));
    this.build();
    view.onChange(() => this.mark());
  }
  build() {
    this.lines = [];
    const append = (i) => {
      this.lines.push(this.lineOf(i));
      if (this.open.has(i)) this.children[i].forEach(append);
    };
    this.rows.forEach((row, i) => row.parent < 0 && append(i));
    this.body.replaceChildren(...this.lines);
    this.lines.forEach((line, i) => (line.tabIndex = i === 0 ? 0 : -1));
    this.mark();
  }
  lineOf(i) {
    const row = this.rows[i];
    const has = this.children[i].length > 0;
    const where = row.file ? h("span.soft", {}, ` ${baseName(row.file)}:${row.line}`) : null;
    const twist = h("button.twist", {type: "button", tabindex: -1, "aria-label": this.open.has(i) ? "Close" : "Open", onclick: (e) => {
      e.stopPropagation();
      this.toggle(i);
    }}, has ? (this.open.has(i) ? "▾" : "▸") : "");
    const name = h("th", {scope: "row", style: `padding-left:${8 + row.depth * 16}px`}, twist, h(row.call ? "span.call" : "span", {}, row.name), where);
    const line = h("tr", {role: "row", "aria-level": row.depth + 1, "data-row": i, "aria-expanded": has ? this.open.has(i) : null},
      name, ...cellsOf(this.shown, row, this.rows[0].inclusive.mean));
    line.addEventListener("click", () => view.choose(keyOfRow(row)));
    return line;
  }
  toggle(i, wanted = !this.open.has(i)) {
    if (this.children[i].length === 0) return;
    if (wanted) this.open.add(i);
    else this.open.delete(i);
    this.build();
    this.focus(i);
  }
  focus(i) {
    const line = this.lines.find((l) => Number(l.dataset.row) === i);
    for (const other of this.lines) other.tabIndex = -1;
    if (!line) return;
    line.tabIndex = 0;
    line.focus();
  }
  key(event) {
    const line = event.target.closest("tr");
    if (!line) return;
    const i = Number(line.dataset.row);
    const at = this.lines.indexOf(line);
    const to = (k) => this.lines[k] && this.focus(Number(this.lines[k].dataset.row));
    const actions = {
      ArrowDown: () => to(at + 1), ArrowUp: () => to(at - 1), Home: () => to(0), End: () => to(this.lines.length - 1),
      ArrowRight: () => (this.open.has(i) ? to(at + 1) : this.toggle(i, true)),
      ArrowLeft: () => (this.open.has(i) && this.children[i].length > 0 ? this.toggle(i, false) : this.rows[i].parent >= 0 && this.focus(this.rows[i].parent)),
      Enter: () => view.choose(keyOfRow(this.rows[i])), " ": () => view.choose(keyOfRow(this.rows[i])),
    };
    if (!actions[event.key]) return;
    actions[event.key]();
    event.preventDefault();
  }
  /** Opens what leads to a row. */
  reveal(i) {
    for (let above = this.rows[i].parent; above >= 0; above = this.rows[above].parent) this.open.add(above);
    this.build();
  }
  mark() {
    for (const line of this.lines) line.classList.toggle("chosen", view.operation !== null && keyOfRow(this.rows[line.dataset.row]) === view.operation);
  }
}

class OperationList {
  constructor(run) {
    this.rows = run.model.profile.operations;
    this.shown = shownColumns(this.rows);
    this.body = h("tbody");
    this.element = h("table.operations", {"aria-label": "Operations of all ranks"}, headOf(this.shown, "operation", (c) => this.build(c)), this.body);
    this.build(columns[2]);
    view.onChange(() => this.mark());
  }
  build(by) {
    const order = [...this.rows].sort((a, b) => by.of(b) - by.of(a));
    const whole = Math.max(...this.rows.map((r) => r.inclusive.mean));
    this.body.replaceChildren(...order.map((row) => {
      const line = h("tr", {"data-key": keyOfRow(row)}, h("th", {scope: "row"},
        h("button.plain", {type: "button", onclick: () => view.choose(keyOfRow(row))}, row.name), row.call ? h("span.call", {}, " call") : null),
        ...cellsOf(this.shown, row, whole));
      return line;
    }));
    this.mark();
  }
  mark() {
    for (const line of this.body.children) line.classList.toggle("chosen", line.dataset.key === view.operation);
  }
}

function treeView(run) {
  const tree = new CallTree(run);
  const list = new OperationList(run);
  run.tree = tree;
  const area = h("div.scroll", {}, tree.element);
  const all = h("button", {type: "button", onclick: () => {
    tree.rows.forEach((row, i) => tree.open.add(i));
    tree.build();
  }}, "Open all");
  const choices = [["Call paths", tree.element], ["Operations", list.element]].map(([name, table]) =>
    h("button", {type: "button", "aria-pressed": table === tree.element, onclick: (e) => {
      for (const other of choices) other.setAttribute("aria-pressed", other === e.currentTarget);
      all.hidden = table !== tree.element;
      area.replaceChildren(table);
    }}, name));
  return h("div", {}, h("div.tools", {}, ...choices, all, view.runs.length > 1 ? h("span.soft", {}, "run " + run.letter) : null,
    h("span.soft", {}, "Times are means over the ranks, that on the critical path is the path's own; counts, bytes and messages are of all of them.")), area);
}
