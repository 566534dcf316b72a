# check_page.py CHROMIUM PAGE PROFILE [PROFILE_OF_B] [PICTURE.png]: the page works in a browser without a window: no message on its
# console, zoom, brushes, selection and tree do what they say, and its figures are those of the profile; a page of two
# runs compares them. The browser is driven by its DevTools protocol through a pipe, so that nothing but Python is needed.
import base64
import json
import os
import select
import subprocess
import sys
import tempfile
import time


def check(good, what):
    if not good:
        sys.exit(f"FAILED: {what}")


class Browser:
    def __init__(self, program, folder):
        to_browser, self.to = os.pipe()
        self.from_, from_browser = os.pipe()

        def connect():  # the protocol's pipes are 3 and 4
            a, b = os.dup(to_browser), os.dup(from_browser)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={folder}",
             "--window-size=1400,1000", "about:blank"],
            preexec_fn=connect, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number, self.rest, self.session, self.problems, self.requests = 0, b"", None, [], []

    def open(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page", "Network"):
            self.call(domain + ".enable")

    def receive(self, seconds=30):
        end = time.monotonic() + seconds
        while b"\0" not in self.rest:
            check(select.select([self.from_], [], [], max(end - time.monotonic(), 0))[0], "the browser does not answer")
            data = os.read(self.from_, 1 << 20)
            check(data, "the browser has ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        method, told = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(told["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled":
            self.problems.append(told["args"])
        elif method == "Log.entryAdded":
            self.problems.append(told["entry"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        call = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.to, json.dumps(call).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                check("error" not in answer, f"{method}: {answer.get('error')}")
                return answer["result"]

    def js(self, expression):
        """The value of an expression, when what came before is drawn."""
        frames = "await new Promise((f) => requestAnimationFrame(() => requestAnimationFrame(f)));"
        text = f"(async () => {{ {frames} return await ({expression}); }})()"
        result = self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        check("exceptionDetails" not in result, f"{expression}: {result.get('exceptionDetails')}")
        return result["result"].get("value")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def drag(self, x0, x1, y, modifiers=0):
        self.mouse("mousePressed", x0, y, button="left", buttons=1, clickCount=1, modifiers=modifiers)
        for i in range(1, 5):
            self.mouse("mouseMoved", x0 + (x1 - x0) * i / 4, y, button="left", buttons=1, modifiers=modifiers)
        self.mouse("mouseReleased", x1, y, button="left", clickCount=1, modifiers=modifiers)

    def click(self, x, y):
        self.drag(x, x, y)

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" and len(key) == 1 else "")

    def box(self, selector):
        """The place of an element that has been scrolled into the window."""
        return self.js(f"""(() => {{ const e = document.querySelector({json.dumps(selector)});
            e.scrollIntoView({{block: "center"}}); const b = e.getBoundingClientRect();
            return [b.left, b.top, b.width, b.height]; }})()""")

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))


def is_close(a, b):
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b)) + 2e-9


def check_figures(browser, profile):
    shown = browser.js("""[...document.querySelectorAll("#tree tbody tr")].length""")
    check(shown > 2, "call paths")
    browser.js("""[...document.querySelectorAll("#tree .tools button")].find((b) => b.textContent === "Open all").click()""")
    rows = browser.js("""[...document.querySelectorAll("#tree tbody tr")].map((tr) => [Number(tr.dataset.row),
        tr.querySelector("th").textContent, Object.fromEntries([...tr.querySelectorAll("td")].map((td) => [td.dataset.field, Number(td.dataset.value)]))])""")
    check(len(rows) == len(profile["paths"]), f"{len(rows)} call paths, not {len(profile['paths'])}")
    browser.js("""[...document.querySelectorAll("#tree .tools button")].find((b) => b.textContent === "Operations").click()""")
    lines = browser.js("""[...document.querySelectorAll("#tree tbody tr")].map((tr) => [tr.dataset.key,
        Object.fromEntries([...tr.querySelectorAll("td")].map((td) => [td.dataset.field, [Number(td.dataset.value), td.textContent]]))])""")
    wanted = {("call " if row["call"] else "") + row["name"]: row for row in profile["operations"]}
    check(sorted(k for k, _ in lines) == sorted(wanted), "operations")
    for key, got in lines:
        row = wanted[key]
        for field, value in (("count", row["count"]), ("inclusive", row["inclusive"]["mean"]), ("exclusive", row["exclusive"]["mean"]),
                             ("most", row["exclusive"]["max"]), ("waiting", row["waiting"]["mean"]),
                             ("bytes_received", row["moved"]["bytes_received"])):
            check(field in got or value == 0 or field not in ("count", "inclusive", "exclusive"), f"no {field} of {key}")
            if field in got:
                check(is_close(got[field][0], value), f"{field} of {key}: {got[field]}, not {value}")
        check(got["count"][1].replace(",", "") == str(row["count"]), f"the text of the count of {key}: {got['count'][1]}")
    figures = browser.js("""Object.fromEntries([...document.querySelectorAll("#findings dd")].map((d) => [d.dataset.field, Number(d.dataset.value)]))""")
    check(is_close(figures["wall"], max(r["wall"] for r in profile["ranks"])), f"time: {figures}")
    check(figures["bytes"] == sum(r["moved"]["bytes_received"] for r in profile["ranks"]), f"bytes: {figures}")
    check(figures["messages"] == sum(r["moved"]["messages_received"] for r in profile["ranks"]), f"messages: {figures}")
    browser.js("""[...document.querySelectorAll("#tree .tools button")].find((b) => b.textContent === "Call paths").click()""")


def window(browser):
    return browser.js("[pantileReport.from, pantileReport.to, pantileReport.length]")


def check_time(browser):
    a, b, length = window(browser)
    check(a == 0 and b == length > 0, "all is shown first")
    left, top, width, height = browser.box("[data-run] .brushed canvas")
    middle = top + height / 2
    browser.drag(left + width * 0.4, left + width * 0.6, middle)
    a, b, _ = window(browser)
    check(0 < a < b < length and abs((b - a) / length - 0.2 * width / (width - 96)) < 0.02, f"the brush chose {a} to {b} of {length}")
    browser.drag(left + width * 0.5, left + width * 0.55, middle)
    c, d, _ = window(browser)
    check(c > a and abs((d - c) - (b - a)) < 1, "the window is moved by its brush")
    left, top, width, height = browser.box("[data-run] .rows canvas")
    browser.mouse("mouseWheel", left + width / 2, top + 60, deltaX=0, deltaY=-200, modifiers=2)
    e, f, _ = window(browser)
    check(f - e < 0.6 * (d - c), "Ctrl and wheel zoom")
    browser.drag(left + width * 0.5, left + width * 0.6, top + 60)
    g, h, _ = window(browser)
    check(g < e and abs((h - g) - (f - e)) < 1, "dragging moves")
    browser.drag(left + width * 0.3, left + width * 0.5, top + 60, modifiers=8)
    i, j, _ = window(browser)
    check(j - i < 0.3 * (h - g), "Shift and drag zoom")
    browser.key("-")
    k, l, _ = window(browser)
    check(l - k > 1.5 * (j - i), "keys zoom out")
    browser.mouse("mouseMoved", left + width * 0.7, top + 60)
    cursor = browser.js("pantileReport.cursor")
    check(k < cursor < l, f"the cursor is at {cursor}")
    browser.js("pantileReport.setWindow(0, pantileReport.length)")


def check_selection(browser, profile):
    left, top, width, height = browser.box("[data-run] .rows canvas")
    place = browser.js("""(() => { const run = pantileReport.runs[0], l = run.locations[0]; let best = -1;
        for (let i = 0; i < l.count; ++i) if (run.depth[l.path[i]] === 1 && (best < 0 || l.end[i] - l.begin[i] > l.end[best] - l.begin[best])) best = i;
        return [run.timeline.xOf((l.begin[best] + l.end[best]) / 2), run.timeline.tops[0] + run.timeline.lane * 1.5, run.nameOf(l.path[best]), l.end[best] - l.begin[best]]; })()""")
    browser.click(left + place[0], top + place[1])
    name = browser.js("""document.querySelector("#details [data-field=name]")?.textContent""")
    check(name == place[2], f"{place[2]} was clicked, {name} is selected")
    check(browser.js("""document.querySelectorAll("#details .ancestors li").length""") == 1, "it is inside of the program")
    chosen = browser.js("""[...document.querySelectorAll("#tree tr.chosen th")].map((t) => t.textContent)""")
    check(chosen and all(place[2] in t for t in chosen), f"the tree highlights {chosen}")
    check(place[2] in browser.js("""document.getElementById("said").textContent"""), "it is said")
    browser.js("""document.querySelector("#details .ancestors button").click()""")
    check(browser.js("""document.querySelector("#details [data-field=name]").textContent""") == "program", "the ancestor is selected")
    browser.key("Escape")

    left, top, width, height = browser.box("#durations canvas")
    browser.drag(left + width * 0.5, left + width * 0.99, top + height / 2)
    least, most = browser.js("pantileReport.durations")
    check(0 < least < most, "durations are chosen")
    marked = browser.js("""(() => { let n = 0; const run = pantileReport.runs[0]; for (const l of run.locations) for (let i = 0; i < l.count; ++i)
        n += pantileReport.isMarked(run.keyOf(l.path[i]), l.end[i] - l.begin[i]) === true; return n; })()""")
    bins = browser.js("pantileReport.runs[0].model.durations.flatMap((d) => d.bin.map((b, i) => [b, d.count[i]]))")
    count = sum(n for b, n in bins if least <= (4 + b % 4) * 2 ** (b // 4 - 2) < most)
    check(0 < marked == count, f"{marked} intervals are marked, {count} are that long")
    browser.click(left + width * 0.7, top + height / 2)
    check(browser.js("pantileReport.bins") is None, "a click gives the durations up")
    browser.click(left + width * 0.7, top + height / 2)
    first, end = browser.js("pantileReport.bins")
    check(end == first + 1, "a click chooses one bin")
    browser.js("(pantileReport.bins = null, pantileReport.operation = null, pantileReport.changed())")


def check_tree(browser):
    browser.box("#tree tbody tr")
    before = browser.js("""document.querySelectorAll("#tree tbody tr").length""")
    browser.js("""document.querySelector("#tree tbody tr .twist").click()""")
    check(browser.js("""document.querySelectorAll("#tree tbody tr").length""") < before, "a path closes")
    browser.key("ArrowRight")
    check(browser.js("""document.querySelectorAll("#tree tbody tr").length""") == before, "a key opens it")
    browser.key("ArrowDown")
    check(browser.js("""document.activeElement.dataset.row""") not in (None, "0"), "a key goes down")
    browser.key("Enter")
    check(browser.js("pantileReport.operation") is not None, "a key chooses")
    browser.key("Enter")
    check(browser.js("""document.querySelectorAll("#findings li").length""") > 0, "findings")
    browser.js("""document.querySelector("#findings li button")?.click()""")
    browser.js("""document.getElementById("theme").click()""")
    check(browser.js("""getComputedStyle(document.body).backgroundColor""") == "rgb(18, 22, 28)", "dark")


def check_comparison(browser, profiles):
    rows = browser.js("""[...document.querySelectorAll("#comparison tbody tr")].map((tr) => [tr.dataset.key,
        ...["a", "b", "change"].map((f) => Number(tr.querySelector(`[data-field=${f}]`).dataset.value))])""")
    wanted = [{("call " if row["call"] else "") + row["name"]: row["exclusive"]["mean"] for row in p["operations"]} for p in profiles]
    check({row[0] for row in rows} == set(wanted[0]) | set(wanted[1]), f"{len(rows)} operations are compared")
    for key, a, b, change in rows:
        want = [w.get(key, 0) for w in wanted]
        check(is_close(a, want[0]) and is_close(b, want[1]) and change == b - a, f"{key}: {a} and {b}, not {want}")
    check(browser.js("""document.querySelectorAll("#time-views > [data-run]").length""") == 2, "both runs have their time views")
    for side in (1, 2):  # what is chosen in one is marked in both
        left, top, width, height = browser.box(f"#durations > :nth-last-child({3 - side}) canvas")
        browser.drag(left + width * 0.3, left + width * 0.9, top + height / 2)
        least, most = browser.js("pantileReport.durations")
        check(0 < least < most, "durations are chosen")
        counts = browser.js("""pantileReport.runs.map((run) => run.locations.reduce((n, l) => n + [...l.path.keys()].filter((i) =>
            pantileReport.isMarked(run.keyOf(l.path[i]), l.end[i] - l.begin[i])).length, 0))""")
        check(all(counts), f"{counts} intervals are marked")
        browser.js("(pantileReport.bins = null, pantileReport.changed())")


program, page = sys.argv[1:3]
profiles = [json.load(open(path)) for path in sys.argv[3:] if path.endswith(".json")]
profile = profiles[0]
pictures = [path for path in sys.argv[3:] if path.endswith(".png")]
with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
    browser = Browser(program, folder)
    try:
        browser.open()
        begin = time.monotonic()
        browser.call("Page.navigate", url="file://" + os.path.abspath(page))
        while not browser.js("!!window.pantileReport"):
            check(time.monotonic() - begin < 20 and not browser.problems, f"the page does not open: {browser.problems}")
        opened = time.monotonic() - begin
        check_time(browser)
        if browser.js("pantileReport.runs.length") == 2:
            check_comparison(browser, profiles)
        else:
            check_selection(browser, profile)
            check_figures(browser, profile)
            check_tree(browser)
        for path in pictures:
            browser.picture(path)
        browser.js("0")
        check(not browser.problems, f"on the console: {browser.problems}")
        check(all(url.startswith("file:") or url.startswith("about:") for url in browser.requests), f"requests: {browser.requests}")
    finally:
        browser.process.kill()
        browser.process.wait()
print(f"the page opened in {opened:.1f} s and works")
