"""Whether an organisation can be posted to by a mapping: what Xero would refuse, or book wrongly, said beforehand.

Sources: Xero takes payments on BANK accounts and those with EnablePaymentsToAccount; a line on a bank account, on
receivables or another system account is refused or corrupts what Xero keeps itself; TaxTypes go with account classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.accounting.mapping import (
    LIABILITY_GATEWAYS,
    Mapping,
    SpecialAccount,
    TaxKey,
    TaxRule,
    Tracking,
    percent,
)
from embedded_app.accounting.order import LineKind

_CURRENT_LIABILITY = "CURRLIAB"


def check(
    mapping: Mapping, chart: Chart, currencies: Iterable[str] = (), *, shop_currency: str | None = None
) -> tuple[str, ...]:
    """One sentence for each thing the organisation does not have, or Xero does not take, naming the mapping's field.

    currencies: those in which customers pay; looked at where orders are booked in the currency they were paid in.
    shop_currency: the store's own; None where no order has told it yet, then accounts in any currency are taken.
    """
    found = _Chart(
        {key: account for account in chart.accounts for key in (account.id, account.code) if key},
        {rate.tax_type: rate for rate in chart.tax_rates},
    )
    problems = [
        *_line_account_problems(mapping, found),
        *_gateway_problems(mapping, found),
        *_account_currency_problems(mapping, chart, found, shop_currency),
        *_special_problems(mapping, found),
        *_tax_problems(mapping, found),
        *_tracking_problems(mapping, chart),
        *_currency_problems(mapping, chart, currencies, shop_currency),
    ]
    if mapping.start_date and chart.lock_date and mapping.start_date <= chart.lock_date:
        problems.append(
            f"start_date {mapping.start_date.isoformat()} lies in a period that is closed in Xero until "
            f"{chart.lock_date.isoformat()}: choose a later day, or move the lock date in Xero."
        )
    return tuple(dict.fromkeys(problems))


@dataclass(frozen=True, slots=True)
class _Chart:
    """The organisation's accounts by id and code, and its tax rates by tax type."""

    accounts: dict[str, Account]
    rates: dict[str, TaxRate]

    def account(self, where: str, named: str) -> Account | str:
        """The active account a field names, or what is wrong with it."""
        account = self.accounts.get(named)
        if account is None:
            return f"{where}: account {named} is not in Xero: choose another."
        if not account.active:
            return f"{where}: account {_called(account)} is archived in Xero: restore it there or choose another."
        return account

    def rate(self, where: str, tax_type: str) -> TaxRate | str:
        """The active tax rate a field names, or what is wrong with it."""
        rate = self.rates.get(tax_type)
        if rate is None:
            return f"{where}: tax rate {tax_type} is not in Xero: choose another."
        if not rate.active:
            return f"{where}: tax rate {rate.name} ({tax_type}) is not active in Xero: activate it or choose another."
        return rate


def _line_account_problems(mapping: Mapping, chart: _Chart) -> Iterator[str]:
    for kind, named in mapping.accounts.items():
        where = f"accounts.{kind.value}"
        account = chart.account(where, named)
        if isinstance(account, str):
            yield account
        elif kind is LineKind.GIFT_CARD:
            yield from _liability_problems(where, account)
        else:
            yield from _line_problems(where, account)
    for position, rule in enumerate(mapping.rules, start=1):
        account = chart.account(f"rules, entry {position}, account", rule.account)
        yield from (
            (account,) if isinstance(account, str) else _line_problems(f"rules, entry {position}, account", account)
        )


def _line_problems(where: str, account: Account) -> Iterator[str]:
    """What a document line cannot stand on."""
    if account.type == "BANK":
        yield f"{where}: {_called(account)} is a bank account, which no invoice line may use: choose another."
    elif account.system is not None and account.system != "ROUNDING":
        yield f"{where}: {_called(account)} is kept by Xero itself ({account.system}): choose an account of your own."


def _liability_problems(where: str, account: Account) -> Iterator[str]:
    """What customers' gift cards and credit cannot be kept on: they stand on lines and are paid from."""
    if account.type != _CURRENT_LIABILITY or account.system is not None:
        yield f"{where}: {_called(account)} must be an ordinary current liability: choose or make one in Xero."
    elif not account.takes_payments:
        yield f"{where}: switch on ‘Enable payments to this account’ for {_called(account)} in Xero."


def _gateway_problems(mapping: Mapping, found: _Chart) -> Iterator[str]:
    for gateway, named in mapping.gateways.items():
        where = f"gateways.{gateway}"
        account = found.account(where, named)
        if isinstance(account, str):
            yield account
        elif gateway.casefold() in LIABILITY_GATEWAYS:
            yield from _liability_problems(where, account)
        elif account.type != "BANK" and not account.takes_payments:
            yield (
                f"{where}: {_called(account)} takes no payments: choose a bank account, or switch on ‘Enable payments "
                "to this account’ in Xero."
            )


def _account_currency_problems(
    mapping: Mapping, chart: Chart, found: _Chart, shop_currency: str | None
) -> Iterator[str]:
    """Accounts on which no payment can be booked for its currency.

    A liability is always kept in base currency; where the store's is another, what is paid from it is held, each time.
    """
    for gateway, named in mapping.gateways.items():
        account = found.accounts.get(named)
        if account is None or shop_currency is None or gateway.casefold() in LIABILITY_GATEWAYS:
            continue
        kept_in = account.currency or chart.base_currency
        at_home = shop_currency == chart.base_currency
        # As presented, orders may be in the account's currency; only a shop in base currency is booked so.
        if kept_in != shop_currency and not (mapping.currency == "presentment" and at_home):
            kind = "an account" if at_home else "a bank account"
            yield (
                f"gateways.{gateway}: {_called(account)} is kept in {kept_in}, but orders are booked in "
                f"{shop_currency}: choose {kind} in {shop_currency}, or create one in Xero."
            )


def _special_problems(mapping: Mapping, chart: _Chart) -> Iterator[str]:
    for special, named in mapping.special.items():
        account = chart.account(f"special.{special.value}", named)
        yield from (account,) if isinstance(account, str) else _line_problems(f"special.{special.value}", account)


def _tax_problems(mapping: Mapping, chart: _Chart) -> Iterator[str]:
    no_tax = chart.rate("no_tax", mapping.no_tax)
    if isinstance(no_tax, str):
        yield no_tax
    elif no_tax.rate != 0:
        yield f"no_tax: {no_tax.name} is {percent(no_tax.rate)}, but it must be 0 %: choose another."
    else:
        yield from _class_problems("no_tax", no_tax, chart, _accounts_outside_tax(mapping))
    for key, rule in mapping.taxes.items():
        where = f"taxes, ‘{key.text}’"
        rate = chart.rate(where, rule.tax_type)
        if isinstance(rate, str):
            yield rate
        else:
            yield from _rate_problems(where, key, rule, rate)
            yield from _class_problems(where, rate, chart, _accounts_of(mapping, key.kind))
        for title, named in rule.accounts.items():
            account = chart.account(f"{where}, accounts.{title}", named)
            if isinstance(account, str):
                yield account
            elif account.type != _CURRENT_LIABILITY or account.system is not None:
                yield (
                    f"{where}, accounts.{title}: {_called(account)} must be an ordinary current liability, not one "
                    "that Xero keeps for its own tax report: choose another."
                )
    for position, product_rule in enumerate(mapping.rules, start=1):
        if product_rule.tax_type is not None:
            where = f"rules, entry {position}, tax_type"
            rate = chart.rate(where, product_rule.tax_type)
            yield from (
                (rate,) if isinstance(rate, str) else _class_problems(where, rate, chart, [product_rule.account])
            )


def _rate_problems(where: str, key: TaxKey, rule: TaxRule, rate: TaxRate) -> Iterator[str]:
    wanted = key.rate if rule.strategy == "rate" else Decimal(0)
    if rate.rate != wanted:
        yield f"{where}: {rate.name} is {percent(rate.rate)} in Xero, but {percent(wanted)} is needed: choose another."


def _accounts_of(mapping: Mapping, kind: LineKind) -> list[str]:
    """The accounts lines of a kind may stand on with their key's own tax type."""
    accounts = [mapping.accounts[kind]] if kind in mapping.accounts else []
    if kind is LineKind.PRODUCT:
        accounts += [rule.account for rule in mapping.rules if rule.tax_type is None]
    if mapping.discounts == "full price" and SpecialAccount.DISCOUNTS in mapping.special:
        accounts.append(mapping.special[SpecialAccount.DISCOUNTS])
    return accounts


def _accounts_outside_tax(mapping: Mapping) -> list[str]:
    """The accounts of lines that are always outside tax: gift cards, what they were given for, taxes of their own."""
    special = [mapping.special.get(one) for one in (SpecialAccount.PROMOTIONS, SpecialAccount.MARKETPLACE_TAX)]
    taxes = [account for rule in mapping.taxes.values() for account in rule.accounts.values()]
    return [account for account in (mapping.accounts.get(LineKind.GIFT_CARD), *special, *taxes) if account]


def _class_problems(where: str, rate: TaxRate, chart: _Chart, accounts: Iterable[str]) -> Iterator[str]:
    for named in accounts:
        account = chart.accounts.get(named)
        if account is None or account.type == "BANK":
            continue  # its own field says so already
        if account.account_class not in rate.classes:
            yield (
                f"{where}: Xero does not take {rate.name} on {_called(account)}, an account of class "
                f"{account.account_class.lower()}: choose another tax rate or account."
            )


def _tracking_problems(mapping: Mapping, chart: Chart) -> Iterator[str]:
    options = {category.name: category.options for category in chart.tracking}
    places: list[tuple[str, Tracking]] = [("tracking", mapping.tracking)]
    places += [(f"rules, entry {at}, tracking", rule.tracking) for at, rule in enumerate(mapping.rules, start=1)]
    for where, pairs in places:
        for category, option in pairs:
            if category not in options:
                yield f"{where}: Xero has no active tracking category ‘{category}’: choose another or leave it out."
            elif option not in options[category]:
                yield f"{where}: tracking category ‘{category}’ has no active option ‘{option}’: choose another."


def _currency_problems(
    mapping: Mapping, chart: Chart, currencies: Iterable[str], shop_currency: str | None
) -> Iterator[str]:
    if shop_currency not in (None, chart.base_currency, *chart.currencies):
        yield (
            f"currency: Xero is not subscribed to {shop_currency}, the store's own currency: add the currency in Xero."
        )
    if mapping.currency != "presentment":
        return
    for currency in sorted(set(currencies) - chart.currencies - {chart.base_currency}):
        yield f"currency: Xero is not subscribed to {currency}, in which customers pay: add the currency in Xero."
    if not set(chart.currencies) - {chart.base_currency}:
        yield (
            f"currency: Xero keeps books in {chart.base_currency} alone, so ‘presentment’ cannot be used: add "
            "currencies in Xero, or choose ‘shop’."
        )


def _called(account: Account) -> str:
    return f"{account.code} {account.name}" if account.code else account.name
