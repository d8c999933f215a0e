"""The commands an operator sets a shop up with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from embedded_app import onboarding
from embedded_app.clock import SetClock
from embedded_app.models import Hold, Mapping, Store
from tests.golden import load_case

DOMAIN = "alice.myshopify.com"


@pytest.fixture
def store(session: scoped_session[Session], clock: SetClock) -> Store:
    """Alice's store, with one thing held."""
    store = onboarding.add_store(session, channel="shopify", external_id=DOMAIN, prefix="SH-", now=clock.now())
    session.add(
        Hold(store_id=store.id, cause="unmapped tax", subject="t", sentence="Map the tax.", opened_at=clock.now())
    )
    session.commit()
    return store


def test_it_saves_a_mapping_as_the_next_version(app: Flask, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps(load_case("a_vat_included").mapping))
    run = app.test_cli_runner().invoke

    first = run(args=["store", "map", DOMAIN, str(file)])
    second = run(args=["store", "map", DOMAIN, str(file)])

    assert ("version 1" in first.output, "version 2" in second.output) == (True, True)


def test_it_refuses_a_mapping_with_a_sentence_for_each_fault(
    app: Flask, session: scoped_session[Session], store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps({**load_case("a_vat_included").mapping, "contakt": "x", "post_when": "some day"}))

    result = app.test_cli_runner().invoke(args=["store", "map", DOMAIN, str(file)])

    assert result.exit_code != 0
    assert "contakt" in result.output and "post_when" in result.output
    assert session.scalars(select(Mapping)).all() == []


def test_it_lists_what_is_held_by_cause(app: Flask, store: Store) -> None:
    result = app.test_cli_runner().invoke(args=["store", "held", DOMAIN])

    assert result.output.splitlines() == ["unmapped tax:", "  Map the tax."]


def test_it_switches_posting_on_and_off(app: Flask, session: scoped_session[Session], store: Store) -> None:
    run = app.test_cli_runner().invoke

    run(args=["store", "on", DOMAIN])
    session.expire_all()
    assert session.scalars(select(Store)).one().posting is True
    session.rollback()

    run(args=["store", "off", DOMAIN])
    session.expire_all()
    assert session.scalars(select(Store)).one().posting is False


def test_it_names_the_command_that_adds_a_store_that_is_missing(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["store", "held", "nobody.myshopify.com"])

    assert result.exit_code != 0
    assert "flask store add" in result.output
