"""What a merchant can choose from for each field of a mapping: what `check` has nothing against, and nothing else.

Each account or rate of the chart is put into every field it may be chosen for and checked as a mapping is, so that what
is offered and what may be saved are never two opinions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from embedded_app.accounting.chart import Account, Chart, TaxRate
from embedded_app.accounting.mapping import Mapping, SpecialAccount, TaxKey, TaxRule
from embedded_app.accounting.mapping_check import check
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_accounts import key_of

# Cash rounding has no choice: Xero's own account is used.
ASKED_KINDS = tuple(kind for kind in LineKind if kind is not LineKind.ROUNDING)


def account_choices(
    chart: Chart, gateways: Iterable[str], *, shop_currency: str | None = None
) -> dict[str, tuple[Account, ...]]:
    """The accounts that may be chosen for each field ("accounts.product", "gateways.paypal", "special.discounts").

    shop_currency: as `check` takes it. In the chart's order; an account Xero keeps for itself is never among them.
    """
    gateways = tuple(gateways)
    fields = [
        *(f"accounts.{kind.value}" for kind in ASKED_KINDS),
        *(f"gateways.{gateway}" for gateway in gateways),
        *(f"special.{special.value}" for special in SpecialAccount),
    ]
    choices: dict[str, list[Account]] = {field: [] for field in fields}
    for account in chart.accounts:
        if not account.active or account.system is not None:
            continue
        name = key_of(account)
        everywhere = Mapping(
            version=0,
            contact="",
            accounts=dict.fromkeys(ASKED_KINDS, name),
            gateways=dict.fromkeys(gateways, name),
            taxes={},
            no_tax="",
            special=dict.fromkeys(SpecialAccount, name),
        )
        problems = check(everywhere, chart, shop_currency=shop_currency)
        for field in fields:
            if not _is_named(field, problems):
                choices[field].append(account)
    return {field: tuple(found) for field, found in choices.items()}


def no_tax_choices(chart: Chart, mapping: Mapping) -> tuple[TaxRate, ...]:
    """The rates that lines outside tax may take, given the accounts they stand on in the mapping."""
    return tuple(
        rate
        for rate in chart.tax_rates
        if not _is_named("no_tax", check(replace(mapping, no_tax=rate.tax_type, taxes={}), chart))
    )


def rate_choices(chart: Chart, mapping: Mapping, keys: Sequence[TaxKey]) -> tuple[TaxRate, ...]:
    """The rates that may stand on lines of all these keys: of the key's own percentage, allowed on its accounts."""
    return tuple(
        rate
        for rate in chart.tax_rates
        if _fits(chart, replace(mapping, taxes=dict.fromkeys(keys, TaxRule(tax_type=rate.tax_type))), keys)
    )


def liability_choices(chart: Chart, mapping: Mapping, key: TaxKey) -> tuple[Account, ...]:
    """The accounts on which the taxes of a key can be owed where each has a line of its own."""
    owed = [title for title, _, collected in key.taxes if not collected]
    found = []
    for account in chart.accounts:
        rule = TaxRule(strategy="separate", tax_type=mapping.no_tax, accounts=dict.fromkeys(owed, key_of(account)))
        problems = check(replace(mapping, taxes={key: rule}), chart)
        if account.active and not any(_is_named(f"taxes, ‘{key.text}’, accounts.{title}", problems) for title in owed):
            found.append(account)
    return tuple(found)


def _fits(chart: Chart, mapping: Mapping, keys: Sequence[TaxKey]) -> bool:
    problems = check(mapping, chart)
    return not any(_is_named(f"taxes, ‘{key.text}’", problems) for key in keys)


def _is_named(field: str, problems: Iterable[str]) -> bool:
    return any(problem.startswith(f"{field}: ") for problem in problems)
