"""How long and how many: what the sandbox's Xero takes at its limits, and every kind of Unicode on the way."""

from decimal import Decimal

import pytest

from tests.sandbox.xero_caller import QUIET, XeroCaller, encode, line, messages, payment

D = Decimal
LINES = 600


def test_a_document_of_600_lines_is_taken(xero: XeroCaller) -> None:
    lines = [line("0.01", Description=f"{number} × Perle") for number in range(LINES)]

    (made,) = xero.put("Invoices", xero.invoice("SH-1", *lines))

    assert (made["Total"], len(made["LineItems"])) == (D("6.00"), LINES)
    assert len(xero.get("/Invoices/SH-1")["Invoices"][0]["LineItems"]) == LINES


def test_600_lines_of_the_longest_description_fit_into_one_call(xero: XeroCaller) -> None:
    document = xero.invoice("SH-1", *[line("1.00", Description="x" * 4000) for _ in range(LINES)])

    (made,) = xero.put("Invoices", document)

    assert messages(made) == []


def test_a_body_beyond_three_and_a_half_megabytes_is_refused_whole(xero: XeroCaller) -> None:
    document = xero.invoice("SH-1", *[line("1.00", Description="ü" * 4000) for _ in range(LINES)])
    body = {"Invoices": [document]}

    answer = xero.call("PUT", f"/Invoices{QUIET}", body)

    assert len(encode(body)) > 3_500_000
    assert answer.status_code == 413
    assert xero.organisation.documents() == []


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4000,
        "ß" * 4000,
        "漢" * 4000,
        "🕯" * 2000,
        "é" * 2000,
        "שלום ‏world‎",
        "👩‍👩‍👧‍👦 family",
        "<b>5 > 3 & 2 < 4</b>",
        "line one\nline two\ttab",
        "zero​width  no-break",
        "'quotes' \"double\" \\ backslash",
    ],
    ids=lambda text: ascii(text)[:24],
)
def test_every_kind_of_text_comes_back_as_it_was_sent(xero: XeroCaller, text: str) -> None:
    (made,) = xero.put("Invoices", xero.invoice("SH-1", line(Description=text)))

    assert messages(made) == []
    assert xero.get("/Invoices/SH-1")["Invoices"][0]["LineItems"][0]["Description"] == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("🕯" * 2000 + "x", "The length of the field Description must be at most 4000 characters."),
        (" \n ", "Description is required on a line item: it must have at least 1 character."),
        ("bell \x07", "The Description of the line item holds a control character."),
        ("no character \uffff", "The Description of the line item holds a control character."),
    ],
)
def test_text_that_xero_could_not_keep_is_refused(xero: XeroCaller, text: str, sentence: str) -> None:
    (answer,) = xero.put("Invoices", xero.invoice("SH-1", line(Description=text)))

    assert sentence in messages(answer)


def test_a_number_and_a_reference_have_255_characters(xero: XeroCaller) -> None:
    number = "SH-" + "ü" * 252

    good, bad = xero.put(
        "Invoices", xero.invoice(number, Reference="r" * 255), xero.invoice("SH-2", Reference="r" * 256)
    )

    assert (messages(good), good["InvoiceNumber"]) == ([], number)
    assert messages(bad) == ["The length of the field Reference must be at most 255 characters."]


def test_a_call_takes_500_elements(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1", line("5.00")))

    answers = xero.put("Payments", *[payment(invoice, "0.01")] * 500)

    assert {answer["StatusAttributeString"] for answer in answers} == {"OK"}
    assert xero.organisation.document("SH-1").status == "PAID"


def test_60_tenders_on_one_invoice_settle_it(xero: XeroCaller) -> None:
    (invoice,) = xero.put("Invoices", xero.invoice("SH-1", line("60.00")))

    xero.put("Payments", *[payment(invoice, "1.00", Reference=f"T-{number}") for number in range(60)])

    (standing,) = xero.get("/Invoices/SH-1")["Invoices"]
    assert (standing["Status"], len(standing["Payments"])) == ("PAID", 60)


def test_the_largest_line_is_just_below_ten_thousand_million(xero: XeroCaller) -> None:
    most = xero.invoice("SH-1", line("9999999999.99", tax_type="NONE"))
    more = xero.invoice("SH-2", line("9999999999.99", tax_type="NONE", Quantity=2))

    good, bad = xero.put("Invoices", most, more)

    assert messages(good) == []
    assert messages(bad) == ["The line total 19999999999.98 is larger than 9999999999.99."]
