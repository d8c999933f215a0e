"""Refresh of the sandbox's expiring tokens."""

from collections.abc import Iterator

import pytest

from embedded_app.clock import SetClock
from tests.sandbox.shopify_caller import StoreCaller, open_store

DAY = 24 * 3600


@pytest.fixture
def store(clock: SetClock) -> Iterator[StoreCaller]:
    with open_store(clock) as caller:
        yield caller


def test_a_refresh_gives_a_new_pair_with_its_lifetimes(store: StoreCaller) -> None:
    fresh = store.refresh(store.tokens.refresh).json()

    assert store.post("{ shop { id } }", token=fresh["access_token"]).status_code == 200
    assert (fresh["expires_in"], fresh["refresh_token_expires_in"]) == (3600, 90 * DAY)
    assert fresh["refresh_token"] != store.tokens.refresh
    assert "read_orders" in fresh["scope"]


def test_the_previous_refresh_token_works_until_its_replacement_is_used(store: StoreCaller) -> None:
    store.refresh(store.tokens.refresh)
    again = store.refresh(store.tokens.refresh)

    store.refresh(again.json()["refresh_token"])

    assert again.status_code == 200
    assert store.refresh(store.tokens.refresh).json()["error"] == "invalid_grant"


def test_a_used_refresh_token_ends_thirty_days_after_its_use(store: StoreCaller) -> None:
    store.refresh(store.tokens.refresh)

    store.clock.advance(30 * DAY)

    assert store.refresh(store.tokens.refresh).status_code == 400


def test_an_unused_refresh_token_ends_after_ninety_days(store: StoreCaller) -> None:
    store.clock.advance(90 * DAY)

    assert store.refresh(store.tokens.refresh).status_code == 400


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": "unknown"}, 400, "invalid_grant"),
    ],
)
def test_a_wrong_refresh_is_refused(store: StoreCaller, fields: dict[str, str], status: int, error: str) -> None:
    answer = store.refresh(store.tokens.refresh, **fields)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_uninstalled_app_has_no_tokens_left(store: StoreCaller) -> None:
    store.shop.tokens.revoke_all()

    assert store.post("{ shop { id } }").status_code == 401
    assert store.refresh(store.tokens.refresh).status_code == 400


def test_access_can_be_revoked_while_the_refresh_token_stays(store: StoreCaller) -> None:
    store.shop.tokens.revoke_access()

    assert store.post("{ shop { id } }").status_code == 401
    assert store.refresh(store.tokens.refresh).status_code == 200


def test_tokens_do_not_show_in_a_printed_pair(store: StoreCaller) -> None:
    assert store.tokens.access not in repr(store.tokens)
    assert store.tokens.refresh not in repr(store.tokens)
