// Puts the views on the page.
function timeTools() {
  const button = (text, label, f) => h("button", {type: "button", "aria-label": label, onclick: f}, text);
  const toggle = (field, text) => {
    const b = h("button", {type: "button", "aria-pressed": view.show[field], onclick: () => {
      view.show[field] = !view.show[field];
      b.setAttribute("aria-pressed", view.show[field]);
      view.changed();
    }}, text);
    return b;
  };
  const where = h("span.soft.number", {id: "window"});
  view.onChange(() => (where.textContent = `${duration(view.from)} – ${duration(view.to)}` + (view.cursor === null ? "" : `, cursor at ${duration(view.cursor)}`)));
  byId("time-tools").append(
    button("−", "Zoom out", () => view.zoom(1.8)), button("+", "Zoom in", () => view.zoom(0.55)),
    button("◂", "Earlier", () => view.pan(-0.4)), button("▸", "Later", () => view.pan(0.4)), button("All", "Show all", () => view.setWindow(0, view.length)),
    toggle("names", "Names"), toggle("messages", "Messages"), toggle("critical", "Critical path"), where);
  byId("time-tools").after(h("p.soft", {}, "Drag: move. Shift and drag, or Ctrl and wheel: zoom. Click: details. Esc: highlight nothing."));
}

function legend() {
  const entry = (key, name) => h("button", {type: "button", "data-key": key, onclick: () => view.choose(key)}, h("i", {style: `background:${colourOf(key)}`}), name);
  const place = h("div.legend", {"aria-label": "Operations and their colours"});
  const build = () => place.replaceChildren(...[...hueOf.keys()].slice(0, 16).map((name) => entry(name, name)),
    h("span.soft", {}, h("i", {style: `background:${colours.call}`}), " communication"));
  build();
  addEventListener("themechange", build);
  return place;
}

function timeViews(run) {
  const overview = new Overview(run);
  run.timeline = new Timeline(run);
  const title = view.runs.length > 1 ? h("h3", {}, `${run.letter}: ${run.model.title}`) : null;
  return h("div", {"data-run": run.letter}, title, overview.element, run.timeline.element, counterViews(run));
}

function chooseTheme(dark) {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  readColours();
  dispatchEvent(new Event("themechange"));
  view.changed();
}

function printFriendly() {
  let before = false;
  addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme === "dark";
    chooseTheme(false);
    view.paint();
  });
  addEventListener("afterprint", () => chooseTheme(before));
}

function start() {
  const models = JSON.parse(byId("models").textContent);
  view.runs = models.map((model, i) => new Run(model, "AB"[i]));
  view.length = view.to = Math.max(...view.runs.map((r) => r.length));
  assignHues(view.runs);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  chooseTheme(dark.matches);
  dark.addEventListener("change", () => chooseTheme(dark.matches));
  byId("theme").addEventListener("click", () => chooseTheme(document.documentElement.dataset.theme !== "dark"));
  printFriendly();

  const titles = view.runs.map((r) => r.model.title).join(" and ");
  document.title = `${titles} – Pantile report`;
  byId("title").textContent = titles;
  byId("about").textContent = view.runs.map(({model}) =>
    `${model.ranks} rank${model.ranks === 1 ? "" : "s"}, ${countText(model.events)} events, ${duration(model.length)}, written by ${model.creator || "an unknown program"}`).join("; ");
  const put = (id, make) => view.runs.forEach((run) => byId(id).append(make(run)));
  timeTools();
  byId("time-views").append(legend());
  put("time-views", timeViews);
  detailsView();
  put("durations", histogramView);
  put("tree", treeView);
  put("source", sourceView);
  put("communication", communicationView);
  put("findings", findingsView);
  if (view.runs.length > 1) {
    byId("comparison").hidden = false;
    byId("comparison").append(comparisonView(view.runs));
  }
  for (const section of document.querySelectorAll("main > section:not([hidden])"))
    byId("views").append(h("a", {href: "#" + section.id}, section.querySelector("h2").textContent));
  view.changed();
  window.pantileReport = view; // for tests, and for those who look
}

document.addEventListener("DOMContentLoaded", start);
