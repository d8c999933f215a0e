"""Beyond orders: what happens to gift cards outside them, and opening balances; each posted once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from embedded_app import pipeline
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.sandbox.serving import RunningServer, serve
from embedded_app.sandbox.shopify import Product, create_shopify
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero.faults import FaultKind
from tests.golden import load_case
from tests.hostile.twisting import Twist, Twisted
from tests.whole.stage import Stage

LIABILITY, PROMOTIONS, BREAKAGE, CASH, OPENING = "815", "405", "275", "093", "850"
CARD = Product(title="Gift card", price=Decimal("50.00"), taxes=(), gift_card=True)
CUPS = Product(title="Cups", price=Decimal("20.00"))
SPECIAL = {"promotions": PROMOTIONS, "breakage": BREAKAGE, "opening differences": OPENING}


def mapping(**changes: object) -> dict[str, Any]:
    return {**load_case("a_vat_included").mapping, "special": SPECIAL, **changes}


@dataclass(kw_only=True)
class Meanwhile(Twist):
    """The merchant retries all that is held while the store answers."""

    stage: Stage

    def change(self, call: str, body: bytes) -> tuple[dict[str, str], bytes]:
        self.hits.append(call)
        with self.stage.app.app_context():
            pipeline.retry_held(db.session, db.session.get_one(Store, self.stage.store_id), actor="Alice")
        return {}, body


@pytest.fixture
def twisted(world: World, clock: SetClock) -> Twisted:
    """The sandbox's Shopify, during whose answers something else may happen."""
    return Twisted(create_shopify(world, clock=clock))


@pytest.fixture
def shopify(twisted: Twisted) -> Iterator[RunningServer]:
    """It over HTTP."""
    server = serve(twisted)
    yield server
    server.stop()


@pytest.fixture
def merchant(alice: Stage) -> Stage:
    """Alice has chosen the accounts for what happens beyond orders."""
    alice.map(mapping())
    return alice


def read(stage: Stage, *, days: int = 0) -> None:
    """Let days pass, then let gift cards be read to the end."""
    begin_to_read(stage, days=days)
    # Orders and cards are read side by side: who comes second to a token that is being refreshed tries again later.
    stage.wait(seconds=3)


def begin_to_read(stage: Stage, *, days: int = 0) -> None:
    """Let days pass, then let the hour come at which gift cards are read."""
    stage.clock.advance(timedelta(days=days).total_seconds())
    with stage.app.app_context():
        pipeline.wake_beyond()
    stage.deliver()
    stage.work_off()


def owed(stage: Stage) -> Decimal:
    """What the books say the store owes on gift cards."""
    return -stage.balances().get(LIABILITY, Decimal(0))


def test_a_card_issued_by_hand_is_a_promotion_that_the_store_owes(merchant: Stage) -> None:
    merchant.shop.instruments.issue(Decimal("25.00"))

    read(merchant)

    assert merchant.balances() == {PROMOTIONS: Decimal("25.00"), LIABILITY: Decimal("-25.00")}
    assert (merchant.held(), merchant.unposted()) == ([], 0)


def test_a_card_issued_in_the_evening_of_the_installation_is_ours_in_the_stores_own_zone(merchant: Stage) -> None:
    at_midnight = merchant.clock.now().replace(hour=0, minute=0, second=0) + timedelta(days=1)
    merchant.clock.advance((at_midnight - merchant.clock.now()).total_seconds())
    merchant.shop.timezone = "America/New_York"
    with merchant.app.app_context():
        db.session.get_one(Store, merchant.store_id).created_at = merchant.clock.now()
        db.session.commit()
    merchant.shop.instruments.issue(Decimal("25.00"))

    read(merchant)

    assert owed(merchant) == Decimal("25.00")


def test_what_happened_is_posted_once_however_often_it_is_read(merchant: Stage) -> None:
    card = merchant.shop.instruments.issue(Decimal("25.00"))
    for _ in range(3):
        read(merchant)
    merchant.shop.instruments.cash_out(card)
    for _ in range(3):
        read(merchant, days=1)

    assert merchant.balances() == {PROMOTIONS: Decimal("25.00"), CASH: Decimal("-25.00")}
    assert merchant.unposted() == 0


@pytest.mark.parametrize("fault", [FaultKind.TIMEOUT_AFTER_WRITE, FaultKind.TIMEOUT_BEFORE_WRITE])
@pytest.mark.parametrize("path", ["/ManualJournals", "/BankTransactions"])
def test_a_write_whose_outcome_is_unknown_is_looked_up_and_stands_once(
    merchant: Stage, fault: FaultKind, path: str
) -> None:
    card = merchant.shop.instruments.issue(Decimal("25.00"))
    merchant.shop.instruments.cash_out(card)
    merchant.books.faults.add(fault, method="PUT", path=path, seconds=0.01)
    read(merchant)
    assert merchant.unposted() == 1

    merchant.wait(minutes=7)

    assert merchant.balances() == {PROMOTIONS: Decimal("25.00"), CASH: Decimal("-25.00")}


def test_a_later_start_date_takes_nothing_back_that_is_posted(merchant: Stage) -> None:
    merchant.shop.instruments.deactivate(merchant.shop.instruments.issue(Decimal("25.00")))
    read(merchant)
    merchant.map(mapping(start_date=(merchant.clock.now().date() + timedelta(days=9)).isoformat()))

    read(merchant)

    assert (merchant.balances(), merchant.held()) == ({}, [])


def test_a_card_that_is_made_valid_again_is_shown(merchant: Stage) -> None:
    yesterday = merchant.clock.now().date() - timedelta(days=1)
    card = merchant.shop.instruments.issue(Decimal("25.00"), expires_on=yesterday)
    merchant.map(mapping(start_date=yesterday.isoformat()))
    read(merchant)
    card.expires_on = None

    read(merchant)

    (sentence,) = merchant.held()
    assert "the store no longer says so" in sentence


def test_a_card_that_was_given_and_expired_is_taken_back_from_promotions(merchant: Stage) -> None:
    today = merchant.clock.now().date()
    merchant.shop.instruments.issue(Decimal("25.00"), expires_on=today + timedelta(days=3))

    read(merchant, days=3)
    before = owed(merchant)
    read(merchant, days=1)

    assert (before, owed(merchant)) == (Decimal("25.00"), 0)
    assert merchant.balances() == {}


def test_a_card_that_was_sold_and_ended_by_hand_is_breakage(merchant: Stage) -> None:
    merchant.shop.place_order([(CARD, 1)]).pay("paypal")
    read(merchant)
    (card,) = merchant.shop.instruments.gift_cards.values()
    merchant.shop.instruments.deactivate(card)

    read(merchant)

    assert merchant.balances() == {"092": Decimal("50.00"), BREAKAGE: Decimal("-50.00")}


def test_a_sold_card_that_is_returned_is_no_breakage(merchant: Stage) -> None:
    order = merchant.shop.place_order([(CARD, 1)])
    order.pay("paypal")
    read(merchant)
    order.refund({0: 1})

    read(merchant)

    assert merchant.balances() == {}
    assert merchant.held() == []


def test_where_some_of_the_cards_of_a_line_were_returned_a_person_decides(merchant: Stage) -> None:
    order = merchant.shop.place_order([(CARD, 2)])
    order.pay("paypal")
    order.refund({0: 1})

    read(merchant)

    (sentence,) = merchant.held()
    assert "does not say which" in sentence
    assert owed(merchant) == Decimal("50.00") == merchant.shop.instruments.outstanding_gift_cards()


def test_what_has_no_account_is_held_until_it_has_and_is_then_posted(alice: Stage) -> None:
    alice.shop.instruments.issue(Decimal("25.00"))
    read(alice, days=9)
    alice.shop.instruments.issue(Decimal("10.00"))
    read(alice, days=1)
    held, posted = alice.held(), alice.balances()

    alice.map(mapping())
    read(alice, days=1)

    assert posted == {} and ["promotions has no Xero account yet" in sentence for sentence in held] == [True, True]
    assert (owed(alice), alice.held()) == (Decimal("35.00"), [])


def test_a_retry_decides_again_at_once(alice: Stage) -> None:
    alice.shop.instruments.issue(Decimal("25.00"))
    read(alice)
    alice.map(mapping())

    alice.retry()

    assert (owed(alice), alice.held()) == (Decimal("25.00"), [])


def test_nothing_is_read_while_posting_is_off(merchant: Stage) -> None:
    merchant.shop.instruments.issue(Decimal("25.00"))
    merchant.switch(on=False)
    read(merchant)
    before = merchant.balances()

    merchant.switch(on=True)
    read(merchant)

    assert (before, owed(merchant)) == ({}, Decimal("25.00"))


def test_without_the_right_to_see_gift_cards_nothing_is_posted_and_nothing_fails(merchant: Stage) -> None:
    merchant.shop.instruments.issue(Decimal("25.00"))
    merchant.shop.denied_fields.add("GiftCard.transactions")

    read(merchant)

    assert (merchant.balances(), merchant.held()) == ({}, [])


def test_money_that_comes_back_to_a_card_that_has_ended_is_shown(merchant: Stage) -> None:
    card = merchant.shop.instruments.issue(Decimal("25.00"))
    merchant.shop.instruments.deactivate(card)
    read(merchant)
    merchant.shop.instruments.give_back("gift_card", Decimal("5.00"), card_id=card.id, customer_id=None)

    read(merchant)

    (sentence,) = merchant.held()
    assert "25.00" in sentence and "30.00" in sentence


def test_a_reading_that_the_store_interrupts_goes_on_by_itself(merchant: Stage) -> None:
    for _ in range(60):
        merchant.shop.instruments.issue(Decimal("1.00"))
    merchant.shop.world.limits = True
    merchant.shop.bucket.pay(1_350)  # enough is left for one page
    begin_to_read(merchant)
    before = owed(merchant)

    for _ in range(20):
        merchant.wait(seconds=10)

    assert (before, owed(merchant)) == (Decimal("25.00"), Decimal("60.00"))


def refused_for_a_lock_date(stage: Stage) -> None:
    """A card is given on a day that the accountant closes before its journal is written."""
    read(stage)
    stage.organisation.period_lock = stage.clock.now().date()
    stage.shop.instruments.issue(Decimal("25.00"))
    read(stage)
    assert "lock date" in stage.held()[0]


def test_what_a_lock_date_refused_goes_to_the_first_open_day_on_retry(merchant: Stage) -> None:
    refused_for_a_lock_date(merchant)

    merchant.retry()

    (journal,) = merchant.organisation.journals()
    assert journal.day == merchant.clock.now().date() + timedelta(days=1)
    assert "2026-11-24" in journal.narration
    assert (owed(merchant), merchant.held(), merchant.unposted()) == (Decimal("25.00"), [], 0)


def test_a_retry_while_cards_are_read_is_not_passed_over(merchant: Stage, twisted: Twisted) -> None:
    refused_for_a_lock_date(merchant)
    merchant.clock.advance(timedelta(days=5).total_seconds())
    merchant.shop.instruments.issue(Decimal("7.00"))
    read(merchant)  # the day of the refused one is behind now

    twisted.twist = meanwhile = Meanwhile(of="graphql", stage=merchant)
    read(merchant)

    assert meanwhile.hits and owed(merchant) == Decimal("32.00")
    assert (merchant.held(), merchant.unposted()) == ([], 0)


def test_what_the_books_owe_is_what_the_store_owes_after_a_mix_of_everything(merchant: Stage) -> None:
    instruments, today = merchant.shop.instruments, merchant.clock.now().date()
    merchant.shop.place_order([(CARD, 2)]).pay("shopify_payments")
    given = instruments.issue(Decimal("30.00"), expires_on=today + timedelta(days=5))
    read(merchant)
    merchant.shop.place_order([(CUPS, 1)]).pay_by_gift_card(given)
    cashed = instruments.issue(Decimal("15.00"))
    read(merchant, days=2)
    instruments.cash_out(cashed)
    instruments.deactivate(next(iter(instruments.gift_cards.values())))
    read(merchant, days=5)
    merchant.wait(seconds=5)

    assert owed(merchant) == instruments.outstanding_gift_cards() == Decimal("50.00")
    assert (merchant.held(), merchant.unposted()) == ([], 0)


def test_the_opening_balances_are_posted_on_the_start_date_and_only_once(merchant: Stage, tmp_path: Path) -> None:
    today = merchant.clock.now().date()
    merchant.map(mapping(start_date=today.isoformat()))
    file = tmp_path / "balances.json"
    file.write_text(json.dumps({"paypal": "120.50", "cash": "-3.00", "gift_card": "80.00"}))
    run = merchant.app.test_cli_runner().invoke

    first = run(args=["store", "open", merchant.shop.domain, str(file)])
    merchant.work_off()
    second = run(args=["store", "open", merchant.shop.domain, str(file)])

    assert (first.exit_code, second.exit_code) == (0, 1), (first.output, second.output)
    assert "posted only once" in second.output
    expected = {"092": "120.50", "093": "-3.00", LIABILITY: "-80.00", OPENING: "-37.50"}
    assert merchant.balances() == {account: Decimal(amount) for account, amount in expected.items()}


@pytest.mark.parametrize(
    ("text", "start", "sentence"),
    [
        ('{"paypal": "120.50"}', {}, "no start_date"),
        ('{"bitpay": "120.50"}', {"start_date": "2026-11-01"}, "‘bitpay’ has an opening balance"),
        ('{"paypal": "much"}', {"start_date": "2026-11-01"}, "must be JSON of amounts by gateway"),
        ('["paypal"]', {"start_date": "2026-11-01"}, "must be JSON of amounts by gateway"),
    ],
)
def test_opening_balances_that_cannot_be_posted_are_refused_whole(
    merchant: Stage, tmp_path: Path, text: str, start: dict[str, str], sentence: str
) -> None:
    merchant.map(mapping(**start))
    file = tmp_path / "balances.json"
    file.write_text(text)

    result = merchant.app.test_cli_runner().invoke(args=["store", "open", merchant.shop.domain, str(file)])
    merchant.work_off()

    assert result.exit_code == 1 and sentence in result.output
    assert merchant.balances() == {}


def test_cards_from_before_the_start_date_are_left_to_the_opening_balances(merchant: Stage) -> None:
    old = merchant.shop.instruments.issue(Decimal("25.00"))
    merchant.clock.advance(timedelta(days=2).total_seconds())
    merchant.map(mapping(start_date=merchant.clock.now().date().isoformat()))
    merchant.shop.instruments.cash_out(old)

    read(merchant)

    assert merchant.balances() == {CASH: Decimal("-25.00"), LIABILITY: Decimal("25.00")}
