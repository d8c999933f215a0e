"""The endpoints for bank transactions, bank transfers, manual journals and the two reports."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from embedded_app.sandbox.xero import bank_transactions, bank_transfers, manual_journals
from embedded_app.sandbox.xero.bank_rendering import bank_transaction_json, bank_transfer_json, journal_json
from embedded_app.sandbox.xero.batches import Call, run
from embedded_app.sandbox.xero.gate import Rule
from embedded_app.sandbox.xero.listing import (
    list_bank_transactions,
    list_bank_transfers,
    list_journals,
    not_found,
)
from embedded_app.sandbox.xero.report_rendering import bank_summary_json, trial_balance_json
from embedded_app.sandbox.xero.routes import PAGES, SUMMARIZE, UNIT_PLACES, Add, only_one
from embedded_app.sandbox.xero.wire import Answer, JsonObject, Refused, api_error, json_answer

Found = TypeVar("Found")
_BANK, _JOURNALS = "accounting.banktransactions", "accounting.manualjournals"


def add_bank(add: Add) -> None:
    """BankTransactions and BankTransfers."""
    lists = Rule(scope=_BANK, parameters=PAGES | UNIT_PLACES)
    one = Rule(scope=_BANK, parameters=UNIT_PLACES)
    add("GET", "/BankTransactions", lists, list_bank_transactions)
    add("PUT", "/BankTransactions", Rule(scope=_BANK, parameters=SUMMARIZE | UNIT_PLACES), _put_transactions)
    add("GET", "/BankTransactions/<key>", one, _get_transaction)
    add("POST", "/BankTransactions/<key>", one, _post_transaction)
    plain = Rule(scope=_BANK)
    transfers = Rule(scope=_BANK, parameters=frozenset({"includeDeleted"}))
    add("GET", "/BankTransfers", transfers, list_bank_transfers)
    add("PUT", "/BankTransfers", plain, _put_transfers)
    add("GET", "/BankTransfers/<key>", plain, _get_transfer)
    add("POST", "/BankTransfers/<key>", plain, _post_transfer)


def add_journals(add: Add) -> None:
    """ManualJournals."""
    one = Rule(scope=_JOURNALS)
    add("GET", "/ManualJournals", Rule(scope=_JOURNALS, parameters=PAGES), list_journals)
    add("PUT", "/ManualJournals", Rule(scope=_JOURNALS, parameters=SUMMARIZE), _put_journals)
    add("GET", "/ManualJournals/<key>", one, _get_journal)
    add("POST", "/ManualJournals/<key>", one, _post_journal)


def add_reports(add: Add) -> None:
    """TrialBalance and BankSummary."""
    trial_balance = Rule(scope="accounting.reports.trialbalance.read", parameters=frozenset({"date"}))
    summary = Rule(scope="accounting.reports.banksummary.read", parameters=frozenset({"fromDate", "toDate"}))
    add("GET", "/Reports/TrialBalance", trial_balance, _get_trial_balance)
    add("GET", "/Reports/BankSummary", summary, _get_bank_summary)


def _one(found: Mapping[str, Found], key: str) -> Found:
    """The record of this id. Raises Refused with 404."""
    if key.lower() not in found:
        raise Refused(not_found())
    return found[key.lower()]


def _change(call: Call, envelope: str, act: Callable[[object], JsonObject]) -> Answer:
    only_one(call, envelope)
    return run(call, envelope, act, flag="HasValidationErrors", summarize=True)


def _put_transactions(call: Call) -> Answer:
    places = call.unit_places

    def create(given: object) -> JsonObject:
        made = bank_transactions.create(call.organisation, given, unit_places=places, now=call.now)
        return bank_transaction_json(made, call.organisation, unit_places=places)

    return run(call, "BankTransactions", create, flag="HasValidationErrors")


def _get_transaction(call: Call, key: str) -> Answer:
    found = _one(call.organisation.records.bank_transactions, key)
    shown = bank_transaction_json(found, call.organisation, unit_places=call.unit_places)
    return json_answer({"BankTransactions": [shown]})


def _post_transaction(call: Call, key: str) -> Answer:
    found = _one(call.organisation.records.bank_transactions, key)

    def change(given: object) -> JsonObject:
        bank_transactions.delete(call.organisation, given, transaction=found, now=call.now)
        return bank_transaction_json(found, call.organisation, unit_places=call.unit_places)

    return _change(call, "BankTransactions", change)


def _put_transfers(call: Call) -> Answer:
    """There is no summarizeErrors here: one refused element refuses the call."""

    def create(given: object) -> JsonObject:
        return bank_transfer_json(bank_transfers.create(call.organisation, given, now=call.now), call.organisation)

    return run(call, "BankTransfers", create, flag="HasValidationErrors", summarize=True)


def _get_transfer(call: Call, key: str) -> Answer:
    found = _one(call.organisation.records.bank_transfers, key)
    return json_answer({"BankTransfers": [bank_transfer_json(found, call.organisation)]})


def _post_transfer(call: Call, key: str) -> Answer:
    found = _one(call.organisation.records.bank_transfers, key)

    def change(given: object) -> JsonObject:
        bank_transfers.delete(call.organisation, given, transfer=found, now=call.now)
        return bank_transfer_json(found, call.organisation)

    return _change(call, "BankTransfers", change)


def _put_journals(call: Call) -> Answer:
    def create(given: object) -> JsonObject:
        return journal_json(manual_journals.create(call.organisation, given, now=call.now))

    return run(call, "ManualJournals", create, flag="HasValidationErrors")


def _get_journal(call: Call, key: str) -> Answer:
    return json_answer({"ManualJournals": [journal_json(_one(call.organisation.records.journals, key))]})


def _post_journal(call: Call, key: str) -> Answer:
    found = _one(call.organisation.records.journals, key)

    def change(given: object) -> JsonObject:
        manual_journals.change_status(call.organisation, given, journal=found, now=call.now)
        return journal_json(found)

    return _change(call, "ManualJournals", change)


def _get_trial_balance(call: Call) -> Answer:
    on = _day(call, "date", call.now.date())
    return json_answer(trial_balance_json(call.organisation, on, now=call.now))


def _get_bank_summary(call: Call) -> Answer:
    last = _day(call, "toDate", call.now.date())
    first = _day(call, "fromDate", last.replace(day=1))
    return json_answer(bank_summary_json(call.organisation, first, last, now=call.now))


def _day(call: Call, name: str, default: date) -> date:
    try:
        return date.fromisoformat(call.query[name]) if name in call.query else default
    except ValueError as error:
        message = f"The query parameter '{name}' must be a date as YYYY-MM-DD."
        raise Refused(api_error(16, "QueryParseException", message)) from error
