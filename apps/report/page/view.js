// What all views show alike: the window of time, the cursor, what is selected. Views say what to do on a change.
const view = {
  runs: [],
  length: 1,
  from: 0,
  to: 1,
  cursor: null, // time
  selection: null, // {run, location, interval}
  operation: null, // a key, see Run.keyOf
  bins: null, // of durations, [first, behind the last]
  show: {messages: true, critical: false, names: true},
  painters: [],
  waiting: false,

  onChange(painter) {
    this.painters.push(painter);
  },
  changed() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.paint();
    });
  },
  /** What one view cannot draw keeps no other from drawing. */
  paint() {
    for (const painter of this.painters) {
      try {
        painter();
      } catch (problem) {
        reportError(problem);
      }
    }
  },
  /** [least, most] of the durations that were chosen, nanoseconds. */
  get durations() {
    return this.bins && this.bins.map(binBegin);
  },
  setWindow(from, to) {
    const least = Math.max(this.length * 1e-7, 20);
    const width = Math.min(Math.max(to - from, least), this.length);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - width / 2, 0), this.length - width);
    this.to = this.from + width;
    this.changed();
  },
  zoom(factor, around = (this.from + this.to) / 2) {
    this.setWindow(around - (around - this.from) * factor, around + (this.to - around) * factor);
  },
  pan(share) {
    const by = (this.to - this.from) * share;
    this.setWindow(this.from + by, this.to + by);
  },
  select(run, location, interval) {
    this.selection = interval < 0 ? null : {run, location, interval};
    if (this.selection) {
      const l = run.locations[location];
      this.operation = run.keyOf(l.path[interval]);
      say(`${run.nameOf(l.path[interval])} on rank ${l.rank}, ${duration(l.end[interval] - l.begin[interval])}`);
    }
    this.changed();
  },
  choose(operation) {
    this.operation = this.operation === operation ? null : operation;
    this.selection = null;
    say(this.operation ? `${this.operation} is highlighted` : "nothing is highlighted");
    this.changed();
  },
  /** True where something of this operation and length shall stand out; null where nothing does. */
  isMarked(key, length) {
    if (this.operation === null && this.durations === null) return null;
    const fits = this.operation === null || key === this.operation;
    return fits && (this.durations === null || (length >= this.durations[0] && length < this.durations[1]));
  },
};

const hues = ["#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#e0b92f", "#3fa7a0", "#e15759", "#9c755f", "#d37295", "#7e9dc9",
  "#8cb84f", "#c98f4a"];
const hueOf = new Map();

/** Operations have hues, the most expensive first; calls of communicators are grey. */
function assignHues(runs) {
  for (const run of runs)
    for (const row of run.model.profile.operations)
      if (!row.call && row.name !== "program" && !hueOf.has(row.name)) hueOf.set(row.name, hues[hueOf.size % hues.length]);
}

let colours = {};
function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ["paper", "panel", "ink", "soft", "line", "faint", "accent", "mark", "call", "call-dark", "program", "band",
    "critical", "good", "bad"])
    colours[name] = style.getPropertyValue("--" + name).trim();
}

function colourOf(key) {
  if (key === "program" || key === "other threads") return colours.program;
  if (key.startsWith("call ")) return /wait|barrier|compare|agree/.test(key) ? colours.call : colours["call-dark"];
  return hueOf.get(key) ?? colours.program;
}
