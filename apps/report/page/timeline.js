// A row for each rank and thread, in it a lane for each depth of calls; drawn from the intervals that were kept and,
// where shorter ones were not, from the bins.
const axis = 22;

class Timeline extends TimeChart {
  constructor(run) {
    const label = `Timeline of ${run.locations.length} ranks and threads` + (view.runs.length > 1 ? ` of run ${run.letter}` : "");
    super(label + ". Up and down change the row, n and p go to the next and previous interval", 300, (c, w, hgt) => this.paintRows(c, w, hgt));
    this.run = run;
    this.row = 0;
    this.lane = run.locations.length > 24 ? 8 : run.locations.length > 8 ? 12 : 16;
    this.tops = [axis];
    for (const l of run.locations) this.tops.push(this.tops[this.tops.length - 1] + l.lanes * this.lane + 8);
    this.whole = this.tops[this.tops.length - 1];
    this.height = Math.min(this.whole, Math.max(innerHeight * 0.55, 260));
    this.spacer = h("div", {style: `height:${this.whole - this.height}px`});
    this.element.classList.add("rows");
    this.element.style.maxHeight = this.height + 2 + "px"; // the canvas fills it, whatever is scrolled to
    this.element.append(this.spacer);
    this.element.addEventListener("scroll", () => this.draw());
    this.keys = {
      ArrowUp: () => this.changeRow(-1), ArrowDown: () => this.changeRow(1), n: () => this.step(1), p: () => this.step(-1),
    };
  }
  get scrolled() {
    return this.element.scrollTop;
  }
  changeRow(by) {
    this.row = Math.min(Math.max(this.row + by, 0), this.run.locations.length - 1);
    const l = this.run.locations[this.row];
    this.element.scrollTop = Math.max(this.tops[this.row] - axis, 0);
    say(`rank ${l.rank}, ${l.name}`);
    this.draw();
  }
  /** To the next interval of the row: of the selected operation, where there is one. */
  step(by) {
    const l = this.run.locations[this.row];
    const here = view.selection;
    let i = here && here.run === this.run && here.location === this.row ? here.interval : by > 0 ? -1 : l.count;
    for (i += by; i >= 0 && i < l.count; i += by)
      if (view.operation === null || this.run.keyOf(l.path[i]) === view.operation) break;
    if (i < 0 || i >= l.count) return;
    view.select(this.run, this.row, i);
    showInterval(this.run, this.row, i);
  }

  paintRows(context, width, height) {
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, width, height);
    drawTimeAxis(this, context, 0, height);
    context.save();
    context.beginPath();
    context.rect(0, axis, width, height - axis);
    context.clip();
    context.translate(0, -this.scrolled);
    for (let r = 0; r < this.run.locations.length; ++r)
      if (this.tops[r + 1] > this.scrolled && this.tops[r] < this.scrolled + height) this.paintRow(context, width, r);
    context.beginPath();
    context.rect(gutter, 0, width - gutter, this.whole);
    context.clip();
    if (view.show.critical) this.paintCritical(context);
    if (view.show.messages) this.paintMessages(context);
    this.paintSelection(context);
    context.restore();
    this.drawCursor(context, height);
  }
  paintRow(context, width, r) {
    const l = this.run.locations[r];
    const top = this.tops[r];
    context.fillStyle = r === this.row && document.activeElement === this.canvas ? colours.accent : colours.ink;
    context.textAlign = "left";
    const many = this.run.locations.some((other) => other.thread > 0);
    context.fillText(l.thread > 0 || many ? `rank ${l.rank}.${l.thread}` : `rank ${l.rank}`, 6, top + 8);
    if (l.lanes > 1 && this.lane > 10) {
      context.fillStyle = colours.soft;
      context.fillText(l.host.slice(0, 13), 6, top + 8 + this.lane);
    }
    context.fillStyle = colours.line;
    context.fillRect(0, this.tops[r + 1] - 4, width, 1);
    context.save();
    context.beginPath();
    context.rect(gutter, top, width - gutter, this.tops[r + 1] - top);
    context.clip();
    if (l.count < l.executions) this.paintBins(context, l, top);
    this.paintIntervals(context, l, top);
    context.restore();
  }
  /** The path that fills most of each bin, by depth: paler, since it stands for many. */
  paintBins(context, l, top) {
    const bins = l.level(this.timePerPixel * 2);
    const first = Math.max(Math.floor(view.from / bins.width), 0);
    const last = Math.min(Math.ceil(view.to / bins.width), bins.size);
    const scale = 1 / this.timePerPixel;
    const xOf = (bin) => Math.round(gutter + (bin * bins.width - view.from) * scale);
    for (let b = first; b < last; ++b) {
      const [left, right] = [xOf(b), xOf(b + 1)];
      for (let lane = 0; lane < l.lanes; ++lane) {
        const sums = new Map();
        for (let i = bins.first[b]; i < bins.first[b + 1]; ++i) {
          const path = bins.path[i];
          if (this.run.depth[path] < lane) continue;
          const above = this.run.above(path, lane);
          sums.set(above, (sums.get(above) ?? 0) + bins.time[i]);
        }
        let most = -1;
        let covered = 0;
        for (const [path, time] of sums) {
          covered += time;
          if (most < 0 || time > sums.get(most)) most = path;
        }
        if (most < 0) break;
        const key = this.run.keyOf(most);
        context.globalAlpha = (view.operation !== null && key !== view.operation ? 0.15 : 0.6) * Math.min(covered / bins.width, 1);
        context.fillStyle = colourOf(key);
        context.fillRect(left, top + lane * this.lane, right - left, this.lane - 1);
      }
    }
    context.globalAlpha = 1;
  }
  paintIntervals(context, l, top) {
    const drawn = new Float64Array(l.lanes).fill(-1);
    const marks = view.operation !== null || view.durations !== null;
    const scale = 1 / this.timePerPixel;
    const origin = gutter - view.from * scale;
    const width = this.width + 2; // asked once: that is layout
    for (let i = 0; i < l.count; ++i) {
      if (l.end[i] < view.from) continue;
      if (l.begin[i] > view.to) break;
      const lane = this.run.depth[l.path[i]];
      if (lane >= l.lanes) continue;
      const left = Math.max(origin + l.begin[i] * scale, gutter - 2);
      const right = Math.min(origin + l.end[i] * scale, width);
      const mark = marks ? view.isMarked(this.run.keyOf(l.path[i]), l.end[i] - l.begin[i]) : null;
      if (mark !== true && right < drawn[lane] + 0.5) continue; // that pixel has one
      if (mark !== true && right - left < 1 && l.count < l.executions) continue; // the bins show them as they are
      drawn[lane] = Math.max(right, left + 0.5);
      const wide = Math.max(right - left, mark === true ? 1.5 : 0.7);
      this.paintInterval(context, l.path[i], mark, left, top + lane * this.lane, wide);
    }
  }
  paintInterval(context, path, mark, x, y, wide) {
    const key = this.run.keyOf(path);
    context.globalAlpha = mark === false ? 0.22 : 1;
    context.fillStyle = mark === true && view.durations !== null ? colours.mark : colourOf(key);
    context.fillRect(x, y, wide > 3 ? wide - 0.6 : wide, this.lane - 1);
    if (mark === true && wide > 3) {
      context.strokeStyle = colours.ink;
      context.strokeRect(x + 0.5, y + 0.5, wide - 1.6, this.lane - 2);
    }
    if (wide > 34 && this.lane > 10 && view.show.names) {
      const left = Math.max(x, gutter);
      context.save();
      context.beginPath();
      context.rect(left, y, wide - (left - x) - 2, this.lane);
      context.clip();
      context.fillStyle = readableOn(context.fillStyle);
      context.textAlign = "left";
      context.fillText(this.run.nameOf(path), left + 4, y + this.lane / 2);
      context.restore();
    }
    context.globalAlpha = 1;
  }
  middleOf(rank) {
    const r = this.run.locationOfRank(rank);
    return r < 0 ? null : this.tops[r] + (this.tops[r + 1] - this.tops[r]) / 2 - 4;
  }
  paintMessages(context) {
    const m = this.run.model.messages;
    const visible = [];
    for (let i = 0; i < m.begin.length; ++i)
      if (m.end[i] >= view.from && m.begin[i] <= view.to) visible.push(i);
    const shuffled = (i) => Math.imul(i, 2654435761) >>> 0; // of many alike those from all of the window
    visible.sort((a, b) => m.bytes[b] - m.bytes[a] || shuffled(a) - shuffled(b));
    context.strokeStyle = context.fillStyle = colours.ink;
    context.globalAlpha = visible.length > 60 ? 0.3 : 0.6;
    for (const i of visible.slice(0, 150)) { // the largest: more would hide what they connect
      const [a, b] = [this.middleOf(m.from[i]), this.middleOf(m.to[i])];
      if (a === null || b === null) continue;
      this.arrow(context, this.xOf(m.begin[i]), a, this.xOf(m.end[i]), b);
    }
    context.globalAlpha = 1;
  }
  arrow(context, x0, y0, x1, y1) {
    const angle = Math.atan2(y1 - y0, x1 - x0);
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
    context.beginPath();
    context.moveTo(x1, y1);
    for (const turn of [-0.4, 0.4]) context.lineTo(x1 - 6 * Math.cos(angle + turn), y1 - 6 * Math.sin(angle + turn));
    context.fill();
  }
  paintCritical(context) {
    context.strokeStyle = colours.critical;
    context.lineWidth = 2.5;
    context.beginPath();
    let before = null;
    for (const [rank, begin, end] of this.run.model.critical.stretches) {
      const y = this.middleOf(rank);
      if (y === null) continue;
      if (before !== null && end >= view.from && begin <= view.to) {
        context.moveTo(this.xOf(begin), before);
        context.lineTo(this.xOf(begin), y);
      }
      if (end >= view.from && begin <= view.to) {
        context.moveTo(this.xOf(begin), y);
        context.lineTo(this.xOf(end), y);
      }
      before = y;
    }
    context.stroke();
    context.lineWidth = 1;
  }
  paintSelection(context) {
    const s = view.selection;
    if (!s || s.run !== this.run) return;
    const l = this.run.locations[s.location];
    const box = (i, colour, line) => {
      const x = this.xOf(l.begin[i]);
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(x, this.tops[s.location] + this.run.depth[l.path[i]] * this.lane, Math.max(this.xOf(l.end[i]) - x, 2), this.lane - 1);
    };
    for (let i = l.enclosing[s.interval]; i >= 0; i = l.enclosing[i]) box(i, colours.accent, 1.5);
    box(s.interval, colours.bad, 2.5);
    context.lineWidth = 1;
  }

  /** [row, interval] at a place of the canvas; interval -1 where there is none. */
  find(x, y) {
    const inside = y + this.scrolled;
    const row = this.tops.findIndex((top, r) => inside >= top && inside < (this.tops[r + 1] ?? 0));
    if (row < 0 || y < axis || x < gutter) return [-1, -1];
    const l = this.run.locations[row];
    const lane = Math.floor((inside - this.tops[row]) / this.lane);
    const [from, to] = [this.timeAt(x - 1.5), this.timeAt(x + 1.5)];
    let best = -1;
    for (let i = 0; i < l.count && l.begin[i] <= to; ++i)
      if (l.end[i] >= from && this.run.depth[l.path[i]] === lane && (best < 0 || l.end[i] - l.begin[i] >= l.end[best] - l.begin[best])) best = i;
    return [row, best];
  }
  click(x, y) {
    const [row, i] = this.find(x, y);
    if (row >= 0) this.row = row;
    view.select(this.run, row, i);
    this.canvas.focus({preventScroll: true});
  }
  tip(x, y) {
    const [row, i] = this.find(x, y);
    if (row < 0) return "";
    const l = this.run.locations[row];
    if (i < 0) return l.count < l.executions && x > gutter ? this.tipOfBin(l, x) : "";
    return `${this.run.place(l.path[i])}\nrank ${l.rank}, ${duration(l.end[i] - l.begin[i])} from ${duration(l.begin[i])} on`;
  }
  tipOfBin(l, x) {
    const bins = l.level(this.timePerPixel * 2);
    const b = Math.floor(this.timeAt(x) / bins.width);
    if (b < 0 || b >= bins.size) return "";
    const lines = [`${duration(bins.width)}, of that`];
    for (let i = bins.first[b]; i < bins.first[b + 1] && lines.length < 7; ++i)
      lines.push(`${percentText(bins.time[i] / bins.width)} ${this.run.place(bins.path[i])}`);
    return lines.join("\n");
  }
}

/** Black or white, whatever can be read on a colour. */
function readableOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10151c" : "#ffffff";
}

/** Moves the window so that an interval is in it, with something around. */
function showInterval(run, location, interval) {
  const l = run.locations[location];
  const length = Math.max(l.end[interval] - l.begin[interval], 100);
  if (l.begin[interval] < view.from || l.end[interval] > view.to || length < (view.to - view.from) / 200)
    view.setWindow(l.begin[interval] - 2 * length, l.end[interval] + 2 * length);
}
