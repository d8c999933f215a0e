"""Every page there is, in each state in which it looks different: a new page is looked at by its line in PAGES."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Frame, expect

from tests.browser.conftest import Admin
from tests.web import scenes

STEPS = ("connect", "posting", "accounts", "taxes", "gateways", "start", "opening", "preview", "on")


def _stopped(admin: Admin) -> None:
    scenes.pay_by_unknown_gateway(admin.stage)
    scenes.pause(admin.stage)


# From state to state: what brings a shop with orders there, and the pages that are looked at in it.
PAGES: tuple[tuple[str, Callable[[Admin], None], tuple[str, ...]], ...] = (
    ("opened", lambda admin: None, ("", "/setup/connect", "/xero/refused", "/notifications/")),
    ("connected", lambda admin: scenes.connect(admin.stage), ("", *(f"/setup/{step}" for step in STEPS))),
    ("answered", lambda admin: scenes.answer(admin.stage), ("/setup/taxes", "/setup/preview", "/setup/on")),
    (
        "live",
        lambda admin: scenes.switch_on(admin.stage),
        ("", "/preview", "/preview?order=%231004", "/activity/?q=%231004", "/settings/", "/notifications/", "/import/"),
    ),
    (
        "mapping changed",
        lambda admin: scenes.change_mapping(admin.stage),
        (
            *("/mapping/", "/mapping/changes/", "/mapping/rules/", "/mapping/rules/1", "/mapping/options"),
            *("/mapping/accounts", "/mapping/taxes", "/mapping/gateways", "/mapping/tracking", "/mapping/seen"),
            "/mapping/versions/1",
        ),
    ),
    ("import found", lambda admin: scenes.find_for_import(admin.stage), ("/import/", "/import/found")),
    ("import paused", lambda admin: scenes.pause_import(admin.stage), ("/import/",)),
    (
        "stopped",
        _stopped,
        ("", "/activity/", "/activity/other", "/activity/?q=%231006", "/settings/", "/notifications/"),
    ),
)


def open_installed(admin: Admin) -> None:
    """Install the app in a shop with orders, and open it once."""
    scenes.sell(admin.stage.shop)
    admin.stage.shop.installation.install()
    see(admin, "")


def walk(admin: Admin) -> Iterator[str]:
    """Open every page in every state, one after the other; says which one is open.

    They are fetched into the window that is open, as by the app's own links: that costs a third of opening each anew.
    """
    see(admin, "")
    for state, bring_about, paths in PAGES:
        bring_about(admin)
        for path in paths:
            _follow_link(admin, path or "/")
            yield f"{path or '/'}, {state}"


def _follow_link(admin: Admin, path: str) -> None:
    """Point a link of the page elsewhere and click it."""
    inside(admin).evaluate(
        """(path) => {
          document.querySelector("h1").dataset.old = "";
          const link = document.querySelector("nav a:not([aria-current])");
          link.href = path;
          link.click();
        }""",
        path,
    )
    expect(admin.frame.locator("h1:not([data-old])")).to_be_focused()


def see(admin: Admin, path: str) -> None:
    """Open one page and wait until it is there."""
    admin.open(path)
    expect(admin.frame.get_by_role("heading", level=1)).to_be_visible()


def inside(admin: Admin) -> Frame:
    """The app's own frame, for what a page's own scripts can tell."""
    frame = admin.page.frame(name="app-iframe")
    assert frame is not None
    return frame
