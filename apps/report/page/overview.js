// How many ranks and threads compute and communicate over the whole run, with the window that the other views show.
class Overview extends Chart {
  constructor(run) {
    const label = `Utilisation over the whole run${view.runs.length > 1 ? " " + run.letter : ""}: drag to choose the window. Arrow keys move it, plus and minus change its size, Home shows all`;
    super(label, 74, (c, w, hgt) => this.paintAll(c, w, hgt));
    this.run = run;
    this.known = new Map();
    this.element.classList.add("brushed");
    const on = (name, f) => this.canvas.addEventListener(name, f);
    on("pointerdown", (e) => this.press(e));
    on("pointermove", (e) => this.move(e));
    on("pointerup", () => (this.drag = null));
    on("dblclick", () => view.setWindow(0, view.length));
    on("keydown", (e) => TimeChart.prototype.key.call(this, e));
    view.onChange(() => this.draw());
  }
  xOf(time) {
    return gutter + (time / view.length) * (this.width - gutter);
  }
  timeAt(x) {
    return ((x - gutter) / (this.width - gutter)) * view.length;
  }
  press(event) {
    const t = this.timeAt(this.at(event)[0]);
    const width = view.to - view.from;
    const grabs = width < view.length * 0.98 && t > view.from && t < view.to;
    this.drag = {t, from: view.from, to: view.to, grabs};
    this.canvas.setPointerCapture(event.pointerId);
  }
  move(event) {
    const t = Math.min(Math.max(this.timeAt(this.at(event)[0]), 0), view.length);
    if (!this.drag) return showTip(event, this.tip(t));
    if (this.drag.grabs) view.setWindow(this.drag.from + t - this.drag.t, this.drag.to + t - this.drag.t);
    else if (Math.abs(t - this.drag.t) > view.length / 400) view.setWindow(Math.min(t, this.drag.t), Math.max(t, this.drag.t));
  }
  /** Shares of [operations, program, communication, the chosen operation] in `count` parts of the run. */
  shares(count) {
    const key = `${count} ${view.operation}`;
    if (this.known.has(key)) return this.known.get(key);
    const all = Array.from({length: count}, () => [0, 0, 0, 0]);
    for (const l of this.run.locations) {
      const bins = l.level(view.length / count / 2);
      const scale = count / view.length;
      for (let b = 0; b < bins.size; ++b) {
        const sums = [0, 0, 0, 0];
        for (let i = bins.first[b]; i < bins.first[b + 1]; ++i) {
          const path = bins.path[i];
          sums[this.run.isCall(path) ? 2 : this.run.parent[path] < 0 ? 1 : 0] += bins.time[i];
          if (view.operation !== null && this.isWithin(path)) sums[3] += bins.time[i];
        }
        const [from, to] = [b * bins.width * scale, (b + 1) * bins.width * scale];
        for (let c = Math.floor(from); c < to && c < count; ++c) {
          const part = (Math.min(to, c + 1) - Math.max(from, c)) / (to - from);
          for (let k = 0; k < 4; ++k) all[c][k] += sums[k] * part;
        }
      }
    }
    const whole = (view.length / count) * this.run.locations.length;
    for (const column of all) for (let k = 0; k < 4; ++k) column[k] = Math.min(column[k] / whole, 1);
    if (this.known.size > 20) this.known.clear();
    this.known.set(key, all);
    return all;
  }
  isWithin(path) {
    for (; path >= 0; path = this.run.parent[path]) if (this.run.keyOf(path) === view.operation) return true;
    return false;
  }
  paintAll(context, width, height) {
    const low = height - 4;
    const tall = height - 10;
    context.fillStyle = colours.panel;
    context.fillRect(gutter, 6, width - gutter, tall);
    const count = Math.min(Math.max(Math.floor((width - gutter) / 2), 10), this.run.locations[0].levels[0].size);
    const all = this.shares(count);
    const wide = (width - gutter) / count;
    const fills = ["#4e79a7", colours.program, colours.call];
    all.forEach((column, i) => {
      let y = low;
      fills.forEach((fill, kind) => {
        context.fillStyle = fill;
        context.fillRect(gutter + i * wide, y - column[kind] * tall, wide + 0.4, column[kind] * tall);
        y -= column[kind] * tall;
      });
      if (column[3] > 0) {
        context.fillStyle = colours.mark;
        context.fillRect(gutter + i * wide, low - column[3] * tall, wide + 0.4, Math.max(column[3] * tall, 1));
      }
    });
    context.fillStyle = colours.soft;
    context.textAlign = "left";
    context.fillText(view.runs.length > 1 ? `run ${this.run.letter}: use` : "utilisation", 6, 14);
    context.fillText("100 %", 6, 30);
    this.paintWindow(context, width, height);
  }
  paintWindow(context, width, height) {
    const [a, b] = [this.xOf(view.from), this.xOf(view.to)];
    context.fillStyle = colours.paper;
    context.globalAlpha = 0.62;
    context.fillRect(gutter, 0, a - gutter, height);
    context.fillRect(b, 0, width - b, height);
    context.globalAlpha = 1;
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    context.strokeRect(a + 1, 3, Math.max(b - a - 2, 1), height - 6);
    context.lineWidth = 1;
    if (view.cursor !== null) {
      context.fillStyle = colours.ink;
      context.fillRect(Math.round(this.xOf(view.cursor)), 0, 1, height);
    }
  }
  tip(t) {
    const count = Math.min(400, this.run.locations[0].levels[0].size);
    const [work, program, calls] = this.shares(count)[Math.min(Math.floor((t / view.length) * count), count - 1)];
    return `${duration(t)}: ${percentText(work)} in operations, ${percentText(calls)} in communication, ${percentText(program)} between them`;
  }
}
