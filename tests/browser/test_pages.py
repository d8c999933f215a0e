"""Every page as people meet it: axe finds nothing, wide and narrow, light and dark; the keyboard reaches all of it."""

from __future__ import annotations

import json
import re

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page, expect

from embedded_app.accounting.mapping import LineKind
from tests.browser.conftest import Admin
from tests.browser.every_page import inside, open_installed, see, walk
from tests.web import scenes

# Only what is found is told, and nothing is loaded once more: both halve the time.
TOLD = {"resultTypes": ["violations"], "preload": False}
ALL_RULES = {**TOLD, "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What may differ between light and dark, and what between wide and narrow.
COLOURS = ["color-contrast"]
SIZES = ["target-size", "scrollable-region-focusable"]
DIFFERING = {**TOLD, "runOnly": {"type": "rule", "values": COLOURS + SIZES}}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 800}
MOST_TABS = 40
# What one page may weigh as it is sent, our own files together, App Bridge apart.
MOST_BYTES = 100_000
# A date has a stop for each of its parts and for its calendar.
STOPS_IN_A_DATE = 4

# Marks what the keyboard has to reach, in reading order, and keeps what it does reach; gives their names. A group of
# radio buttons is one stop.
PREPARE = """() => {
  const named = (one) => one.type === "radio" ? [...document.getElementsByName(one.name)] : [one];
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden" && one.checkVisibility())
    .filter((one) => one === (named(one).find((other) => other.checked && other.type === "radio") ?? named(one)[0]));
  stops.forEach((one, at) => { one.dataset.stop = at; });
  if (!window.reached) window.reached = [], document.addEventListener("focusin", (event) => {
    const outline = getComputedStyle(event.target);
    const seen = outline.outlineStyle !== "none" && parseFloat(outline.outlineWidth) > 0;
    window.reached.push({stop: event.target.dataset.stop, seen});
  });
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  window.reached = [];
  return stops.map((one) => ({what: one.id || one.textContent.trim() || one.name, isDate: one.type === "date"}));
}"""


@pytest.fixture
def opened(admin: Admin) -> Admin:
    """The app installed in a shop with orders, and opened once."""
    open_installed(admin)
    return admin


@pytest.fixture
def connected(opened: Admin) -> Admin:
    """The same with Xero connected and the orders read."""
    scenes.connect(opened.stage)
    return opened


def test_axe_finds_nothing_and_the_keyboard_reaches_everything_on_every_page(opened: Admin) -> None:
    wrong = []
    for what in walk(opened):
        wrong += keyboard(opened, what)
        wrong += axe(inside(opened), f"{what}, wide and light", ALL_RULES)
        show(opened.page, dark=True, narrow=True)
        wrong += axe(inside(opened), f"{what}, narrow and dark", DIFFERING)
        if inside(opened).evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            wrong.append(f"{what}: scrolls sideways on a phone")
        show(opened.page)

    assert wrong == []


@pytest.mark.thorough
def test_axe_finds_nothing_narrow_and_light_nor_wide_and_dark_either(opened: Admin) -> None:
    wrong = []
    for what in walk(opened):
        show(opened.page, narrow=True)
        wrong += axe(inside(opened), f"{what}, narrow and light", ALL_RULES)
        show(opened.page, dark=True)
        wrong += axe(inside(opened), f"{what}, wide and dark", DIFFERING)

    assert wrong == []


def test_axe_finds_nothing_on_the_way_to_xero_nor_outside(admin: Admin) -> None:
    shop, page, wrong = admin.stage.shop, admin.page, []
    shop.installation.install()
    shop.next_statuses = [503]
    see(admin, "")
    wrong += in_every_light(page, inside(admin), "no_access")
    see(admin, "/xero/refused")
    admin.frame.get_by_role("button", name="Connect Xero").click()
    page.get_by_role("button", name="Allow access").click()
    expect(admin.frame.get_by_role("heading", level=1)).to_have_text("Choose the Xero organisation")
    wrong += in_every_light(page, inside(admin), "xero_choose")

    for path in ("/", "/xero/callback?state=forged"):
        page.goto(admin.stage.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        wrong += in_every_light(page, page.main_frame, path)

    assert wrong == []
    answers, admin.complaints[:] = list(admin.complaints), []
    assert [re.search("status of ([0-9]+)", told)[1] for told in answers] == ["503", "400"]  # type: ignore[index]


def test_a_step_of_setup_is_filled_in_and_saved_by_the_keyboard_alone(connected: Admin) -> None:
    see(connected, "/setup/posting")
    skip = connected.frame.get_by_role("link", name="Skip to the content")
    skip.focus()
    expect(skip).to_be_in_viewport()
    connected.page.keyboard.press("Enter")

    _tab_to(connected, "prefix")
    connected.page.keyboard.press("Control+a")
    connected.page.keyboard.type("<")
    _tab_to(connected, "Save and go on")
    connected.page.keyboard.press("Enter")
    expect(connected.frame.get_by_role("alert")).to_be_focused()
    field = connected.frame.get_by_label("Document numbers begin with")
    expect(field).to_have_accessible_description(
        "Use up to 16 letters, digits and - . / _, beginning with a letter or a digit."
    )
    connected.complaints.clear()  # the browser calls the answer 422 an error

    _tab_to(connected, "prefix")
    connected.page.keyboard.press("Control+a")
    connected.page.keyboard.type("KB-")
    _tab_to(connected, "Save and go on")
    connected.page.keyboard.press("Enter")

    expect(connected.frame.get_by_role("heading", level=1)).to_have_text("Accounts")
    expect(connected.frame.get_by_role("heading", level=1)).to_be_focused()
    _tab_to(connected, f"accounts.{LineKind.PRODUCT.value}")


def test_a_page_and_all_it_loads_of_ours_weigh_less_than_100_kilobytes(connected: Admin) -> None:
    scenes.switch_on(connected.stage)
    sizes: dict[str, int] = {}
    app_url = connected.stage.url
    connected.page.on("requestfinished", lambda one: sizes.update(_size(one)) if one.url.startswith(app_url) else None)

    connected.open("/preview?order=%231004")
    expect(connected.frame.get_by_role("heading", level=1)).to_have_text("Preview of #1004")
    connected.page.wait_for_load_state("networkidle")

    assert len(sizes) >= 5
    assert sum(sizes.values()) < MOST_BYTES, sizes


def show(page: Page, *, dark: bool = False, narrow: bool = False) -> None:
    """Let the page be seen in this light and width."""
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page.set_viewport_size(NARROW if narrow else WIDE)  # type: ignore[arg-type]


def in_every_light(page: Page, frame: Frame, what: str) -> list[str]:
    """What axe finds wide and light, then narrow and dark."""
    wrong = axe(frame, f"{what}, wide and light", ALL_RULES)
    show(page, dark=True, narrow=True)
    wrong += axe(frame, f"{what}, narrow and dark", DIFFERING)
    show(page)
    return wrong


def axe(frame: Frame, what: str, rules: dict[str, object]) -> list[str]:
    """What axe finds, a line for each place; everything that can be opened is open."""
    if not frame.evaluate("'axe' in window"):
        frame.evaluate(AXE_SCRIPT)
    frame.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = frame.evaluate(f"axe.run({json.dumps(rules)}).then((told) => told.violations)")
    return [
        f"{what}: {one['id']} ({one['help']}) at {node['target']}: {re.sub(chr(10), ' ', node['html'])[:200]}"
        for one in found
        for node in one["nodes"]
    ]


def keyboard(admin: Admin, what: str) -> list[str]:
    """Press Tab from the page's top to its end: what is not reached in reading order, not seen, or not left again."""
    frame, press = inside(admin), admin.page.keyboard.press
    stops = frame.evaluate(PREPARE)
    last, focused = str(len(stops) - 1), "document.activeElement.dataset.stop"
    for _ in stops:
        press("Tab")
    # No further than the last: beyond the page the browser itself has the focus, and takes keys in its own time.
    for _ in range(STOPS_IN_A_DATE * sum(one["isDate"] for one in stops)):
        if frame.evaluate(focused) != last:
            press("Tab")
    reached = frame.evaluate("window.reached")
    order = [one["stop"] for at, one in enumerate(reached) if at == 0 or one["stop"] != reached[at - 1]["stop"]]
    wrong = [f"{what}: the focus is not seen on {one['stop']}" for one in reached if not one["seen"]]
    names = [one["what"] for one in stops]
    if order[: len(stops)] != [str(at) for at in range(len(stops))]:
        wrong.append(f"{what}: Tab reaches {order}, not all of {names} in order")
    for _ in range(STOPS_IN_A_DATE):
        if frame.evaluate(focused) == last:
            press("Shift+Tab")
    if len(stops) > 1 and frame.evaluate(focused) == last:
        wrong.append(f"{what}: Shift+Tab does not lead away from {names[-1]}")
    return wrong


def _size(request: object) -> dict[str, int]:
    told = request.sizes()  # type: ignore[attr-defined]
    return {request.url: told["responseBodySize"] + told["responseHeadersSize"]}  # type: ignore[attr-defined]


def _tab_to(admin: Admin, name: str) -> None:
    """Press Tab until the control of this id or name has the focus."""
    for _ in range(MOST_TABS):
        admin.page.keyboard.press("Tab")
        focused = inside(admin).evaluate("[document.activeElement.id, document.activeElement.textContent.trim()]")
        if name in focused:
            return
    raise AssertionError(f"{name} is not reached by the keyboard")
