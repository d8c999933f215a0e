"""The frame: the app is installed and opened in the admin, and gets its tokens however they come."""

from __future__ import annotations

import dataclasses

import pytest
from flask import Blueprint, Flask, render_template_string, request
from playwright.sync_api import expect

from embedded_app.sandbox.shopify.installation import IdTokenFault
from embedded_app.web.admission import admit, merchant
from tests.browser.conftest import Admin

PAGE = """
{% extends "frame.html" %}
{% block main %}
<h1>Hello {{ shop }}</h1>
<p id="token">{{ had_token }}</p>
<a href="/second" hx-boost="false">A plain link</a>
<a href="/second">A link that is fetched</a>
{% endblock %}
"""
PLANTED = """<script>document.title = "run"</script><img src="x:" onerror="document.title = 'run'">"""


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with two pages of its own, for what is no matter of any page."""
    trying = Blueprint("trying", __name__)
    admit(trying)

    @trying.get("/first")
    @trying.get("/second")
    def page() -> str:
        return render_template_string(PAGE, shop=merchant().shop, had_token="id_token" in request.args)

    @trying.post("/deed")
    def deed() -> str:
        return f"done for {merchant().shop}"

    @trying.get("/planted")
    def planted() -> str:
        return render_template_string(PAGE, shop="<Mallory>", had_token="") + PLANTED

    app.register_blueprint(trying)
    return app


@pytest.fixture
def installed(admin: Admin) -> Admin:
    """Alice, having clicked Install."""
    admin.stage.shop.installation.install()
    return admin


def test_a_merchant_installs_the_app_and_sees_it_in_the_admin(admin: Admin) -> None:
    admin.open("/first")
    with admin.page.expect_navigation():  # the admin opens the app by itself
        admin.page.get_by_role("button", name="Install").click()
    admin.open("/first")

    expect(admin.frame.get_by_role("heading")).to_have_text("Hello alice.myshopify.com")


def test_a_script_planted_in_a_page_does_not_run(installed: Admin) -> None:
    installed.open("/planted")
    expect(installed.frame.get_by_role("heading")).to_have_text("Hello <Mallory>")

    inside = installed.page.frame(name="app-iframe")
    assert inside is not None and inside.title() == "Crossfoot"
    blocked, installed.complaints[:] = list(installed.complaints), []
    assert len([told for told in blocked if "Content Security Policy" in told]) == 2


def test_a_plain_link_finds_its_way_through_the_reload_page(installed: Admin) -> None:
    installed.open("/first")
    installed.frame.get_by_role("link", name="A plain link").click()
    installed.page.wait_for_url("**/apps/crossfoot/second")

    expect(installed.frame.locator("#token")).to_have_text("True")


def test_a_link_of_the_app_is_fetched_and_moves_the_address_outside(installed: Admin) -> None:
    installed.open("/first")
    installed.frame.get_by_role("link", name="A link that is fetched").click()
    installed.page.wait_for_url("**/apps/crossfoot/second")

    expect(installed.frame.locator("#token")).to_have_text("False")


@pytest.mark.parametrize("fault", list(IdTokenFault))
def test_a_page_opens_whatever_befalls_its_first_token(installed: Admin, fault: IdTokenFault) -> None:
    installed.stage.shop.installation.next_id_tokens = [fault]

    installed.open("/first")

    expect(installed.frame.get_by_role("heading")).to_be_visible()


def test_a_fetch_with_a_stale_token_is_made_again_with_a_fresh_one(installed: Admin) -> None:
    installed.open("/first")
    expect(installed.frame.get_by_role("heading")).to_be_visible()
    installed.stage.shop.installation.next_id_tokens = [IdTokenFault.STALE]

    inside = installed.page.frame(name="app-iframe")
    assert inside is not None
    told = inside.evaluate("fetch('/deed', {method: 'POST'}).then((answer) => answer.text())")

    assert told == "done for alice.myshopify.com"
    refused, installed.complaints[:] = list(installed.complaints), []
    assert ["401" in told for told in refused] == [True]


def test_another_site_may_not_frame_the_app(installed: Admin) -> None:
    app = installed.stage.app
    config = app.extensions["crossfoot.config"]
    app.extensions["crossfoot.config"] = dataclasses.replace(config, shopify_admin_url="https://admin.shopify.com")

    with installed.page.expect_console_message(lambda told: "frame-ancestors" in told.text):
        installed.open("/first")

    installed.complaints.clear()
