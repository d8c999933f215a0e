"""The connection to Xero ends at either end: posting pauses, and one button goes on with everything that waited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from embedded_app.db import db
from embedded_app.models import Store
from tests.web.consenting import connect
from tests.web.opening import Opener
from tests.whole.orders import assert_the_books_are_equal, later, place
from tests.whole.stage import Stage


def _in_the_app(stage: Stage) -> None:
    Opener(stage.app).post("/xero/disconnect")


def _in_xero(stage: Stage) -> None:
    """The user clicks Disconnect under Connected apps."""
    identity = stage.books.identity
    for connection in identity.connections_of(stage.user_id):
        del identity.connections[connection.connection_id]


def _everything_of_the_user(stage: Stage) -> None:
    stage.books.identity.revoke(stage.user_id)


def _by_time(stage: Stage) -> None:
    """Nobody has posted for so long that the refresh token has ended."""
    stage.clock.advance(61 * 24 * 3600)


def _paused(stage: Stage) -> str | None:
    with stage.app.app_context():
        organisation = db.session.get_one(Store, stage.store_id).organisation
        assert organisation is not None
        return organisation.paused


@pytest.mark.parametrize("end", [_in_the_app, _in_xero, _everything_of_the_user, _by_time])
def test_posting_pauses_with_a_sentence_and_goes_on_after_connecting_again(
    alice: Stage, end: Callable[[Stage], None]
) -> None:
    place(alice)
    alice.deliver()
    alice.work_off()
    end(alice)
    place(alice, 2)
    alice.deliver()
    alice.work_off()
    posted = len(alice.organisation.documents())
    why = _paused(alice)

    answer = connect(Opener(alice.app), alice.user_id, alice.organisation)
    later(alice, seconds=1)

    assert posted == 1
    assert why is not None and "connect" in why.lower()
    assert answer.json == {"go": "/"}
    assert _paused(alice) is None
    assert_the_books_are_equal(alice)


def test_another_xero_user_may_reconnect_the_organisation(alice: Stage) -> None:
    _everything_of_the_user(alice)
    place(alice)
    alice.deliver()
    alice.work_off()
    accountant = alice.books.new_id()
    alice.books.members[accountant] = [alice.organisation.tenant_id]

    connect(Opener(alice.app), accountant, alice.organisation)
    later(alice, seconds=31)  # it could not be read before, and is tried again after half a minute

    assert_the_books_are_equal(alice)
