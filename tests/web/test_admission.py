"""Who gets in: every request proves its shop and user, or learns how to."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Blueprint, Flask, jsonify

from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.sandbox.shopify.world import World
from embedded_app.web.admission import RETRY_HEADER, admit, merchant, safe_path, the_store
from tests.web.opening import ALICE, BOB, Opener

Forge = Callable[[Opener], str]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The app with one more page, which says who asks."""
    asking = Blueprint("asking", __name__)
    admit(asking)

    @asking.route("/asking", methods=["GET", "POST"])
    def who() -> Any:
        return jsonify(shop=merchant().shop, user=merchant().user_id, row=the_store().external_id)

    app.register_blueprint(asking)
    return app


def unsigned(opener: Opener) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, opener.claims()]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def changed(**claims: Any) -> Forge:
    return lambda opener: opener.token(**claims)


FORGED: dict[str, Forge] = {
    "nothing": lambda opener: "",
    "no token": lambda opener: "three.little.words",
    "no algorithm": unsigned,
    "no algorithm, signed": lambda opener: opener.token(header={"alg": "none", "typ": "JWT"}),
    "another algorithm": lambda opener: opener.token(header={"alg": "HS512", "typ": "JWT"}),
    "another secret": lambda opener: opener.token(secret="not the app's secret at all"),
    "another app": changed(aud="another-client-id"),
    "several apps": changed(aud=["shopify-client-id", "another-client-id"]),
    "no end": changed(exp=None),
    "an end in words": changed(exp="tomorrow"),
    "no beginning": changed(nbf=None),
    "no audience": changed(aud=None),
    "no user": changed(sub=None),
    "an empty user": changed(sub=""),
    "no shop": changed(dest=None),
    "issuer of another shop": changed(iss=f"https://{BOB}/admin"),
    "shop of another issuer": changed(dest=f"https://{BOB}"),
    "issuer without the admin": changed(iss=f"https://{ALICE}"),
    "a host that is no store": changed(dest="https://evil.example", iss="https://evil.example/admin"),
    "a host that only ends so": changed(
        dest="https://a.evil.example#.myshopify.com", iss="https://a.evil.example#.myshopify.com/admin"
    ),
    "a user before the host": changed(dest=f"https://x@{ALICE}", iss=f"https://x@{ALICE}/admin"),
    "plain http": changed(dest=f"http://{ALICE}", iss=f"http://{ALICE}/admin"),
}


def test_it_lets_a_document_in_by_the_token_in_its_address(alice: Opener) -> None:
    answer = alice.open("/asking")

    assert answer.json == {"shop": ALICE, "user": "10001", "row": ALICE}


def test_it_lets_a_fetch_in_by_its_bearer_token(alice: Opener) -> None:
    assert alice.fetch("/asking").json == {"shop": ALICE, "user": "10001", "row": ALICE}
    assert alice.post("/asking").json == {"shop": ALICE, "user": "10001", "row": ALICE}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_it_lets_no_forged_token_in(alice: Opener, forge: Forge) -> None:
    alice.open("/asking")  # installed: else Shopify, asked to trade the token, would refuse it for us
    token = forge(alice)

    opened = alice.client.get("/asking", query_string={"id_token": token, "shop": ALICE})
    fetched = alice.client.post("/asking", headers={"Authorization": f"Bearer {token}"})

    assert (opened.status_code, urlsplit(opened.location).path) == (302, "/reload")
    assert (fetched.status_code, fetched.headers[RETRY_HEADER]) == (401, "1")


@pytest.mark.parametrize(("seconds", "status"), [(-11, 401), (-10, 200), (0, 200), (69, 200), (70, 401)])
def test_a_token_is_good_for_its_minute_and_ten_seconds_of_disagreement(
    alice: Opener, clock: SetClock, seconds: int, status: int
) -> None:
    alice.open("/asking")  # installed
    token = alice.token()
    clock.advance(seconds)

    assert alice.fetch("/asking", token=token).status_code == status


def test_the_secret_before_is_accepted_while_it_is_rotated(alice: Opener, app: Flask) -> None:
    import dataclasses

    alice.open("/asking")
    assert alice.fetch("/asking", token=alice.token(secret="the secret before this one")).status_code == 401

    app.extensions["crossfoot.config"] = dataclasses.replace(
        app.extensions["crossfoot.config"], shopify_api_secret_previous="the secret before this one"
    )

    assert alice.fetch("/asking", token=alice.token(secret="the secret before this one")).status_code == 200


def test_the_shop_in_the_address_has_no_say(alice: Opener) -> None:
    assert alice.open("/asking", shop=BOB).json["shop"] == ALICE  # type: ignore[index]


def test_a_token_in_the_address_is_good_for_reading_only(alice: Opener) -> None:
    answer = alice.client.post("/asking", query_string={"id_token": alice.token()})

    assert answer.status_code == 401


def test_a_cookie_is_neither_set_nor_needed(alice: Opener) -> None:
    assert "Set-Cookie" not in alice.open("/asking").headers


def test_a_document_without_a_token_goes_to_the_reload_page_and_back(alice: Opener) -> None:
    answer = alice.client.get("/asking?shop=alice.myshopify.com&host=abc&id_token=stale&page=2")

    where = urlsplit(answer.location)
    told = parse_qs(where.query)
    assert (where.scheme, where.netloc, where.path) == ("", "", "/reload")
    assert told["shopify-reload"] == ["/asking?shop=alice.myshopify.com&host=abc&page=2"]
    assert (told["shop"], told["host"]) == (["alice.myshopify.com"], ["abc"])


def test_the_reload_page_holds_nothing_but_app_bridge(alice: Opener) -> None:
    page = alice.client.get("/reload?shopify-reload=%2Fasking&shop=alice.myshopify.com")

    assert page.text.count("<script") == 1
    assert '<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>' in page.text
    assert "<body></body>" in page.text
    assert "https://alice.myshopify.com" in page.headers["Content-Security-Policy"]


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\/evil.example",
    "/\t/evil.example",
    "/a\r\nLocation: //evil.example",
    "javascript:alert(1)",
    "evil.example",
    " /asking",
    "",
]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_reload_page_leads_nowhere_else(alice: Opener, place: str) -> None:
    assert alice.client.get("/reload", query_string={"shopify-reload": place}).status_code == 400
    assert safe_path(place) is None


def test_a_host_header_has_no_say_in_where_a_redirect_leads(alice: Opener) -> None:
    answer = alice.client.get("/asking", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

    assert "evil.example" not in answer.headers["Location"]


def test_only_the_admin_and_this_shop_may_frame_an_answer(alice: Opener) -> None:
    for answer in (alice.open("/asking", shop=BOB), alice.fetch("/asking")):
        ancestors = answer.headers["Content-Security-Policy"].split(";")[0]

        assert ancestors == f"frame-ancestors https://{ALICE} https://admin.shopify.com"


def test_only_our_scripts_and_app_bridge_run(alice: Opener) -> None:
    policy = alice.open("/asking").headers["Content-Security-Policy"]

    assert "script-src 'self' https://cdn.shopify.com;" in policy
    assert "unsafe" not in policy


def test_a_shop_in_the_address_cannot_add_to_the_policy(alice: Opener) -> None:
    answer = alice.client.get("/reload", query_string={"shopify-reload": "/", "shop": "a.myshopify.com; script-src *"})

    assert answer.headers["Content-Security-Policy"].startswith("frame-ancestors https://admin.shopify.com;")


def test_a_store_that_cannot_be_reached_says_so_and_keeps_nothing(alice: Opener, world: World, app: Flask) -> None:
    world.shop(ALICE).next_statuses = [503]

    answer = alice.open("/asking")

    assert answer.status_code == 503
    assert "Crossfoot tries again by itself" in answer.text
    with app.app_context():
        assert not db.session.execute(db.text("SELECT 1 FROM store")).first()
