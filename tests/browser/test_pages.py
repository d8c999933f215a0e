"""Every page as people meet it: axe finds nothing, light and wide or dark and narrow; the keyboard alone is enough."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, expect

from embedded_app.accounting.mapping import LineKind
from tests.browser.conftest import Admin
from tests.web import scenes

STEPS = ("connect", "posting", "accounts", "taxes", "gateways", "start", "opening", "preview", "on")
ALL_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What may differ between wide and narrow, light and dark.
LOOKS = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]}}
MOST_TABS = 40
# What one page may weigh as it is sent, our own files together, App Bridge apart.
MOST_BYTES = 100_000


@pytest.fixture
def opened(admin: Admin) -> Admin:
    """The app installed in a shop with orders, and opened once."""
    scenes.sell(admin.stage.shop)
    admin.stage.shop.installation.install()
    admin.open()
    expect(admin.frame.get_by_role("heading", level=1)).to_be_visible()
    return admin


@pytest.fixture
def connected(opened: Admin) -> Admin:
    """The same with Xero connected and the orders read."""
    scenes.connect(opened.stage)
    return opened


def inside(admin: Admin) -> Frame:
    frame = admin.page.frame(name="app-iframe")
    assert frame is not None
    return frame


def look(admin: Admin, paths: Iterable[str]) -> None:
    """Open each page, and let axe look at it wide and light, then narrow and dark."""
    for path in paths:
        admin.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        admin.page.set_viewport_size({"width": 1280, "height": 900})
        admin.open(path)
        expect(admin.frame.get_by_role("heading", level=1)).to_be_visible()
        _axe(admin, path, ALL_RULES)
        admin.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        admin.page.set_viewport_size({"width": 360, "height": 800})
        _axe(admin, f"{path}, narrow and dark", LOOKS)
        sideways = inside(admin).evaluate("document.documentElement.scrollWidth - innerWidth")
        assert sideways <= 0, f"{path} scrolls sideways on a phone"


def _axe(admin: Admin, what: str, rules: dict[str, object]) -> None:
    inside(admin).evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(inside(admin), options=rules)
    assert found.violations_count == 0, f"{what}: {found.generate_report()}"


def test_axe_finds_nothing_before_and_in_setup(connected: Admin) -> None:
    look(connected, ["", *(f"/setup/{step}" for step in STEPS)])
    scenes.answer(connected.stage)
    look(connected, ["/setup/taxes", "/setup/preview", "/setup/on"])


def test_axe_finds_nothing_once_orders_are_posted_held_and_stopped(connected: Admin) -> None:
    scenes.switch_on(connected.stage)
    look(connected, ["", "/preview", "/preview?order=%231004", "/settings/"])
    scenes.pay_by_unknown_gateway(connected.stage)
    scenes.pause(connected.stage)
    look(connected, [""])


def test_a_step_of_setup_is_filled_in_and_saved_by_the_keyboard_alone(connected: Admin) -> None:
    connected.open("/setup/posting")
    expect(connected.frame.get_by_role("heading", level=1)).to_have_text("How to post")
    skip = connected.frame.get_by_role("link", name="Skip to the content")
    skip.focus()
    expect(skip).to_be_in_viewport()
    connected.page.keyboard.press("Enter")

    _tab_to(connected, "prefix")
    connected.page.keyboard.press("Control+a")
    connected.page.keyboard.type("KB-")
    _tab_to(connected, "Save and go on")
    assert _has_visible_focus(connected)
    connected.page.keyboard.press("Enter")

    expect(connected.frame.get_by_role("heading", level=1)).to_have_text("Accounts")
    expect(connected.frame.get_by_role("heading", level=1)).to_be_focused()
    _tab_to(connected, f"accounts.{LineKind.PRODUCT.value}")


def test_a_sentence_at_a_field_is_announced_and_reached(connected: Admin) -> None:
    connected.open("/setup/posting")
    connected.frame.get_by_label("Document numbers begin with").fill("<")
    connected.frame.get_by_role("button", name="Save and go on").click()

    expect(connected.frame.get_by_role("alert")).to_be_focused()
    field = connected.frame.get_by_label("Document numbers begin with")
    expect(field).to_have_accessible_description(
        "Use up to 16 letters, digits and - . / _, beginning with a letter or a digit."
    )
    connected.complaints.clear()  # the browser calls the answer 422 an error


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


def _has_visible_focus(admin: Admin) -> bool:
    return inside(admin).evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
