"""Calls the sandbox's Xero over HTTP, as any client would, and writes the documents its tests are about."""

import json
from decimal import Decimal
from typing import Any

import requests

from embedded_app.clock import SetClock
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.organisation import Organisation
from tests.specs import SPECS
from tests.xero_overlay import request_amiss

QUIET = "?summarizeErrors=false&unitdp=4"


class XeroCaller:
    """One user's client for one organisation."""

    def __init__(self, url: str, clock: SetClock, books: Books, organisation: Organisation, user_id: str) -> None:
        self.url = url
        self.clock = clock
        self.books = books
        self.organisation = organisation
        self.user_id = user_id
        self.access, self.refresh = books.issue_tokens(user_id)
        self.http = requests.Session()

    def headers(self, **more: str) -> dict[str, str]:
        """Every header a good call needs; `more` adds or, with an empty value, removes (under_score for dash)."""
        headers = {
            "Authorization": f"Bearer {self.access}",
            "xero-tenant-id": self.organisation.tenant_id,
            "Accept": "application/json",
            "User-Agent": "crossfoot-tests",
            "Content-Type": "application/json",
        }
        headers.update({name.replace("_", "-"): value for name, value in more.items()})
        return {name: value for name, value in headers.items() if value}

    def call(self, method: str, path: str, body: Any = None, *, timeout: float = 5, **more: str) -> requests.Response:
        """One call to /api.xro/2.0 + path."""
        content = None if body is None else encode(body)
        address = f"{self.url}/api.xro/2.0{path}"
        return self.http.request(method, address, data=content, headers=self.headers(**more), timeout=timeout)

    def get(self, path: str, **more: str) -> Any:
        """The JSON of a GET, amounts as Decimals."""
        return decode(self.call("GET", path, **more))

    def put(self, envelope: str, *elements: dict[str, Any]) -> list[dict[str, Any]]:
        """The elements of the answer to a PUT with summarizeErrors=false and unitdp=4."""
        name = envelope.rpartition("/")[2]
        query = QUIET if name in ("Invoices", "CreditNotes", "BankTransactions") else "?summarizeErrors=false"
        answer = self.call("PUT", f"/{envelope}{query}", {name: list(elements)})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = decode(answer)[name]
        for sent, got in zip(elements, found, strict=True):
            if not messages(got):
                check_taken(name, sent)
        return found

    def transfer(self, amount: str, **fields: Any) -> requests.Response:
        """A transfer from Shopify Payments clearing to the bank on 27 November; None removes a field."""
        element = {
            "FromBankAccount": {"Code": "091"},
            "ToBankAccount": {"Code": "090"},
            "Amount": Decimal(amount),
            "Date": "2026-11-27",
            **fields,
        }
        element = {name: value for name, value in element.items() if value is not None}
        answer = self.call("PUT", "/BankTransfers", {"BankTransfers": [element]})
        if answer.status_code == 200:
            check_taken("BankTransfers", element)
        return answer

    def money(self, type_: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Money of 24 November on Shopify Payments clearing, of one line of 0.70 of fees unless told otherwise."""
        transaction = {"Type": type_, "BankAccount": {"Code": "091"}, "Date": "2026-11-24", **fields}
        return self._document(transaction, lines or (line("0.70", "404", "NONE"),), Status=None)

    def invoice(self, number: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A good invoice of 23 November, of one line of 24.00 unless told otherwise; None removes a field."""
        return self._document(
            {"Type": "ACCREC", "InvoiceNumber": number, "DueDate": "2026-11-23", **fields}, lines or (line(),)
        )

    def credit_note(self, number: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """A good credit note of 23 November."""
        return self._document({"Type": "ACCRECCREDIT", "CreditNoteNumber": number, **fields}, lines or (line(),))

    def overpayment(self, amount: str, **fields: Any) -> dict[str, Any]:
        """An overpayment of 24 November on Shopify Payments clearing."""
        given = {"Description": "SH-1001 overpaid", "Quantity": 1, "UnitAmount": Decimal(amount)}
        return self.money("RECEIVE-OVERPAYMENT", given, **{"LineAmountTypes": "NoTax", **fields})

    def _document(self, fields: dict[str, Any], lines: tuple[dict[str, Any], ...], **defaults: Any) -> dict[str, Any]:
        contact = next(iter(self.organisation.records.contacts.values()))
        document = {
            "Contact": {"ContactID": contact.contact_id},
            "Date": "2026-11-23",
            "LineAmountTypes": "Inclusive",
            "Status": "AUTHORISED",
            "LineItems": list(lines),
            **defaults,
            **fields,
        }
        return {name: value for name, value in document.items() if value is not None}


def line(
    amount: str = "24.00", account: str = "200", tax_type: str | None = "OUTPUT2", **fields: Any
) -> dict[str, Any]:
    """A line of quantity 1; amounts as text become JSON numbers."""
    given = {"Description": "Mug", "Quantity": 1, "UnitAmount": Decimal(amount), "AccountCode": account, **fields}
    if tax_type is not None:
        given["TaxType"] = tax_type
    return {name: value for name, value in given.items() if value is not None}


def payment(target: dict[str, Any], amount: str, **fields: Any) -> dict[str, Any]:
    """A payment of an answered invoice, credit note or overpayment through clearing, on 23 November."""
    kind = next(name for name in ("Invoice", "CreditNote", "Overpayment") if f"{name}ID" in target)
    return {
        kind: {f"{kind}ID": target[f"{kind}ID"]},
        "Account": {"Code": "091"},
        "Date": "2026-11-23",
        "Amount": Decimal(amount),
        **fields,
    }


def allocation(invoice: dict[str, Any], amount: str, **fields: Any) -> dict[str, Any]:
    """An allocation to an answered invoice on 24 November."""
    return {
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        "Amount": Decimal(amount),
        "Date": "2026-11-24",
        **fields,
    }


def check_taken(envelope: str, element: dict[str, Any]) -> None:
    """What the sandbox takes must be what Xero's description and our overlay of it allow, whichever test sent it."""
    if SPECS.is_dir():
        assert request_amiss(envelope, json.loads(encode(element))) == []


def messages(element: dict[str, Any]) -> list[str]:
    """The sentences of a refused element."""
    return [error["Message"] for error in element.get("ValidationErrors", [])]


def encode(body: Any) -> bytes:
    """JSON with Decimals as numbers; two decimals survive a float, and the sandbox reads the text."""
    return json.dumps(body, default=float).encode()


def decode(answer: requests.Response) -> Any:
    """JSON with amounts as Decimals."""
    return json.loads(answer.content, parse_float=Decimal)
