// How many executions took how long. Dragging chooses lengths, which then stand out in the timeline.
const binBegin = (bin) => (4 + (bin % 4)) * 2 ** (Math.floor(bin / 4) - 2); // nanoseconds

class Histogram extends Chart {
  constructor(run) {
    super("Executions by duration: drag to choose durations, which are then marked in the timeline. Left and right move the choice, Shift and left or right change its size, Escape gives it up",
      170, (c, w, hgt) => this.paintBars(c, w, hgt));
    this.run = run;
    this.byTime = false;
    const on = (name, f) => this.canvas.addEventListener(name, f);
    on("pointerdown", (e) => {
      this.drag = this.binAt(this.at(e)[0]);
      this.clears = view.bins !== null; // where it stays a click, whatever mice do meanwhile
      this.canvas.setPointerCapture(e.pointerId);
    });
    on("pointermove", (e) => this.move(e));
    on("pointerup", (e) => this.release(e));
    on("keydown", (e) => this.key(e));
    this.element.classList.add("brushed");
    view.onChange(() => this.draw());
  }
  /** Counts, or seconds, by bin, of the operation that is chosen or of all. */
  bars() {
    const sums = new Map();
    for (const d of this.run.model.durations) {
      const [name, , , call] = this.run.model.regions[d.region];
      if (view.operation !== null && view.operation !== (call ? "call " : "") + name) continue;
      d.bin.forEach((bin, i) => sums.set(bin, (sums.get(bin) ?? 0) + (this.byTime ? d.time[i] : d.count[i])));
    }
    return sums;
  }
  /** The bins of all runs: what is chosen in one is marked in the others. */
  range() {
    if (!this.bounds) {
      const bins = view.runs.flatMap((run) => run.model.durations.flatMap((d) => d.bin));
      this.bounds = bins.reduce(([first, last], bin) => [Math.min(first, bin), Math.max(last, bin + 1)], [Infinity, -Infinity]);
    }
    return this.bounds;
  }
  xOf(bin) {
    const [first, last] = this.range();
    return gutter + ((bin - first) / (last - first)) * (this.width - gutter);
  }
  binAt(x) {
    const [first, last] = this.range();
    return Math.min(Math.max(first + Math.floor(((x - gutter) / (this.width - gutter)) * (last - first)), first), last - 1);
  }
  choose(a, b) {
    const [first, last] = this.range();
    const clamped = (bin) => Math.min(Math.max(bin, first), last - 1);
    view.bins = [clamped(Math.min(a, b)), clamped(Math.max(a, b)) + 1];
    let count = 0;
    for (const [bin, n] of this.bars()) if (bin >= view.bins[0] && bin < view.bins[1]) count += n;
    say(`${this.byTime ? duration(count) : countText(count)} from ${duration(view.durations[0])} to ${duration(view.durations[1])}`);
    view.changed();
  }
  move(event) {
    const bin = this.binAt(this.at(event)[0]);
    if (this.drag !== undefined && this.drag !== null) {
      if (bin !== this.drag) this.clears = false;
      return this.clears ? undefined : this.choose(this.drag, bin);
    }
    const count = this.bars().get(bin) ?? 0;
    const what = this.byTime ? `${duration(count)} in executions` : `${countText(count)} executions`;
    showTip(event, `${what} of ${duration(binBegin(bin))} to ${duration(binBegin(bin + 1))}`);
  }
  release(event) {
    const bin = this.binAt(this.at(event)[0]);
    if (this.clears) this.clear();
    else this.choose(this.drag, bin);
    this.drag = null;
  }
  clear() {
    view.bins = null;
    view.changed();
  }
  key(event) {
    const [first] = this.range();
    const [a, b] = view.bins ?? [first, first + 4];
    const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (event.key === "Escape") this.clear();
    else if (by === undefined) return;
    else if (event.shiftKey) this.choose(a, Math.max(b - 1 + by, a));
    else this.choose(a + by, b - 1 + by);
    event.preventDefault();
  }
  paintBars(context, width, height) {
    const low = height - 20;
    const bars = this.bars();
    const most = Math.max(1, ...bars.values());
    const tall = (n) => (n <= 0 ? 0 : this.byTime ? (n / most) * (low - 12) : (Math.log(1 + n) / Math.log(1 + most)) * (low - 12));
    context.fillStyle = colours.panel;
    context.fillRect(gutter, 4, width - gutter, low - 4);
    if (view.bins !== null) {
      context.fillStyle = colours.band;
      context.fillRect(this.xOf(view.bins[0]), 4, this.xOf(view.bins[1]) - this.xOf(view.bins[0]), low - 4);
    }
    for (const [bin, n] of bars) {
      const inside = view.bins !== null && bin >= view.bins[0] && bin < view.bins[1];
      context.fillStyle = inside ? colours.mark : view.operation !== null ? colourOf(view.operation) : colours.accent;
      context.fillRect(this.xOf(bin) + 0.5, low - tall(n), this.xOf(bin + 1) - this.xOf(bin) - 1, tall(n));
    }
    context.fillStyle = colours.soft;
    context.textAlign = "right";
    context.fillText(this.byTime ? duration(most) : countText(most), gutter - 6, 14);
    context.fillText(this.byTime ? "time" : "count (log)", gutter - 6, low - 6);
    context.textAlign = "center";
    const [first, last] = this.range();
    for (let bin = first, before = -99; bin < last; ++bin) {
      if (bin % 4 !== 0 || this.xOf(bin) < before + 70) continue;
      before = this.xOf(bin);
      context.fillText(duration(binBegin(bin)), Math.max(before, gutter + 20), height - 8);
    }
  }
}

function histogramView(run) {
  const chart = new Histogram(run);
  const times = h("button", {type: "button", "aria-pressed": false, onclick: () => {
    chart.byTime = !chart.byTime;
    times.setAttribute("aria-pressed", chart.byTime);
    chart.draw();
  }}, "by time");
  return h("div", {}, h("div.tools", {}, operationChoice(), times, view.runs.length > 1 ? h("span.soft", {}, "run " + run.letter) : null), chart.element);
}

/** A list of all operations, the most expensive first, that chooses one for all views. */
function operationChoice() {
  const select = h("select", {"aria-label": "Operation to highlight in all views", onchange: () => {
    view.operation = select.value === "" ? null : select.value;
    view.selection = null;
    view.changed();
  }}, h("option", {value: ""}, "all operations"));
  const known = new Set();
  for (const run of view.runs)
    for (const row of run.model.profile.operations) {
      const key = (row.call ? "call " : "") + row.name;
      if (!known.has(key)) select.append(h("option", {value: key}, row.name + (row.call ? " (call)" : "")));
      known.add(key);
    }
  view.onChange(() => (select.value = view.operation ?? ""));
  return select;
}
