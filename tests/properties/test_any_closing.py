"""Any order of which a part was not sent before the books were closed: the rest is decided again and is right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from embedded_app.accounting.documents import Document, History, Settlement, SettlementKind
from embedded_app.sandbox.shopify.markets import MARKETS, Market
from tests.properties.holding import check_holds
from tests.properties.lives import Life, lives, steps
from tests.properties.posted import check_against_ledgers, posted
from tests.properties.profile import played

Write = Document | Settlement


def books(write: Write) -> set[str]:
    """What of the store's ledgers a write books."""
    agreements = set(write.agreements) if isinstance(write, Document) else set()
    return agreements | ({write.tender_id} if write.tender_id else set())


def needs(write: Write, before: list[Write]) -> Iterator[Write]:
    """What has to be in Xero before a write: its documents, and what frees what it uses."""
    if isinstance(write, Document):
        yield from (one for one in before if isinstance(one, Document) and one.role == write.reverses)
        return
    touched = {write.role, write.to_role} - {None}
    for one in before:
        if isinstance(one, Document):
            if one.role in touched:
                yield one
        elif one.kind is SettlementKind.ALLOCATION_REMOVAL and {one.role, one.to_role} & touched:
            yield one
        elif write.kind is SettlementKind.ALLOCATION_REMOVAL and _is_same(one, write):
            yield one


def _is_same(one: Settlement, other: Settlement) -> bool:
    return (one.role, one.to_role, one.ordinal) == (other.role, other.to_role, other.ordinal)


def sent_of(data: st.DataObject, history: History) -> History:
    """A part of what was decided that Xero may have by some moment; no agreement and no payment of it is in two."""
    writes: list[Write] = [*history.documents, *history.settlements]
    unsent = [one for one in writes if data.draw(st.sampled_from([False, False, True]))]
    while True:
        missing = set[str]().union(*(books(one) for one in unsent))
        more = [
            one
            for at, one in enumerate(writes)
            if one not in unsent and (books(one) & missing or any(need in unsent for need in needs(one, writes[:at])))
        ]
        if not more:
            break
        unsent += more
    event(f"sent: {'all' if not unsent else 'some' if len(unsent) < len(writes) else 'nothing'}")
    return History(
        documents=tuple(one for one in history.documents if one not in unsent),
        settlements=tuple(one for one in history.settlements if one not in unsent),
    )


@pytest.mark.parametrize("market", [MARKETS["GB"], pytest.param(MARKETS["US"], marks=pytest.mark.thorough)])
def test_what_was_not_sent_before_a_closing_is_decided_again_and_right(market: Market) -> None:
    @played(f"closing {market.key}")
    @given(lives(market), st.data())
    def check(life: Life, data: st.DataObject) -> None:
        open_life = life.locked(None)
        sent = sent_of(data, posted(open_life, steps(data, life)).history)
        days = sorted({one.date for one in (*sent.documents, *sent.settlements)})
        closed = life.locked(data.draw(st.sampled_from([None, *days])))
        done = posted(closed, [life.order], history=sent)
        check_against_ledgers(done)
        check_holds(done)

    check()
