"""Which account of a chart is suggested for a purpose, a gateway or a tax, and why: by type and by name.

Only active, ordinary accounts of the right type come into question (see mapping_check.py). Where two serve equally, or
none does, the answer is a sentence that says what to do, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.mapping import percent
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_words import (
    CLEARING,
    CLEARING_GENERIC,
    GATEWAYS,
    GENERIC,
    INCOME,
    KINDS,
    NOT_CLEARING,
    NOT_TRADING,
    SPECIALS,
    STORE_CREDIT,
    TAX_GENERIC,
    TAX_WORDS,
    Purpose,
    named,
    words_of,
)

_GOODS = KINDS[LineKind.PRODUCT]  # its words stand in many names ("Sales adjustments") that are not its own
_PURPOSES = (*KINDS.values(), *SPECIALS.values(), STORE_CREDIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An account and why it is the one, as the end of a sentence: "the only revenue account named so"."""

    account: Account
    why: str


def account_for(purpose: Purpose, chart: Chart, usual_rate: Decimal | None = None) -> Found | str:
    """The account for a purpose, or what to do where none can be told.

    usual_rate: what most lines of the kind are taxed with, as a fraction; it decides between accounts named alike that
    have different tax rates in Xero ("Erlöse 19 %", "Erlöse 7 %").
    """
    serving = [account for account in chart.accounts if _is_ordinary(account) and account.type in purpose.types]
    usable = [account for account in serving if account.takes_payments or not purpose.liability]
    for best, said in _by_name(purpose, usable):
        if len(best) == 1:
            return Found(account=best[0], why=f"the organisation's only {_type_words(purpose)} {said}")
        usual = [one for one in best if usual_rate is not None and default_rate(one, chart) == usual_rate]
        if len(usual) == 1 and usual_rate is not None:
            why = f"of {len(best)} accounts {said} the one with {percent(usual_rate)} in Xero, what most was sold with"
            return Found(account=usual[0], why=why)
        return f"{capital(purpose.label)} could go to {either(called(one) for one in best)}: choose one."
    if purpose is _GOODS:
        plain = [one for one in usable if not _is_strange(purpose, words_of(one.name), frozenset())]
        if len(plain) == 1:
            return Found(account=plain[0], why="the organisation's only ordinary revenue account")
    return _no_account(purpose, serving)


def accounts_named_alike(purpose: Purpose, chart: Chart) -> list[Account]:
    """The accounts that serve a purpose equally well by name: one, where its choice needs no other reason."""
    serving = [account for account in chart.accounts if _is_ordinary(account) and account.type in purpose.types]
    return next((best for best, _ in _by_name(purpose, serving)), [])


def clearing_account(gateway: str, chart: Chart, *, currency: str | None = None) -> Found | str:
    """The account a gateway's money stands on until it is paid out, or what to do where none can be told.

    currency: the store's, in which the account must be kept; None for the organisation's base currency.

    Everything an account's name says beside words such as "clearing" must be the gateway's: "Shopify Balance" is where
    a shop banks, not where its card payments wait. Bank accounts go before others that take payments.
    """
    wanted = currency or chart.base_currency
    fitting = [account for account in chart.accounts if _is_of_gateway(account, gateway, wanted)]
    here = [account for account in fitting if (account.currency or chart.base_currency) == wanted]
    for kind, best in (
        ("BANK account", [one for one in here if one.type == "BANK"]),
        ("account that takes payments", [one for one in here if one.type != "BANK" and one.takes_payments]),
    ):
        closest = _closest(best, gateway)
        if len(closest) == 1:
            return Found(account=closest[0], why=f"the {kind} whose name is closest to the gateway's")
        if closest:
            return f"Money paid by {gateway_name(gateway)} could wait on {either(map(called, closest))}: choose one."
    kept_in = [(account, account.currency or chart.base_currency) for account in fitting]
    return _no_clearing_account(gateway_name(gateway), kept_in, wanted)


def tax_account(title: str, chart: Chart) -> Found | str:
    """The ordinary current liability on which a tax is owed, or what to do where none can be told.

    Everything an account's name says beside words such as "tax" and "payable" must stand in the tax's title, so that
    neither "Payroll taxes" nor another county's tax is taken for it; the name that says most is closest.
    """
    wanted = set(words_of(title))
    fitting = [
        (len(telling), account)
        for account in chart.accounts
        if _is_ordinary(account) and account.type == "CURRLIAB"
        for words in [words_of(account.name)]
        for telling in [set(words) - TAX_GENERIC]
        if named(TAX_WORDS, words) and telling <= wanted
    ]
    most = max((said for said, _ in fitting), default=0)
    closest = [account for said, account in fitting if said == most]
    if len(closest) == 1:
        return Found(account=closest[0], why="the current liability whose name is closest to the tax's")
    if closest:
        return f"‘{title}’ could be owed on {either(map(called, closest))}: choose one."
    return (
        f"No current liability looks like the one ‘{title}’ is owed on: create one in Xero, for example ‘{title} "
        "payable’, then reload."
    )


def called(account: Account) -> str:
    """An account as Xero shows it: code and name."""
    return f"{account.code} {account.name}" if account.code else account.name


def key_of(account: Account) -> str:
    """What names an account in a mapping: its code, or its id where it has none."""
    return account.code or account.id


def default_rate(account: Account, chart: Chart) -> Decimal | None:
    """The tax rate Xero puts on an account's lines by itself, as a fraction."""
    return next((rate.rate for rate in chart.tax_rates if rate.tax_type == account.tax_type), None)


def gateway_name(gateway: str) -> str:
    """A gateway as a person writes it: "shopify_payments" is "Shopify Payments"; one with capitals stays."""
    if gateway != gateway.casefold():
        return gateway
    return gateway.replace("_", " ").title().replace("Paypal", "PayPal")


def either(names: Iterable[str]) -> str:
    """Names as alternatives in a sentence: "a, b or c"."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _is_ordinary(account: Account) -> bool:
    return account.active and account.system is None and account.type != "BANK"


def _by_name(purpose: Purpose, accounts: list[Account]) -> Iterator[tuple[list[Account], str]]:
    """Accounts whose names fit a purpose, best group first, and how they are named.

    In each tier those that say nothing else come before those that say more.
    """
    for position, tier in enumerate(purpose.names):
        exact: list[Account] = []
        longer: list[Account] = []
        for account in accounts:
            words = words_of(account.name)
            mine = named(tier, words)
            if not mine or _is_strange(purpose, words, mine):
                continue
            rest = {word for at, word in enumerate(words) if at not in mine and not word.isdecimal()}
            (exact if rest <= GENERIC else longer).append(account)
        if exact:
            yield exact, "named so" if position == 0 else "whose name comes close"
        if longer:
            yield longer, "whose name comes close"


def _is_strange(purpose: Purpose, words: tuple[str, ...], mine: frozenset[int]) -> bool:
    """Whether a name says, beside its own words at these positions, that the account is for something else."""
    others = [one.names[0] for one in _PURPOSES if one not in (purpose, _GOODS)]
    return any(named(patterns, words) - mine for patterns in (*others, NOT_TRADING, purpose.avoid))


def _no_account(purpose: Purpose, serving: list[Account]) -> str:
    for best, _ in _by_name(purpose, serving):
        return (
            f"{called(best[0])} could hold {purpose.label}, but takes no payments: switch on ‘Enable payments to this "
            "account’ in Xero, then reload."
        )
    kind = "a current liability that takes payments" if purpose.liability else "one"
    return (
        f"No account looks like one for {purpose.label}: create {kind} in Xero, for example ‘{purpose.example}’, then "
        "reload."
    )


def _no_clearing_account(name: str, fitting: list[tuple[Account, str]], wanted: str) -> str:
    """fitting: accounts named after the gateway, each with the currency it is kept in."""
    foreign = next(((one, kept_in) for one, kept_in in fitting if kept_in != wanted), None)
    closed = next((one for one, _ in fitting if one.type != "BANK" and not one.takes_payments), None)
    if closed is not None:
        return (
            f"{called(closed)} looks like a clearing account for {name}, but takes no payments: switch on ‘Enable "
            "payments to this account’ in Xero, then reload."
        )
    if foreign is not None:
        return (
            f"{called(foreign[0])} looks like a clearing account for {name}, but is kept in {foreign[1]}: create one "
            f"in {wanted} in Xero, then reload."
        )
    return (
        f"No BANK account looks like a clearing account for {name}: create one in Xero, for example ‘{name} clearing’, "
        "then reload."
    )


def _type_words(purpose: Purpose) -> str:
    if purpose.liability:
        return "current liability that takes payments"
    return "revenue account" if purpose.types <= INCOME else "account"


def _gateway_words(gateway: str) -> tuple[set[str], set[str]]:
    """The words an account of a gateway may have, and those of which it needs one: its first that tells anything."""
    words = words_of(gateway)
    for patterns, more, needed in GATEWAYS:
        rest = {word for at, word in enumerate(words) if at not in named(patterns, words)}
        if named(patterns, words) and rest <= CLEARING_GENERIC:
            return {*words, *more, *needed}, set(needed)
    first = next((word for word in words if word not in CLEARING_GENERIC), None)
    joined = {pair for pair in _joined(words) if first is not None and first in pair}
    return {*words, *joined}, joined if first is None else {first, *joined}


def _joined(words: tuple[str, ...]) -> set[str]:
    """Neighbours written as one word: "Pay Pal" is PayPal."""
    return {one + other for one, other in zip(words, words[1:], strict=False)}


def _is_of_gateway(account: Account, gateway: str, currency: str) -> bool:
    """Whether an active, ordinary account of money or debt is named after a gateway and after nothing else."""
    if not account.active or account.system is not None or account.account_class not in ("ASSET", "LIABILITY"):
        return False
    words = words_of(account.name)
    if named(NOT_CLEARING, words) and not set(words) & CLEARING:
        return False
    may, needed = _gateway_words(gateway)
    said = set(words) - CLEARING_GENERIC - {currency.casefold()}
    joined = _joined(words) & needed
    return bool((said | joined) & needed) and all(word in may or any(word in pair for pair in joined) for word in said)


def _closest(accounts: list[Account], gateway: str) -> list[Account]:
    """Those with most of the gateway's words; among these, those called clearing accounts."""
    may, _ = _gateway_words(gateway)
    scores = [
        (len((set(words) | _joined(words)) & may), bool(set(words) & CLEARING))
        for words in (words_of(one.name) for one in accounts)
    ]
    return [account for account, score in zip(accounts, scores, strict=True) if score == max(scores)]
