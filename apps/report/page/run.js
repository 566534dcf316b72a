// A trace as the program has written it (model_json.cpp), made quick to draw.
class Run {
  constructor(model, letter) {
    this.model = model;
    this.letter = letter;
    this.length = Math.max(model.length, 1);
    this.parent = Int32Array.from(model.paths, (p) => p[0]);
    this.region = Int32Array.from(model.paths, (p) => p[1]);
    this.keys = Array.from(this.region, (_, path) => (this.isCall(path) ? "call " : "") + this.nameOf(path));
    this.depth = new Int32Array(this.parent.length);
    for (let p = 0; p < this.depth.length; ++p)
      this.depth[p] = this.parent[p] < 0 ? 0 : this.depth[this.parent[p]] + 1;
    this.locations = model.locations.map((l) => new Location(l, this));
    this.byRank = new Map(model.by_rank.paths.map(([path, own, whole]) => [path, {own, whole}]));
  }
  regionOf(path) {
    const [name, file, line, call] = this.model.regions[this.region[path]];
    return {name, file, line, call: call === 1};
  }
  nameOf(path) {
    return this.model.regions[this.region[path]][0];
  }
  isCall(path) {
    return this.model.regions[this.region[path]][3] === 1;
  }
  /** What tells operations apart everywhere on the page: name and kind. */
  keyOf(path) {
    return this.keys[path];
  }
  place(path) {
    const {name, file, line} = this.regionOf(path);
    return file ? `${name} at ${baseName(file)}:${line}` : name;
  }
  /** The path at a depth that leads to a path. */
  above(path, depth) {
    while (path >= 0 && this.depth[path] > depth) path = this.parent[path];
    return path;
  }
  locationOfRank(rank) {
    return this.locations.findIndex((l) => l.rank === rank && l.thread === 0);
  }
}

/** The intervals of a location, by begin, and the shares of its bins. */
class Location {
  constructor(model, run) {
    Object.assign(this, {rank: model.rank, thread: model.thread, host: model.host, name: model.name});
    const columns = model.intervals;
    const n = columns.begin.length;
    this.count = n;
    this.executions = model.executions;
    this.begin = new Float64Array(n);
    this.end = new Float64Array(n);
    this.own = Float64Array.from(columns.own);
    this.path = Int32Array.from(columns.path);
    this.enclosing = new Int32Array(n);
    this.columns = columns;
    let at = 0;
    let deepest = 0;
    const open = [];
    for (let i = 0; i < n; ++i) {
      at += columns.begin[i];
      this.begin[i] = at;
      this.end[i] = at + columns.length[i];
      const isAround = (j) =>
        this.end[j] >= this.end[i] && (this.end[j] > at || this.path[j] === run.parent[this.path[i]]);
      while (open.length > 0 && !isAround(open[open.length - 1])) open.pop();
      this.enclosing[i] = open.length > 0 ? open[open.length - 1] : -1;
      open.push(i);
      deepest = Math.max(deepest, run.depth[this.path[i]]);
    }
    this.levels = [new BinLevel(model.bins, run.model.bin_width)];
    for (const path of model.bins.path) deepest = Math.max(deepest, run.depth[path]);
    this.lanes = Math.min(deepest + 1, 12);
  }
  column(name, i, otherwise = 0) {
    return this.columns[name] ? this.columns[name][i] : otherwise;
  }
  /** Bins of at least this many nanoseconds. */
  level(width) {
    let level = this.levels[0];
    for (let i = 1; level.width < width && level.size > 1; ++i)
      level = this.levels[i] ?? (this.levels[i] = level.halved());
    return level;
  }
  children(parent) {
    const found = [];
    for (let i = parent + 1; i < this.count && this.begin[i] <= this.end[parent]; ++i)
      if (this.enclosing[i] === parent) found.push(i);
    return found;
  }
}

/** For each bin of time the paths that a location was in, and for how long. */
class BinLevel {
  constructor(bins, width) {
    this.width = width;
    this.size = bins.counts.length;
    this.first = new Int32Array(this.size + 1);
    for (let b = 0; b < this.size; ++b) this.first[b + 1] = this.first[b] + bins.counts[b];
    this.path = Int32Array.from(bins.path);
    this.time = Float64Array.from(bins.time);
  }
  halved() {
    const counts = [];
    const path = [];
    const time = [];
    for (let b = 0; b < this.size; b += 2) {
      const sums = new Map();
      for (let i = this.first[b]; i < this.first[Math.min(b + 2, this.size)]; ++i)
        sums.set(this.path[i], (sums.get(this.path[i]) ?? 0) + this.time[i]);
      counts.push(sums.size);
      path.push(...sums.keys());
      time.push(...sums.values());
    }
    return new BinLevel({counts, path, time}, this.width * 2);
  }
}
