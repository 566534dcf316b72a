// A metric over time: least, mean and most over the ranks, and how far they spread around the mean.
class Counter extends TimeChart {
  constructor(run, series, width, asRate) {
    const name = series.name + (asRate ? " per second" : "");
    super(`${name} over time, minimum, mean, maximum and standard deviation over the ranks`, 86, (c, w, hgt) => this.paintLines(c, w, hgt));
    this.series = series;
    this.lines = asRate ? series.rate : series.value;
    this.begin = Math.max(this.lines.mean.findIndex((v) => v !== null), 0); // before it nobody had measured
    this.binWidth = width;
    this.unit = series.unit;
    this.name = name;
    this.asRate = asRate;
    this.run = run;
  }
  paintLines(context, width, height) {
    const {min, mean, max, std} = this.lines;
    const first = Math.max(Math.floor(view.from / this.binWidth) - 1, this.begin);
    const last = Math.min(Math.ceil(view.to / this.binWidth) + 1, mean.length);
    let most = 0;
    let least = 0;
    for (let i = first; i < last; ++i) {
      most = Math.max(most, max[i]);
      least = Math.min(least, min[i]);
    }
    const y = (value) => height - 5 - ((value - least) / (most - least || 1)) * (height - 14);
    const x = (i) => this.xOf((i + (this.asRate ? 0.5 : 1)) * this.binWidth);
    context.fillStyle = colours.panel;
    context.fillRect(gutter, 4, width - gutter, height - 8);
    context.save();
    context.beginPath();
    context.rect(gutter, 0, width - gutter, height);
    context.clip();
    context.fillStyle = colours.band;
    context.beginPath();
    for (let i = first; i < last; ++i) context.lineTo(x(i), y(mean[i] + std[i]));
    for (let i = last - 1; i >= first; --i) context.lineTo(x(i), y(mean[i] - std[i]));
    context.fill();
    for (const [line, colour] of [[min, colours.soft], [max, colours.soft], [mean, colours.accent]]) {
      context.strokeStyle = colour;
      context.beginPath();
      for (let i = first; i < last; ++i) context.lineTo(x(i), y(line[i]));
      context.stroke();
    }
    context.restore();
    context.fillStyle = colours.soft;
    context.textAlign = "right";
    context.fillText(this.text(most), gutter - 6, 11);
    context.fillText(this.text(least), gutter - 6, height - 8);
    context.textAlign = "left";
    context.fillStyle = colours.ink;
    const here = view.cursor === null ? "" : ": " + this.tip(this.xOf(view.cursor));
    context.fillText((view.runs.length > 1 ? this.run.letter + ": " : "") + this.name + here, gutter + 6, 13);
    this.drawCursor(context, height);
  }
  text(value) {
    return measured(value, this.unit) + (this.asRate ? "/s" : "");
  }
  tip(x) {
    const i = Math.floor(this.timeAt(x) / this.binWidth);
    const {min, mean, max, std} = this.lines;
    if (i < 0 || i >= mean.length) return "";
    if (i < this.begin) return "not measured yet";
    return `${this.text(mean[i])} ± ${this.text(std[i])}, from ${this.text(min[i])} to ${this.text(max[i])}`;
  }
}

/** The charts of a run and what chooses among them. */
function counterViews(run) {
  const {width, series} = run.model.metrics;
  const charts = h("div");
  const rates = h("input", {type: "checkbox", checked: true});
  const usual = ["bytes received", "flops", "allocated bytes"].filter((name) => series.some((s) => s.name === name));
  const chosen = new Set(usual.length > 0 ? usual.slice(0, 2) : series.slice(0, 1).map((s) => s.name));
  const update = () => {
    for (const old of charts.children) view.painters = view.painters.filter((p) => p !== old.painter);
    charts.replaceChildren();
    for (const s of series) {
      if (!chosen.has(s.name)) continue;
      const before = view.painters.length;
      const chart = new Counter(run, s, width, rates.checked && s.rate !== undefined);
      chart.element.painter = view.painters[before];
      charts.append(chart.element);
    }
  };
  rates.addEventListener("change", update);
  const boxes = series.map((s) => {
    const box = h("input", {type: "checkbox", checked: chosen.has(s.name), onchange: () => {
      if (!chosen.delete(s.name)) chosen.add(s.name);
      update();
    }});
    return h("label", {}, box, " " + s.name);
  });
  update();
  if (series.length === 0) return h("p.soft", {}, "The trace holds no metrics.");
  return h("div.counters", {}, h("div.metrics", {role: "group", "aria-label": "Metrics to show"}, ...boxes, h("label.soft", {}, rates, " totals as rates")), charts);
}
