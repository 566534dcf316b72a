// Numbers as people read them.
function duration(ns) {
  const size = Math.abs(ns);
  if (size >= 1e9) return (ns / 1e9).toFixed(3) + " s";
  if (size >= 1e6) return (ns / 1e6).toFixed(2) + " ms";
  if (size >= 1e3) return (ns / 1e3).toFixed(1) + " µs";
  return ns === 0 ? "0" : ns.toFixed(0) + " ns";
}

function secondsText(seconds) {
  return duration(seconds * 1e9);
}

function scaled(value, unit, digits = 1) {
  const steps = [[1e15, "P"], [1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
  for (const [size, name] of steps)
    if (Math.abs(value) >= size) return (value / size).toFixed(digits) + " " + name + unit;
  return (Number.isInteger(value) ? value.toString() : value.toPrecision(3)) + (unit ? " " + unit : "");
}

function bytesText(bytes) {
  return scaled(bytes, "B");
}

function countText(count) {
  return count.toLocaleString("en-US");
}

function percentText(share) {
  return (share * 100).toFixed(share < 0.1 ? 1 : 0) + " %";
}

function measured(value, unit) {
  if (unit === "byte") return bytesText(value);
  if (unit === "ns") return duration(value);
  return scaled(value, unit === "#" ? "" : unit);
}

function baseName(file) {
  return file.slice(file.lastIndexOf("/") + 1);
}
