"""Reading what others made in Xero: page by page over several jobs, and never ending quietly where pages shifted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from embedded_app.xero.client import XeroApi
from embedded_app.xero.errors import RetryLater
from embedded_app.xero.foreign import ForeignKind, ForeignPage, read_page
from tests.xero.scripted import ScriptedServer, answer

SINCE = datetime(2026, 4, 1, tzinfo=UTC)


def invoice(number: int, **changes: Any) -> dict[str, Any]:
    """An invoice as a page of summaries has it."""
    return {
        "InvoiceID": f"0000-{number}",
        "Type": "ACCREC",
        "Status": "PAID",
        "InvoiceNumber": f"INV-{number}",
        "Reference": "#1001",
        "DateString": "2026-04-12T00:00:00",
        "Total": 12.5,
        "CurrencyCode": "GBP",
        **changes,
    }


def page(*elements: dict[str, Any], pages: int, count: int) -> bytes:
    """A page of invoices with what Xero counts in all."""
    return answer(200, {"Invoices": list(elements), "pagination": {"pageCount": pages, "itemCount": count}})


def read(scripted: bytes, *, at: int = 1, seen: int = 0) -> tuple[ForeignPage, bytes]:
    """What is read of one scripted page, and what Xero was asked."""
    with ScriptedServer((scripted,)) as server, requests.Session() as http:
        api = XeroApi(http, api_url=server.url, access_token="token", tenant_id="tenant")
        return read_page(api, ForeignKind.INVOICE, since=SINCE, page=at, seen=seen), server.requests[0]


def test_one_call_reads_a_thousand_summaries_and_says_whether_more_follow() -> None:
    first, asked = read(page(invoice(1), invoice(2), pages=2, count=3))
    last, _ = read(page(invoice(3), pages=2, count=3), at=2, seen=first.seen)

    assert b"summaryOnly=true" in asked
    assert b"pageSize=1000" in asked
    assert b"If-Modified-Since: 2026-04-01T00:00:00Z" in asked
    assert (first.seen, first.is_last, last.seen, last.is_last) == (2, False, 3, True)
    one = first.documents[0]
    assert (one.xero_id, one.number, one.text) == ("0000-1", "INV-1", "INV-1 #1001")
    assert (one.day, one.total, one.currency) == (date(2026, 4, 12), Decimal("12.5"), "GBP")


def test_pages_that_shifted_while_they_were_read_by_several_jobs_are_not_taken_for_all_there_is() -> None:
    with pytest.raises(RetryLater):
        read(page(invoice(3), pages=2, count=4), at=2, seen=2)


def test_what_books_no_sale_any_more_or_cannot_be_told_is_left_out() -> None:
    elements = [
        invoice(1, Type="ACCPAY"),
        invoice(2, Status="VOIDED"),
        invoice(3, Total=None),
        invoice(4, DateString="soon", Date=None),
        invoice(5, InvoiceNumber=None, Reference=None),
    ]
    read_ones, _ = read(page(*elements, pages=1, count=5))

    assert [(one.number, one.text) for one in read_ones.documents] == [("", " ")]
    assert read_ones.seen == 5
