"""How each tax a store charged is suggested to be told to Xero, and why: by effective rate, name, country and kind.

A rate of the organisation's own country never stands for another country's tax, however equal the percentages; and a
line without tax may be zero-rated, exempt or out of scope, three different things in a tax return: where the chart does
not tell which, the answer is a sentence and no guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.accounting.mapping import Strategy, TaxKey, percent
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_accounts import called, either, key_of, tax_account
from embedded_app.accounting.suggest_words import (
    EXPORT_WORDS,
    NOT_SALES_RATES,
    SAME_TAX,
    TREATMENTS,
    UNION,
    UNION_WORDS,
    named,
    words_of,
)

# Xero's own types for what is outside tax, the more exact first: BAS Excluded is Australia's.
_OUT_OF_SCOPE = ("BASEXCLUDED", "NONE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a tax key is told to Xero.

    tax_type, strategy: as in a mapping. accounts: (title of the tax, what names its liability account). choice: the
    same for a reader; why: the reason, as the end of a sentence.
    """

    tax_type: str
    choice: str
    why: str
    strategy: Strategy = "rate"
    accounts: tuple[tuple[str, str], ...] = ()

    def entry(self) -> dict[str, Any]:
        """Its fields of a tax entry in a mapping document."""
        fields: dict[str, Any] = {"tax_type": self.tax_type}
        if self.strategy != "rate":
            fields |= {"strategy": self.strategy, "accounts": dict(self.accounts)}
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What tax treatments are chosen in: the chart, and what was chosen from it before.

    no_tax: the rate of lines outside tax. accounts: by kind of line. marketplace: of taxes a marketplace collects.
    None or missing where nothing could be suggested.
    """

    chart: Chart
    no_tax: TaxRate | None
    accounts: ReadOnlyMapping[LineKind, Account]
    marketplace: Account | None = None


def out_of_scope_rate(chart: Chart, classes: Iterable[str]) -> tuple[TaxRate, str] | str:
    """The rate of lines outside tax and why, or what to do; classes: of the accounts such lines stand on."""
    fitting = {
        rate.tax_type: rate
        for rate in chart.tax_rates
        if rate.active and rate.rate == 0 and rate.classes >= frozenset(classes)
    }
    for tax_type in _OUT_OF_SCOPE:
        if tax_type in fitting:
            return fitting[tax_type], "Xero's own for what is outside tax"
    called_so = [rate for rate in fitting.values() if _treatments(rate.name) == {"out of scope"}]
    if len(called_so) == 1:
        return called_so[0], "the only tax rate of 0 % named so"
    if called_so:
        return f"Lines outside tax could take {either(_named(called_so))}: choose one."
    return "No tax rate looks like the one of lines outside tax: create one of 0 % in Xero, then reload."


def treatment(key: TaxKey, around: Surroundings) -> Treatment | str:
    """How a key is told to Xero, or, as the end of a sentence about it, why that is open and what to do."""
    if any(not title.strip() or not 0 <= rate <= 1 for title, rate, _ in key.taxes):
        return "it has no title, or a rate that no tax has: check the tax settings of the store."
    collectors = {collected for _, _, collected in key.taxes}
    if None in collectors:
        return "the store does not say who collects it, so its orders are held: find that out in the store."
    if True in collectors:
        return _on_lines_of_their_own(key, "marketplace", around)
    if key.rate == 0:
        return _without_tax(key, around)
    if (key.country or around.chart.country) == "US":
        return _on_lines_of_their_own(key, "separate", around)
    return _with_tax(key, around)


def _on_lines_of_their_own(key: TaxKey, strategy: Strategy, around: Surroundings) -> Treatment | str:
    no_tax, account = around.no_tax, around.accounts.get(key.kind)
    if no_tax is None:
        return "it waits for the tax rate of lines outside tax: choose that first."
    if not _takes(no_tax, account):
        return f"Xero does not take {no_tax.name} on {_on(account, key)}: choose another account."
    if strategy == "marketplace" and around.marketplace is None:
        return "it waits for the account of taxes a marketplace collects: choose that first."
    accounts, said = {}, []
    for title, rate, collected in key.taxes:
        if collected and around.marketplace is not None:
            said.append(f"{title} {percent(rate)} on {called(around.marketplace)}")
            continue
        found = tax_account(title, around.chart)
        if isinstance(found, str):
            return f"each of its taxes needs a liability account. {found}"
        accounts[title] = key_of(found.account)
        said.append(f"{title} {percent(rate)} on {called(found.account)}")
    why = (
        "for a marketplace collects and remits it"
        if strategy == "marketplace"
        else "for Xero's tax report does not know the sales taxes of the United States"
    )
    return Treatment(
        tax_type=no_tax.tax_type,
        strategy=strategy,
        accounts=tuple(sorted(accounts.items())),
        choice=f"{no_tax.name}, with lines of their own for {' and '.join(said)}",
        why=why,
    )


def _with_tax(key: TaxKey, around: Surroundings) -> Treatment | str:
    at_rate = [
        rate
        for rate in around.chart.tax_rates
        if rate.rate == key.rate and _is_of_sales(rate) and _fits_place(rate, key, around.chart)
    ]
    if not at_rate:
        return _no_rate(key, around.chart)
    account = around.accounts.get(key.kind)
    fitting = [rate for rate in at_rate if _takes(rate, account)]
    if not fitting:
        return f"Xero does not take {either(_named(at_rate))} on {_on(account, key)}: choose another account."
    if not _is_sure_of_place(key, around.chart):
        return f"it could be {either(_named(fitting))} if it was sold at home: choose one."
    best = _closest(fitting, key, account)
    if len(best) > 1:
        return f"it could be {either(_named(best))}, which are all {percent(key.rate)}: choose one."
    why = f"the only tax rate for sales {_place(key, around.chart)} that is {percent(key.rate)}"
    if len(fitting) > 1:
        why = f"of {len(fitting)} tax rates of {percent(key.rate)} the closest by name and to {_on(account, key)}"
    return Treatment(tax_type=best[0].tax_type, choice=best[0].name, why=why)


def _without_tax(key: TaxKey, around: Surroundings) -> Treatment | str:
    account = around.accounts.get(key.kind)
    fitting = [
        rate
        for rate in around.chart.tax_rates
        if rate.rate == 0 and _is_of_sales(rate) and _takes(rate, account) and _fits_place(rate, key, around.chart)
    ]
    if not fitting:
        return f"no tax rate of 0 % goes with {_on(account, key)}: create one in Xero, then reload."
    if len(fitting) == 1:
        return Treatment(tax_type=fitting[0].tax_type, choice=fitting[0].name, why="the only tax rate of 0 % that fits")
    titled = frozenset[str]().union(*(_treatments(title) for title, _, _ in key.taxes))
    by_title = [rate for rate in fitting if titled and _treatments(rate.name) == titled]
    if len(by_title) == 1:
        return Treatment(
            tax_type=by_title[0].tax_type,
            choice=by_title[0].name,
            why="the only tax rate of 0 % named as the store's tax",
        )
    default = next((rate for rate in fitting if account is not None and rate.tax_type == account.tax_type), None)
    # Abroad, an account that is always zero-rated or exempt at home says nothing about exports.
    if default is not None and account is not None and (_is_home(key, around.chart) or default == around.no_tax):
        why = f"what {called(account)} has in Xero by itself"
        return Treatment(tax_type=default.tax_type, choice=default.name, why=why)
    return (
        f"it could be {either(_named(fitting))}, which are all 0 % but stand in different places of a tax return: ask "
        "your accountant and choose one."
    )


def _no_rate(key: TaxKey, chart: Chart) -> str:
    """What to do where no rate has the percentage in this place; a rate of home may be it where tax is charged so."""
    own = [rate for rate in chart.tax_rates if rate.rate == key.rate and _is_of_sales(rate) and not _is_abroad(rate)]
    if not own or _is_home(key, chart):
        where = _place(key, chart)
        return f"no tax rate for sales {where} is {percent(key.rate)}: create one in Xero, then reload."
    return (
        f"if it is the tax of {key.country}, create a tax rate for it in Xero, then reload; if it is your own "
        f"country's, choose {either(_named(own))}."
    )


def _closest(rates: list[TaxRate], key: TaxKey, account: Account | None) -> list[TaxRate]:
    """Those with most words of the taxes' titles; among these, the one the account has by itself."""
    titles = {word for title, _, _ in key.taxes for word in words_of(title) if not word.isdecimal()}
    scores = [len(titles & set(words_of(rate.name))) for rate in rates]
    best = [rate for rate, score in zip(rates, scores, strict=True) if score == max(scores)]
    default = [rate for rate in best if account is not None and rate.tax_type == account.tax_type]
    return default or best


def _is_of_sales(rate: TaxRate) -> bool:
    return rate.active and "REVENUE" in rate.classes and not named(NOT_SALES_RATES, words_of(rate.name))


def _takes(rate: TaxRate, account: Account | None) -> bool:
    return account is None or account.account_class in rate.classes


def _fits_place(rate: TaxRate, key: TaxKey, chart: Chart) -> bool:
    """Whether a rate may be meant for sales to the key's country, as far as its name and percentage tell."""
    countries = _countries(rate.name)
    if countries:
        return key.country in countries
    if not _is_sure_of_place(key, chart):
        return True
    if _is_home(key, chart):
        return not _is_abroad(rate)
    if key.rate != 0:
        return False
    return key.country in UNION or not named(UNION_WORDS, words_of(rate.name))


def _is_abroad(rate: TaxRate) -> bool:
    return bool(_countries(rate.name) or named((*EXPORT_WORDS, *UNION_WORDS), words_of(rate.name)))


@lru_cache(maxsize=1024)  # asked about each rate for each tax key
def _countries(name: str) -> frozenset[str]:
    """The countries a rate's name says it is for: "OSS France 20 %"; a code is in capitals, for "it" is a word."""
    written = set(re.findall(r"\b[A-Z]{2}\b", name))
    words = words_of(name)
    return frozenset(code for code, names in UNION.items() if code in written or named(names, words))


def _is_home(key: TaxKey, chart: Chart) -> bool:
    return key.country is not None and SAME_TAX.get(key.country, key.country) == chart.country


def _is_sure_of_place(key: TaxKey, chart: Chart) -> bool:
    return key.country is not None and chart.country is not None


def _place(key: TaxKey, chart: Chart) -> str:
    return "at home" if key.country is None or _is_home(key, chart) else f"to {key.country}"


def _on(account: Account | None, key: TaxKey) -> str:
    return f"the account of {key.kind.value} lines" if account is None else called(account)


def _treatments(name: str) -> frozenset[str]:
    words = words_of(name)
    return frozenset(one for one, patterns in TREATMENTS.items() if named(patterns, words))


def _named(rates: list[TaxRate]) -> list[str]:
    return [rate.name for rate in rates]
