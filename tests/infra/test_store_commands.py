"""The commands an operator sets a shop up with."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from embedded_app import onboarding, recorded
from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.accounting.chart_json import chart_to_json
from embedded_app.accounting.facts import to_facts
from embedded_app.accounting.mapping_document import MappingError
from embedded_app.clock import SetClock
from embedded_app.models import Hold, Mapping, OrderFacts, Organisation, Store
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


def test_it_asks_for_clearing_accounts_in_the_currency_of_the_stores_orders(
    session: scoped_session[Session], store: Store, clock: SetClock
) -> None:
    euro = Account(id="id-95", code="095", name="Euro", type="BANK", account_class="ASSET", currency="EUR")
    pounds = Account(id="id-92", code="092", name="Pounds", type="BANK", account_class="ASSET")
    none = TaxRate(tax_type="NONE", name="No VAT", rate=Decimal(0), classes=frozenset({"REVENUE"}))
    chart = Chart(
        country="GB",
        base_currency="GBP",
        currencies=frozenset({"GBP", "EUR"}),
        accounts=(euro, pounds),
        tax_rates=(none,),
    )
    organisation = Organisation(tenant_id="t", name="Alice Ltd", base_currency="GBP", chart=chart_to_json(chart))
    store.organisation = organisation
    told = replace(load_case("a_vat_included").order, currency="EUR")
    session.add(OrderFacts(store_id=store.id, external_id=told.id, facts=to_facts(told)))
    session.flush()
    document = {"contact": "c", "no_tax": "NONE", "accounts": {}, "gateways": {"a": "095", "b": "092"}, "taxes": []}

    with pytest.raises(MappingError) as refused:
        onboarding.save_mapping(session(), store, document, author="alice", now=clock.now())

    assert refused.value.problems == (
        "gateways.b: 092 Pounds is kept in GBP, but orders are booked in EUR: choose a bank account in EUR, or create "
        "one in Xero.",
    )
    assert recorded.books(organisation).account_currencies == {"095": "EUR", "id-95": "EUR"}


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
