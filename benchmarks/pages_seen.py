"""What a browser on a slow machine makes of each page: when its largest part is painted, what moves, how soon it
answers a hand, and what all of it weighs.

Chromium at a quarter of its speed. A stand-in takes App Bridge's place, which signs fetches and does nothing else.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from benchmarks.ground import Ground
from benchmarks.table import Line

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SLOWER = 4
SETTLED_MS = 600
TABS = 6
LCP_MS, CLS, INP_MS, BYTES = 2_500, 0.1, 200, 100_000
# Sources: web.dev on LCP, CLS (the sum of shifts nobody asked for) and INP (the slowest answer to a key or a click).
OBSERVE = """
window.seen = {lcp: 0, cls: 0, inp: 0};
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.lcp = one.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (one.interactionId) seen.inp = Math.max(seen.inp, one.duration);
}).observe({type: "event", durationThreshold: 16, buffered: true});
"""
BRIDGE = """
const send = window.fetch;
window.fetch = (address, options = {}) =>
  send(address, {...options, headers: {...options.headers, Authorization: "Bearer %s"}});
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One page in the browser; times in ms."""

    name: str
    lcp: float
    cls: float
    inp: float
    weight: int


def measure(here: Ground, paths: Mapping[str, str], query: Mapping[str, str]) -> list[Line]:
    """The worst page of each figure. The floor is an empty document in the same browser."""
    found = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    if found is None:
        return [Line(what="pages in a browser", ours="not measured: no Chromium here")]
    url, _web = here.start_web()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
        bridge = BRIDGE % query["id_token"]
        context.route("**/app-bridge.js", lambda route: _fulfil(route, "text/javascript", bridge))
        context.route("**/floor", lambda route: _fulfil(route, "text/html", "<!doctype html><h1>Nothing</h1>"))
        context.add_init_script(OBSERVE)
        floor = _see(context, "floor", f"{url}/floor", url)
        seen = [_see(context, name, _address(url, path, query), url) for name, path in paths.items()]
        browser.close()
    return [
        _line("largest paint (LCP)", max(seen, key=lambda one: one.lcp), "lcp", LCP_MS, floor),
        _line("layout shift (CLS)", max(seen, key=lambda one: one.cls), "cls", CLS, floor),
        _line("answer to a key or a click (INP)", max(seen, key=lambda one: one.inp), "inp", INP_MS, floor),
        _line("weight as sent", max(seen, key=lambda one: one.weight), "weight", BYTES, floor),
    ]


def _see(context: BrowserContext, name: str, address: str, app_url: str) -> Seen:
    page, sizes = context.new_page(), {}
    page.on("response", lambda answer: sizes.update({answer.url: answer}) if answer.url.startswith(app_url) else None)
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLED_MS)
    _use(page)
    seen = page.evaluate("window.seen")
    weight = sum(_weight(answer.request.sizes()) for answer in sizes.values())
    page.close()
    return Seen(name, seen["lcp"], seen["cls"], seen["inp"], weight)


def _use(page: Page) -> None:
    """What a hand does on any page: keys, a click, and opening what is folded up."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
    for summary in page.locator("summary:visible").all()[:2]:
        summary.click()
    page.locator("h1").click()
    page.wait_for_timeout(SETTLED_MS / 2)


def _weight(sizes: Mapping[str, int]) -> int:
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


def _fulfil(route: Route, kind: str, body: str) -> None:
    route.fulfill(content_type=kind, body=body)


def _address(url: str, path: str, query: Mapping[str, str]) -> str:
    return f"{url}{path}{'&' if '?' in path else '?'}{urlencode(query)}"


def _line(what: str, worst: Seen, figure: str, most: float, floor: Seen) -> Line:
    units = {"cls": ("", 3), "weight": (" bytes", 0)}
    unit, places = units.get(figure, (" ms", 0))
    value, least = getattr(worst, figure), getattr(floor, figure)
    return Line(
        what=f"pages in Chromium with {SLOWER} × CPU slowdown, {what}",
        ours=f"{value:,.{places}f}{unit} at worst ({worst.name})",
        target=f"≤ {most:,}{unit}",
        floor=f"{least:,.{places}f}{unit} for an empty document",
        met=value <= most,
    )
