"""What the sandbox shows to people and scripts: its books as plain pages, and the endpoint that sets faults on cue."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from embedded_app.sandbox.cues import told
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.companies import Account
from embedded_app.sandbox.xero.gate import response
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import ZERO
from embedded_app.sandbox.xero.wire import Answer, json_answer

SHOWN = 200  # Newest records shown of each sort: a page must open on a phone after a day of thousands.


def pages_blueprint(books: Books) -> Blueprint:
    """GET /, GET /books/<tenant id>, GET /books/<tenant id>/accounts/<code>, GET and POST /sandbox/faults."""
    pages = Blueprint("pages", __name__, template_folder="templates")
    pages.add_app_template_filter(money, "money")

    @pages.get("/")
    def index() -> str:
        with books.lock:
            return render_template("organisations.html", organisations=list(books.organisations.values()))

    @pages.get("/books/<tenant_id>")
    def one(tenant_id: str) -> str:
        with books.lock:
            if tenant_id not in books.organisations:
                abort(404)
            return render_template("books.html", shown=SHOWN, **_columns(books.organisations[tenant_id]))

    @pages.get("/books/<tenant_id>/accounts/<code>")
    def account(tenant_id: str, code: str) -> str:
        with books.lock:
            organisation = books.organisations.get(tenant_id)
            if organisation is None or code not in organisation.accounts:
                abort(404)
            return render_template("account.html", shown=SHOWN, **_account_columns(organisation, code))

    @pages.post("/sandbox/faults")
    def add_fault() -> Response:
        try:
            fault = books.faults.add(**request.get_json())
        except (TypeError, ValueError) as error:
            return response(json_answer({"error": f"No such fault: {error}"}, 400))
        return response(_fault_answer(told(fault), 201))

    @pages.get("/sandbox/faults")
    def faults() -> Response:
        return response(_fault_answer(books.faults.told(), 200))

    return pages


def _fault_answer(value: Any, status: int) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode("ascii"))


def money(amount: Decimal) -> str:
    """1234.5 as 1,234.50."""
    return f"{amount:,.2f}"


def _account_columns(organisation: Organisation, code: str) -> dict[str, Any]:
    rows = organisation.account_transactions(code, date.min, date.max)
    return {
        "organisation": organisation,
        "account": organisation.accounts[code],
        "rows": rows[::-1],
        "debits": sum((row.debit for row in rows), ZERO),
        "credits": sum((row.credit for row in rows), ZERO),
        "own": sum((row.own for row in rows), ZERO),
    }


def _columns(organisation: Organisation) -> dict[str, Any]:
    balances = organisation.balances()
    accounts: list[tuple[Account, Decimal]] = [
        (organisation.accounts[code], balances[code]) for code in sorted(balances)
    ]
    return {
        "organisation": organisation,
        "documents": organisation.documents()[::-1],
        "payments": organisation.payments()[::-1],
        "allocations": organisation.allocations()[::-1],
        "transactions": organisation.bank_transactions()[::-1],
        "journals": organisation.journals()[::-1],
        "accounts": accounts,
        "debits": sum((balance for _, balance in accounts if balance > 0), ZERO),
        "credits": sum((-balance for _, balance in accounts if balance < 0), ZERO),
        "vat": [(organisation.tax_rates[code], total) for code, total in sorted(organisation.vat().items())],
    }
