"""Our calls against the sandbox's Xero, over HTTP: what is written and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.documents import DocumentKind, SettlementKind
from embedded_app.sandbox.xero.faults import FaultKind
from embedded_app.xero import payloads
from embedded_app.xero.encoding import encode
from embedded_app.xero.endpoints import (
    ALLOCATION_REMOVALS,
    ALLOCATIONS,
    CREDIT_NOTES,
    INVOICES,
    PAYMENTS,
    VOIDS,
)
from embedded_app.xero.errors import NeedsMerchant, NeedsReconnect, OutcomeUnknown, RetryLater
from embedded_app.xero.outcomes import Posted, Refused
from embedded_app.xero.refusals import Cause
from tests.xero.calls import allocated, pay, posted, send, sh1001
from tests.xero.cast import credit_note, line, settlement
from tests.xero.conftest import Marlow


def test_xero_computes_the_totals_that_the_store_charged(marlow: Marlow) -> None:
    (outcome,) = send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    assert isinstance(outcome, Posted)
    assert (outcome.total, outcome.total_tax, outcome.status) == (Decimal("24.93"), Decimal("4.16"), "AUTHORISED")


def test_a_sale_and_its_refund_end_with_nothing_open(marlow: Marlow) -> None:
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))
    note = credit_note(contact=marlow.contact_id)
    note_id = posted(marlow.api, CREDIT_NOTES, payloads.credit_note(note), key="t:2")
    back = payloads.payment(
        settlement(SettlementKind.REFUND, "9.99"),
        document_kind=DocumentKind.CREDIT_NOTE,
        document_id=note_id,
        account="091",
    )

    paid, paid_back = send(marlow.api, PAYMENTS, pay(invoice_id), back, key="t:3")

    assert isinstance(paid, Posted) and isinstance(paid_back, Posted)
    balances = marlow.organisation.balances()
    assert balances["091"] == Decimal("14.94")
    assert balances.get("610", Decimal(0)) == 0


def test_unit_amounts_keep_four_decimals(marlow: Marlow) -> None:
    screws = line("1.00", "0.17", quantity="80", unit_amount=Decimal("0.0125"))

    (outcome,) = send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow, lines=(screws,))))

    assert isinstance(outcome, Posted) and outcome.total == Decimal("1.00")


def test_one_bad_invoice_does_not_hold_back_its_neighbours(marlow: Marlow) -> None:
    unknown_account = line("5.00", "0.83", account="999")
    good, bad = (
        payloads.invoice(sh1001(marlow)),
        payloads.invoice(sh1001(marlow, number="SH-2", lines=(unknown_account,))),
    )
    last = payloads.invoice(sh1001(marlow, number="SH-3"))

    first, second, third = send(marlow.api, INVOICES, good, bad, last)

    assert isinstance(first, Posted) and isinstance(third, Posted)
    assert isinstance(second, Refused) and (second.code, second.subject) == (Cause.ACCOUNT, "999")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"date": date(2026, 10, 31)}, Cause.LOCK_DATE),
        ({"lines": (line("1.00", "0.17", tax_type="INPUT2"),)}, Cause.TAX_TYPE),
        ({"lines": (line("1.00", "0.17", account="090"),)}, Cause.ACCOUNT),
        ({"currency": "SEK"}, Cause.CURRENCY),
        ({"contact": "11111111-1111-4111-8111-111111111111"}, Cause.CONTACT),
    ],
)
def test_a_refusal_is_told_by_its_cause(marlow: Marlow, changes: dict[str, Any], cause: Cause) -> None:
    marlow.organisation.period_lock = date(2026, 10, 31)

    (outcome,) = send(marlow.api, INVOICES, payloads.invoice(replace(sh1001(marlow), **changes)))

    assert isinstance(outcome, Refused) and outcome.code is cause


def test_a_number_is_taken_once(marlow: Marlow) -> None:
    posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    (again,) = send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)), key="t:2")

    assert isinstance(again, Refused) and again.code is Cause.NUMBER_TAKEN


def test_the_same_bytes_under_the_same_key_post_once(marlow: Marlow) -> None:
    first = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    assert posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow))) == first
    assert len(marlow.organisation.documents()) == 1


def test_other_bytes_under_the_same_key_are_unknown(marlow: Marlow) -> None:
    posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    with pytest.raises(OutcomeUnknown):
        send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow, number="SH-2")))


def test_a_payment_beyond_what_is_open_is_refused(marlow: Marlow) -> None:
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    (outcome,) = send(marlow.api, PAYMENTS, pay(invoice_id, "24.94"), key="t:2")

    assert isinstance(outcome, Refused) and outcome.code is Cause.AMOUNT


def test_an_unpaid_invoice_is_voided_and_a_paid_one_is_not(marlow: Marlow) -> None:
    invoice_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))
    other_id = posted(marlow.api, INVOICES, payloads.invoice(sh1001(marlow, number="SH-2")), key="t:2")
    posted(marlow.api, PAYMENTS, pay(other_id), key="t:3")

    (voided,) = send(marlow.api, VOIDS, payloads.void(invoice_id), path_ids=(invoice_id,), key="t:4")
    (refused,) = send(marlow.api, VOIDS, payloads.void(other_id), path_ids=(other_id,), key="t:5")

    assert isinstance(voided, Posted) and voided.status == "VOIDED"
    assert isinstance(refused, Refused) and refused.code is Cause.STATUS


def test_credit_is_allocated_and_taken_back(marlow: Marlow) -> None:
    note_id, invoice_id, allocation_id = allocated(marlow)

    assert marlow.organisation.document("SH-1001").due == Decimal("14.94")
    send(marlow.api, ALLOCATION_REMOVALS, {}, path_ids=(note_id, allocation_id), key="t:4")

    assert marlow.organisation.document("SH-1001").due == Decimal("24.93")


def test_taking_back_twice_is_done_once(marlow: Marlow) -> None:
    note_id, _, allocation_id = allocated(marlow)

    for _ in range(2):
        (outcome,) = send(marlow.api, ALLOCATION_REMOVALS, {}, path_ids=(note_id, allocation_id), key="t:4")

    assert isinstance(outcome, Posted) and outcome.status == "DELETED"


@pytest.mark.parametrize(
    ("fault", "scope"),
    [
        (FaultKind.RATE_MINUTE, "minute"),
        (FaultKind.RATE_DAY, "day"),
        (FaultKind.RATE_APP, "app"),
        (FaultKind.RATE_CONCURRENT, "concurrent"),
    ],
)
def test_a_limit_is_told_by_whose_it_is(marlow: Marlow, fault: FaultKind, scope: str) -> None:
    marlow.books.faults.add(fault, seconds=17)

    with pytest.raises(RetryLater) as raised:
        send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))

    assert raised.value.scope == scope
    assert raised.value.seconds == (5 if scope == "concurrent" else 17)


@pytest.mark.parametrize("fault", [FaultKind.UNAVAILABLE, FaultKind.INTERNAL_ERROR])
def test_an_error_of_xeros_own_leaves_a_write_unknown(marlow: Marlow, fault: FaultKind) -> None:
    marlow.books.faults.add(fault)

    with pytest.raises(OutcomeUnknown):
        send(marlow.api, INVOICES, payloads.invoice(sh1001(marlow)))


def test_every_answer_tells_the_calls_left(marlow: Marlow) -> None:
    body = encode(INVOICES, [payloads.invoice(sh1001(marlow))])

    limits = marlow.api.send(INVOICES, path_ids=(), body=body, key="t:1").limits

    assert limits.minute is not None and limits.day is not None and limits.app is not None
    assert limits.minute < 60


def test_a_revoked_connection_asks_for_a_new_one(marlow: Marlow) -> None:
    marlow.books.identity.revoke(marlow.user_id)

    with pytest.raises(NeedsReconnect):
        marlow.api.organisation()


def test_a_credit_note_that_is_gone_is_the_merchants_business(marlow: Marlow) -> None:
    _, invoice_id, _ = allocated(marlow)
    given = payloads.allocation(settlement(SettlementKind.ALLOCATION, "1.00"), invoice_id=invoice_id)

    with pytest.raises(NeedsMerchant):
        send(marlow.api, ALLOCATIONS, given, path_ids=("11111111-1111-4111-8111-111111111111",), key="t:9")
    assert marlow.api.by_id(CREDIT_NOTES, "11111111-1111-4111-8111-111111111111") is None


def test_it_reads_the_organisation_its_chart_its_rates_and_its_contact(marlow: Marlow) -> None:
    assert marlow.api.organisation()["BaseCurrency"] == "GBP"
    assert "200" in {account["Code"] for account in marlow.api.accounts()}
    rates = {rate["TaxType"]: rate["EffectiveRate"] for rate in marlow.api.tax_rates()}
    assert rates["OUTPUT2"] == 20
    assert marlow.api.contact_id("Online customers") == marlow.contact_id
    assert marlow.api.contact_id("Nobody") is None
