"""Out of the frame to Xero and back into it, as a person clicks."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from embedded_app.db import db
from embedded_app.models import Store
from tests.browser.conftest import Admin


def connected_to(admin: Admin) -> str | None:
    with admin.stage.app.app_context():
        organisation = db.session.scalars(select(Store)).one().organisation
        return organisation.name if organisation and not organisation.paused else None


def test_a_merchant_connects_xero_and_is_back_in_the_admin(admin: Admin) -> None:
    admin.stage.shop.installation.install()
    admin.open("/xero/refused")

    admin.frame.get_by_role("button", name="Connect Xero").click()
    admin.page.get_by_label("Alice's Books Ltd").check()
    admin.page.get_by_role("button", name="Allow access").click()
    admin.frame.get_by_role("button", name="Use this organisation").click()
    admin.page.wait_for_url("**/apps/crossfoot/setup/connect")

    expect(admin.frame.get_by_role("heading", level=1)).to_be_visible()
    assert connected_to(admin) == "Alice's Books Ltd"


def test_a_merchant_who_clicks_cancel_is_back_in_the_admin_too(admin: Admin) -> None:
    admin.stage.shop.installation.install()
    admin.open("/xero/refused")

    admin.frame.get_by_role("button", name="Connect Xero").click()
    admin.page.get_by_role("button", name="Cancel").click()

    expect(admin.frame.get_by_text("You chose Cancel at Xero")).to_be_visible()
    assert connected_to(admin) is None


def test_connecting_again_takes_one_button_and_the_consent(admin: Admin) -> None:
    test_a_merchant_connects_xero_and_is_back_in_the_admin(admin)
    inside = admin.page.frame(name="app-iframe")
    assert inside is not None
    inside.evaluate("fetch('/xero/disconnect', {method: 'POST'}).then((answer) => answer.text())")
    assert connected_to(admin) is None

    admin.open("/xero/refused")
    admin.frame.get_by_role("button", name="Connect Xero").click()
    admin.page.get_by_role("button", name="Allow access").click()
    admin.page.wait_for_url("**/apps/crossfoot/setup/connect")

    assert connected_to(admin) == "Alice's Books Ltd"
