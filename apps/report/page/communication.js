// Bytes and messages from rank to rank, and who came last to collectives.
const kinds = [
  {name: "bytes of messages", of: (m) => m[2], text: bytesText},
  {name: "messages", of: (m) => m[3], text: countText},
  {name: "bytes of collectives (shared out evenly)", of: (m) => m[4], text: bytesText},
];

function communicationView(run) {
  const place = h("div");
  const used = kinds.filter((k) => run.model.matrix.some((m) => k.of(m) > 0));
  const show = (kind) => {
    for (const b of buttons) b.setAttribute("aria-pressed", b.textContent === kind.name);
    place.replaceChildren(run.model.ranks <= 24 ? matrixTable(run, kind) : matrixChart(run, kind).element);
  };
  const buttons = used.map((k) => h("button", {type: "button", "aria-pressed": false, onclick: () => show(k)}, k.name));
  if (used.length > 0) show(used[0]);
  else place.append(h("p.soft", {}, run.model.ranks > 1 ? "The ranks sent each other nothing." : "There is one rank."));
  return h("div.matrix", {}, h("div", {}, h("div.tools", {}, ...buttons), place), h("div.waits", {}, latecomers(run)));
}

/** Stronger for more: a background and a text that can be read on it. */
function heat(value, most) {
  const share = most > 0 ? Math.sqrt(value / most) : 0;
  return `background:color-mix(in srgb, var(--accent) ${Math.round(share * 70)}%, var(--panel))`;
}

function matrixTable(run, kind) {
  const ranks = run.model.ranks;
  const known = new Map(run.model.matrix.map((m) => [m[0] * ranks + m[1], kind.of(m)]));
  const most = Math.max(0, ...known.values());
  const all = Array.from({length: ranks}, (_, r) => r);
  return h("table", {"aria-label": kind.name + " from each rank to each other one"},
    h("caption.soft", {}, `${kind.name}: rows send, columns receive`),
    h("thead", {}, h("tr", {}, h("th", {scope: "col"}, ""), ...all.map((r) => h("th.n", {scope: "col"}, String(r))))),
    h("tbody", {}, ...all.map((from) => h("tr", {}, h("th", {scope: "row"}, String(from)), ...all.map((to) => {
      const value = known.get(from * ranks + to) ?? 0;
      return figure("td", `${from}-${to}`, value, value > 0 ? kind.text(value) : "", {class: "cell", style: heat(value, most)});
    })))));
}

function matrixChart(run, kind) {
  const ranks = run.model.ranks;
  const most = Math.max(...run.model.matrix.map(kind.of));
  const cell = Math.max(Math.min(12, 520 / ranks), 0.5);
  const chart = new Chart(`${kind.name} from each rank (rows) to each other one (columns)`, Math.ceil(cell * ranks), (context) => {
    context.fillStyle = colours.panel;
    context.fillRect(0, 0, cell * ranks, cell * ranks);
    context.fillStyle = colours.accent;
    for (const m of run.model.matrix) {
      context.globalAlpha = Math.sqrt(kind.of(m) / most);
      context.fillRect(m[1] * cell, m[0] * cell, Math.max(cell, 1), Math.max(cell, 1));
    }
    context.globalAlpha = 1;
  });
  chart.element.style.width = "540px";
  chart.canvas.addEventListener("pointermove", (e) => {
    const [to, from] = chart.at(e).map((v) => Math.floor(v / cell));
    const m = run.model.matrix.find((pair) => pair[0] === from && pair[1] === to);
    showTip(e, m ? `rank ${from} to ${to}: ${kind.text(kind.of(m))}` : "");
  });
  return chart;
}

function latecomers(run) {
  const {late, complete} = run.model.waits;
  if (late.length === 0) return h("p.soft", {}, "No rank waited at a collective.");
  const whole = late.reduce((s, l) => s + l[2], 0);
  return h("div", {}, h("table", {"aria-label": "Ranks that came last to collectives"},
    h("caption.soft", {}, "Waiting for the rank that came last to a collective, by what it did before" + (complete ? "" : " (the first ones of each communicator)")),
    h("thead", {}, h("tr", {}, ...["rank", "after", "others waited", "share", "collectives"].map((t, i) => h(i === 1 ? "th" : "th.n", {scope: "col"}, t)))),
    h("tbody", {}, ...late.slice(0, 12).map(([rank, path, waited, count]) => h("tr", {}, h("td.n", {}, String(rank)),
      h("td", {}, path < 0 ? h("span.soft", {}, "nothing of its own: collectives one after the other")
        : h("button.plain", {type: "button", onclick: () => view.choose(run.keyOf(path))}, run.place(path))),
      h("td.n", {}, duration(waited)), h("td.n", {}, percentText(waited / whole)), h("td.n", {}, countText(count)))))));
}
