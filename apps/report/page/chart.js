const gutter = 96; // where rows have their names, the same in all time views

/** A canvas as sharp as the screen; `paint(context, width, height)` draws it. */
class Chart {
  constructor(label, height, paint) {
    this.canvas = h("canvas", {tabindex: 0, role: "application", "aria-label": label});
    this.element = h("div.chart", {}, this.canvas);
    this.height = height;
    this.paint = paint;
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.canvas.addEventListener("pointerleave", () => showTip(null, ""));
  }
  get width() {
    return this.element.clientWidth;
  }
  draw() {
    const width = this.width;
    if (width < 10) return;
    const sharp = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * sharp);
    this.canvas.height = Math.round(this.height * sharp);
    this.canvas.style.height = this.height + "px";
    const context = this.canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    context.clearRect(0, 0, width, this.height);
    context.font = "11.5px system-ui, 'DejaVu Sans', sans-serif";
    context.textBaseline = "middle";
    this.paint(context, width, this.height);
  }
  /** Where an event is, in the canvas. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}

/** A chart over the window of time, which it moves: drag, Shift and drag, Ctrl and wheel, double click, keys. */
class TimeChart extends Chart {
  constructor(label, height, paint) {
    super(label + ". Arrow keys move, plus and minus zoom, Home shows all.", height, paint);
    this.drag = null;
    const on = (name, f) => this.canvas.addEventListener(name, f);
    on("pointerdown", (e) => this.press(e));
    on("pointermove", (e) => this.move(e));
    on("pointerup", (e) => this.release(e));
    on("pointerleave", () => this.leave());
    on("dblclick", (e) => view.zoom(0.4, this.timeAt(this.at(e)[0])));
    on("wheel", (e) => this.wheel(e));
    on("keydown", (e) => this.key(e));
    view.onChange(() => this.draw());
  }
  xOf(time) {
    return gutter + ((time - view.from) / (view.to - view.from)) * (this.width - gutter);
  }
  timeAt(x) {
    return view.from + ((x - gutter) / (this.width - gutter)) * (view.to - view.from);
  }
  get timePerPixel() {
    return (view.to - view.from) / Math.max(this.width - gutter, 1);
  }
  press(event) {
    const [x, y] = this.at(event);
    this.drag = {x, y, from: view.from, to: view.to, zooms: event.shiftKey, moved: false};
    this.canvas.setPointerCapture(event.pointerId);
  }
  move(event) {
    const [x, y] = this.at(event);
    view.cursor = x < gutter ? null : this.timeAt(x);
    if (this.drag) {
      this.drag.moved ||= Math.abs(x - this.drag.x) > 3;
      if (this.drag.moved && !this.drag.zooms) {
        const by = (this.drag.x - x) * ((this.drag.to - this.drag.from) / (this.width - gutter));
        view.setWindow(this.drag.from + by, this.drag.to + by);
      }
      this.drag.now = x;
    } else {
      showTip(event, this.tip ? this.tip(x, y) : "");
    }
    view.changed();
  }
  release(event) {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return;
    const [x, y] = this.at(event);
    if (!drag.moved && this.click) this.click(x, y);
    if (drag.moved && drag.zooms) {
      const [a, b] = [this.timeAt(drag.x), this.timeAt(x)];
      view.setWindow(Math.min(a, b), Math.max(a, b));
    }
    view.changed();
  }
  leave() {
    if (this.drag) return;
    view.cursor = null;
    view.changed();
  }
  wheel(event) {
    if (event.ctrlKey || event.metaKey) view.zoom(Math.exp(event.deltaY * 0.004), this.timeAt(this.at(event)[0]));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) view.pan((event.deltaX || event.deltaY) / 900);
    else return; // the page scrolls
    event.preventDefault();
  }
  key(event) {
    const actions = {
      ArrowLeft: () => view.pan(-0.15), ArrowRight: () => view.pan(0.15), "+": () => view.zoom(0.6), "=": () => view.zoom(0.6),
      "-": () => view.zoom(1.7), Home: () => view.setWindow(0, view.length), Escape: () => {
        view.operation = view.bins = view.selection = null;
        view.changed();
      },
    };
    const action = (this.keys && this.keys[event.key]) || actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
  }
  /** The cursor of all views, and what is being chosen by Shift and drag. */
  drawCursor(context, height) {
    if (view.cursor !== null && view.cursor >= view.from && view.cursor <= view.to) {
      context.fillStyle = colours.ink;
      context.fillRect(Math.round(this.xOf(view.cursor)), 0, 1, height);
    }
    if (this.drag && this.drag.zooms && this.drag.moved) {
      context.fillStyle = colours.band;
      context.fillRect(Math.min(this.drag.x, this.drag.now), 0, Math.abs(this.drag.now - this.drag.x), height);
    }
  }
}

/** Round steps between two values, about `count` of them. */
function ticks(from, to, count) {
  const rough = (to - from) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((k) => k * size).find((s) => s >= rough) ?? 10 * size;
  const all = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) all.push(t);
  return all;
}

function drawTimeAxis(chart, context, y, height) {
  context.textAlign = "center";
  for (const t of ticks(view.from, view.to, Math.max(chart.width / 140, 2))) {
    const x = chart.xOf(t);
    context.fillStyle = colours.faint;
    context.fillRect(x, y + 16, 1, height);
    context.fillStyle = colours.soft;
    if (x > gutter + 20 && x < chart.width - 26) context.fillText(axisText(t), x, y + 8);
  }
}

/** A time with as many digits as the window shows. */
function axisText(t) {
  const digits = Math.min(Math.max(Math.ceil(-Math.log10((view.to - view.from) / 1e9 / 20)), 0), 9);
  if (view.length >= 1e8) return (t / 1e9).toFixed(digits) + " s";
  return (t / 1e6).toFixed(Math.max(digits - 3, 0)) + " ms";
}
