"""Product rules change their place by keyboard and by drag, and a dry run that goes on takes nobody's focus away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Admin
from tests.browser.every_page import inside, open_installed, see
from tests.web import scenes


@pytest.fixture
def changed(admin: Admin) -> Admin:
    """Alice's shop, live, with three product rules that are not saved yet."""
    open_installed(admin)
    scenes.connect(admin.stage)
    scenes.switch_on(admin.stage)
    scenes.change_mapping(admin.stage)
    return admin


def vendors(admin: Admin) -> list[str]:
    """The vendors of the rules, in the order shown."""
    told = inside(admin).evaluate("[...document.querySelectorAll('[data-rule] > a')].map((one) => one.textContent)")
    return [re.search(r"Vendor (\w+)", one)[1] for one in told]  # type: ignore[index]


def rule(admin: Admin, vendor: str) -> Locator:
    return admin.frame.locator("[data-rule]", has_text=f"Vendor {vendor}")


def test_rules_are_moved_by_keyboard_and_by_drag_and_the_order_is_kept(changed: Admin) -> None:
    see(changed, "/mapping/rules/")
    assert vendors(changed) == ["Penguin", "Own", "Other"]

    up = changed.frame.get_by_role("button", name="Move up: Vendor Other")
    up.focus()
    changed.page.keyboard.press("Enter")
    assert vendors(changed) == ["Penguin", "Other", "Own"]
    expect(up).to_be_focused()
    expect(changed.frame.get_by_role("status")).to_have_text("Moved to place 2 of 3.")
    changed.page.keyboard.press("Space")
    changed.page.keyboard.press("Space")  # it is the first already
    assert vendors(changed) == ["Other", "Penguin", "Own"]

    rule(changed, "Own").locator("[data-grip]").drag_to(rule(changed, "Other"), target_position={"x": 30, "y": 4})
    assert vendors(changed) == ["Own", "Other", "Penguin"]

    changed.frame.get_by_role("button", name="Keep this order").click()
    expect(changed.frame.get_by_role("heading", level=1)).to_have_text("Changes of the mapping")
    see(changed, "/mapping/rules/")
    assert vendors(changed) == ["Own", "Other", "Penguin"]


def test_the_button_that_stops_a_dry_run_keeps_the_focus_while_figures_come_in(changed: Admin) -> None:
    see(changed, "/mapping/changes/")
    changed.frame.get_by_role("button", name="Look again").click()
    stop = changed.frame.get_by_role("button", name="Stop here")
    stop.focus()
    inside(changed).evaluate("document.querySelector('#dry-run p[role=status]').textContent = ''")

    expect(changed.frame.locator("#dry-run p[role=status]")).to_have_text("0 of 5 orders looked at.")

    expect(stop).to_be_focused()
    changed.work()
    expect(changed.frame.get_by_text("All 5 orders of the last 90 days were looked at.")).to_be_visible()
