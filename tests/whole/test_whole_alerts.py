"""A merchant is told by mail what needs them: once for each, whatever the mail server does, and never in vain."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from embedded_app import pipeline
from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.models import Alert, AlertKind, Store
from embedded_app.pipeline import connecting, drafts
from embedded_app.sandbox.day import MUG
from tests.mailbox import Mailbox, mail_server
from tests.whole.orders import place
from tests.whole.stage import Stage

HOUR = 3600
ADDRESS = "alice@example.com"


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def opened() -> Iterator[Mailbox]:
    """The module's mail server."""
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(opened: Mailbox) -> Mailbox:
    """The same, emptied."""
    opened.mails.clear()
    opened.refused_addresses.clear()
    return opened


@pytest.fixture
def config(config: Config, mailbox: Mailbox) -> Config:
    """The settings, with a mail server."""
    return dataclasses.replace(config, mail=mailbox.server)


@pytest.fixture
def told(alice: Stage) -> Stage:
    """Alice, who wants to be told of what needs her, and of nothing else yet."""
    choose(alice, "digest")
    return alice


def choose(stage: Stage, *off: str, address: str | None = ADDRESS) -> None:
    with stage.app.app_context():
        store = db.session.get_one(Store, stage.store_id)
        store.notify_address, store.notify_off, store.notify_locale = address, list(off), "en_GB"
        db.session.commit()


def in_app(stage: Stage, act: Callable[[Store], object]) -> None:
    with stage.app.app_context():
        act(db.session.get_one(Store, stage.store_id))
        db.session.commit()


def look(stage: Stage, seconds: float = 5 * 60) -> None:
    """Let five minutes pass, or as long as said, and do what is then done."""
    stage.clock.advance(seconds)
    with stage.app.app_context():
        pipeline.five_minutes()
    stage.work_off()


def hold_one(stage: Stage, gateway: str = "klarna") -> None:
    """An order that nobody has mapped the gateway of."""
    stage.shop.place_order([(MUG, 1)]).pay(gateway)
    stage.deliver()
    stage.work_off()


@contextmanager
def killed_before_it_is_marked(mailbox: Mailbox) -> Iterator[None]:
    """The commit after the mail server has taken a mail never happens."""

    def die(session: Session) -> None:
        if mailbox.mails:
            raise Killed

    event.listen(Session, "before_commit", die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(Session, "before_commit", die)


def test_the_first_held_item_of_a_cause_is_told_once_until_it_comes_anew(told: Stage, mailbox: Mailbox) -> None:
    look(told)
    assert mailbox.subjects == []

    hold_one(told)
    hold_one(told)
    look(told)
    look(told)
    assert len(mailbox.mails) == 1
    mail = mailbox.mails[0]
    assert mail["Subject"] == "2 things need you before they can be in Xero · alice.myshopify.com"
    assert (mail["To"], mail["Auto-Submitted"]) == (ADDRESS, "auto-generated")
    assert "klarna" in mailbox.last.lower()
    assert "/store/alice/apps/crossfoot/notifications/" in mailbox.last

    with told.app.app_context():
        mapping = drafts.latest_mapping(db.session(), db.session.get_one(Store, told.store_id))
        assert mapping is not None
        document = dict(mapping.document)
    told.map({**document, "gateways": {**document["gateways"], "klarna": "815"}})
    told.retry()
    look(told)
    assert len(mailbox.mails) == 1, "that it is over is told on Home only"

    hold_one(told, "cash on delivery")
    look(told)
    assert mailbox.subjects[1:] == ["One thing needs you before it can be in Xero · alice.myshopify.com"]


def test_whatever_the_mail_server_does_nothing_is_lost_and_a_repetition_can_be_told(
    told: Stage, mailbox: Mailbox
) -> None:
    hold_one(told)
    mailbox.answers = ["451 try later", "554 no"]
    look(told)
    look(told)
    assert mailbox.mails == []
    look(told, 60)
    assert mailbox.answers == [], "it was tried twice"
    mailbox.broken_off = 1

    look(told, HOUR)
    assert len(mailbox.mails) == 1, "taken, but not answered for"
    with killed_before_it_is_marked(mailbox):
        mailbox.mails.clear()
        look(told, HOUR)
    look(told, HOUR)
    look(told, HOUR)

    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert len(ids) == 2 and len(set(ids)) == 1


@pytest.mark.thorough
def test_a_wrong_address_is_said_and_tried_again_a_day_later(told: Stage, mailbox: Mailbox) -> None:
    mailbox.refused_addresses = {ADDRESS}
    hold_one(told)
    look(told)
    mailbox.refused_addresses.clear()
    look(told, 23 * HOUR)
    assert mailbox.mails == []
    with told.app.app_context():
        problems = db.session.scalars(select(Alert.problem)).all()
    assert problems == ["The mail server takes no mail for this address: correct it."]

    look(told, HOUR)

    assert len(mailbox.mails) == 1


def test_a_disconnection_a_backlog_and_the_day_are_told_each_once(alice: Stage, mailbox: Mailbox) -> None:
    choose(alice, "digest")
    place(alice, 2)
    alice.deliver()
    alice.work_off()
    look(alice, 1.1 * HOUR)
    until = alice.clock.now() + timedelta(hours=3)
    in_app(alice, lambda store: setattr(store.organisation, "not_before", until))
    place(alice)
    alice.deliver()
    alice.work_off()
    look(alice, 0.9 * HOUR)
    assert mailbox.mails == []
    look(alice, 0.2 * HOUR)
    look(alice)
    assert mailbox.subjects == ["2 entries have waited for Xero for more than an hour · alice.myshopify.com"]
    assert "Xero takes no more calls for this organisation until 24 Nov 2026, 16:06" in mailbox.last

    look(alice, 2 * HOUR)
    assert alice.unposted() == 0
    in_app(alice, lambda store: connecting.disconnect(db.session(), store, actor="Alice"))
    look(alice)
    look(alice)
    assert mailbox.subjects[1:] == ["Xero is not connected any more: nothing is posted · alice.myshopify.com"]

    mailbox.mails.clear()
    choose(alice, "stopped")
    look(alice)
    assert mailbox.subjects == [], "nothing was sold yesterday"
    morning = alice.clock.now().replace(hour=7, minute=0) + timedelta(days=1)
    look(alice, (morning - alice.clock.now()).total_seconds() - 60)
    assert mailbox.subjects == [], "it is too early"
    look(alice, 60)
    look(alice, HOUR)
    assert mailbox.subjects == ["24 Nov 2026: your sales are in Xero · alice.myshopify.com"]
    said = " ".join(mailbox.last.split())
    assert "In your store: £29.97 In Xero: £29.97 Difference: £0.00" in said


def test_nobody_is_told_who_did_not_ask_or_chose_not_to_be(alice: Stage, mailbox: Mailbox) -> None:
    hold_one(alice)
    look(alice)
    choose(alice, *AlertKind)
    look(alice, 24 * HOUR)
    choose(alice, "digest", address=None)
    look(alice)

    assert mailbox.mails == []
