"""The sandbox's admin: installs the app, opens it in a frame, hands out ID tokens, and trades them strictly."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.shopify.id_tokens import read
from embedded_app.sandbox.shopify.installation import IdTokenFault
from tests.sandbox.shopify_caller import StoreCaller, open_store

EXCHANGE = {
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret",
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
    "expiring": 1,
}


@pytest.fixture
def store(clock: SetClock):  # type: ignore[no-untyped-def]
    with open_store(clock) as store:
        yield store


def app_page(store: StoreCaller, path: str = "") -> str:
    return store.http.get(f"{store.url}/store/alice/apps/crossfoot{path}", timeout=30).text


def id_token(store: StoreCaller) -> str:
    token: str = store.http.post(f"{store.url}/store/alice/apps/crossfoot/id-token", timeout=30).json()["token"]
    return token


def trade(store: StoreCaller, **changes: object) -> requests.Response:
    asked = {"subject_token": id_token(store), **EXCHANGE, **changes}
    return store.http.post(f"{store.origin}/admin/oauth/access_token", json=asked, timeout=30)


def framed_address(page: str) -> str:
    return page.split('data-src="')[1].split('"')[0].replace("&amp;", "&")


def test_an_app_is_granted_before_it_is_opened(store: StoreCaller) -> None:
    store.shop.installation.uninstall()
    assert "Install Crossfoot?" in app_page(store)

    store.http.post(f"{store.url}/store/alice/apps/crossfoot", timeout=30)

    assert store.shop.installation.installed
    assert "<iframe" in app_page(store)


def test_the_frame_opens_the_path_with_all_that_shopify_adds(store: StoreCaller) -> None:
    address = urlsplit(framed_address(app_page(store, "/setup/taxes?page=2&shop=evil")))
    told = parse_qs(address.query)

    assert (address.netloc, address.path) == ("localhost:8000", "/setup/taxes")
    assert told["page"] == ["2"]
    assert (told["shop"], told["embedded"]) == (["alice.myshopify.com"], ["1"])
    said = read(told["id_token"][0], "sandbox-secret", now=store.clock.now())
    assert said is not None and said["dest"] == "https://alice.myshopify.com"


def test_an_id_token_lives_for_a_minute(store: StoreCaller) -> None:
    token = id_token(store)
    assert trade(store, subject_token=token).status_code == 200

    store.clock.advance(60)

    assert trade(store, subject_token=token).json()["error"] == "invalid_subject_token"


def test_tokens_come_stale_or_not_at_all_on_cue(store: StoreCaller) -> None:
    store.shop.installation.next_id_tokens = [IdTokenFault.STALE, IdTokenFault.NONE]

    assert read(id_token(store), "sandbox-secret", now=store.clock.now()) is None
    none = store.http.post(f"{store.url}/store/alice/apps/crossfoot/id-token", timeout=30)
    assert none.status_code == 503


def test_a_traded_token_lets_in_and_says_what_was_granted(store: StoreCaller) -> None:
    granted = trade(store).json()

    assert store.post("{ shop { id } }", token=granted["access_token"]).status_code == 200
    assert granted["scope"].split(",")[0] == "read_orders"
    assert (granted["expires_in"], granted["refresh_token_expires_in"]) == (3600, 90 * 86400)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "another"}, "invalid_client"),
        ({"expiring": 0}, "invalid_request"),
        ({"requested_token_type": "urn:shopify:params:oauth:token-type:online-access-token"}, "invalid_request"),
        ({"subject_token": "forged.forged.forged"}, "invalid_subject_token"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_it_refuses_what_shopify_refuses(store: StoreCaller, changes: dict[str, object], error: str) -> None:
    assert trade(store, **changes).json()["error"] == error


def test_a_token_of_one_store_is_traded_at_no_other(store: StoreCaller) -> None:
    store.world.shop("bob.myshopify.com").installation.install()
    asked = {**EXCHANGE, "subject_token": id_token(store)}

    answer = store.http.post(f"{store.url}/bob.myshopify.com/admin/oauth/access_token", json=asked, timeout=30)

    assert answer.json()["error"] == "invalid_subject_token"


def test_uninstalling_ends_all_tokens_and_owes_one_last_webhook(store: StoreCaller) -> None:
    store.shop.installation.uninstall()
    store.shop.place_order([])

    assert store.post("{ shop { id } }").status_code == 401
    assert [one.topic for one in store.shop.deliveries.pending()] == ["app/uninstalled"]
    assert trade(store).json()["error"] == "application_not_installed"
