"""Notifications: what would be sent is shown before it is, what is wanted is kept, and nobody else is told."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.logs import configure_logging
from embedded_app.models import AlertKind, AuditEntry
from embedded_app.sandbox.shopify.world import World
from embedded_app.sandbox.xero import Books
from embedded_app.sandbox.xero.companies import UK
from tests.mailbox import Mailbox, mail_server
from tests.web import scenes
from tests.web.opening import ALICE, Opener
from tests.web.pages import set_the_scene, words
from tests.whole.stage import Stage

WRONG = (
    "nobody",
    "a@b",
    "a@b.example\nBcc: c@d.example",
    "a@b.example, c@d.example",
    '"a b"@c.example',
    "a..b@c.example",
    "ä@b.example",
    f"{'a' * 250}@b.example",
)
ADDRESS = "alice.and.her.secret@example.com"


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    """The module's mail server."""
    with mail_server() as found:
        yield found


@pytest.fixture
def config(config: Config, mailbox: Mailbox) -> Config:
    """The settings, with a mail server."""
    return dataclasses.replace(config, mail=mailbox.server)


@pytest.fixture
def live(alice: Opener, world: World, books: Books) -> Stage:
    """Alice's store with every order posted but one, whose gateway nobody mapped."""
    stage = set_the_scene(alice, world.shop(ALICE), books, books.open_organisation(UK, books.new_id(), connected=False))
    scenes.switch_on(stage)
    scenes.pay_by_unknown_gateway(stage)
    return stage


def save(opener: Opener, address: str, *kinds: AlertKind) -> int:
    return opener.post("/notifications/", data={"address": address, "kinds": list(kinds)}).status_code


def test_it_shows_what_would_be_sent_and_keeps_what_is_wanted(alice: Opener, live: Stage, app: Flask) -> None:
    before = alice.open("/notifications/").text
    assert "One thing needs you before it can be in Xero · alice.myshopify.com" in before
    assert "this is an example" in before, "nothing is disconnected"
    assert "No address is kept, so nothing is sent" in words(before)
    assert before.count("checked") == len(AlertKind) - 1, "all kinds are on by default"

    assert save(alice, ADDRESS, AlertKind.HELD) == 303
    after = alice.open("/notifications/").text
    assert (f'value="{ADDRESS}"' in after, after.count("checked")) == (True, 1)
    for wrong in WRONG:
        assert save(alice, wrong) == 422, wrong
    assert f'value="{ADDRESS}"' in alice.open("/notifications/").text
    rows = scenes.in_app(live, lambda *_: db.session.connection().exec_driver_sql("SELECT * FROM store").all())
    assert "alice.and" not in str(rows), "it is kept encrypted"
    acts = scenes.in_app(live, lambda *_: db.session.scalars(select(AuditEntry.act)).all())
    assert acts.count("changed notifications") == 1

    app.extensions["crossfoot.config"] = dataclasses.replace(app.extensions["crossfoot.config"], mail=None)
    without = words(alice.open("/notifications/").text)
    assert "Whoever runs Crossfoot has not set up a mail server yet" in without
    assert "Send a test mail" not in without
    assert alice.post("/notifications/test").status_code == 422


def test_a_test_mail_arrives_and_ten_a_day_are_enough(
    alice: Opener, live: Stage, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging(logging.DEBUG)
    assert alice.post("/notifications/test").status_code == 422, "there is no address"
    save(alice, ADDRESS)

    assert alice.post("/notifications/test").status_code == 303
    assert alice.post("/notifications/test").status_code == 409, "one is on its way"
    live.work_off()
    assert mailbox.subjects == ["Mail from Crossfoot arrives · alice.myshopify.com"]
    assert "Test mail" in words(alice.open("/notifications/").text)
    for _ in range(9):
        assert alice.post("/notifications/test").status_code == 303
        live.work_off()
    assert alice.post("/notifications/test").status_code == 409
    assert len(mailbox.mails) == 10

    mailbox.refused_addresses = {ADDRESS}
    live.clock.advance(24 * 3600)
    alice.post("/notifications/test")
    live.work_off()
    assert "The mail server takes no mail for this address: correct it." in words(alice.open("/notifications/").text)
    told = "".join(capfd.readouterr())
    assert "alert sent" in told and "alert not sent" in told
    assert ADDRESS not in told and "alice.and" not in told


@pytest.mark.thorough
def test_the_address_may_be_given_with_the_switch(alice: Opener, live: Stage) -> None:
    scenes.answer(live)
    scenes.in_app(live, lambda stage, store: setattr(store, "posting", False))

    refused = alice.post("/setup/on", data={"address": "nobody"})
    assert refused.status_code == 422
    assert "This is not an e-mail address" in words(refused.text)
    assert alice.post("/setup/on", data={"address": ADDRESS}).status_code == 303

    assert scenes.in_app(live, lambda stage, store: (store.notify_address, store.posting)) == (ADDRESS, True)
    assert ADDRESS in alice.open("/settings/").text
