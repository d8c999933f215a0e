"""Suggests a mapping: from an organisation's chart and a store's last orders, a proposal with a reason for each line.

Nothing is suggested that the orders do not show, nothing that Xero would refuse, and nothing that is a guess: what the
chart does not tell is said in a sentence with what to do. Which accounts and tax rates come into question is decided in
suggest_accounts.py and suggest_taxes.py, by the words in suggest_words.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.mapping import (
    LIABILITY_GATEWAYS,
    UNTAXED_KINDS,
    SpecialAccount,
    TaxesOfKey,
    TaxKey,
    percent,
    tax_key,
)
from embedded_app.accounting.money import plain
from embedded_app.accounting.order import LineKind, Order, SaleLine
from embedded_app.accounting.suggest_accounts import (
    Found,
    account_for,
    accounts_named_alike,
    called,
    capital,
    clearing_account,
    default_rate,
    gateway_name,
    key_of,
)
from embedded_app.accounting.suggest_taxes import Surroundings, Treatment, out_of_scope_rate, treatment
from embedded_app.accounting.suggest_words import KINDS, SPECIALS, STORE_CREDIT, Purpose, words_of
from embedded_app.accounting.tenders import net_tenders


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one line of the proposal is as it is.

    field: the line, named as parse_mapping and check name it ("accounts.product", "taxes, entry 1"). choice: what was
    chosen, as Xero calls it. why: a sentence: "Sales of goods: 200 Sales, the only revenue account named so."
    """

    field: str
    choice: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A proposed mapping.

    document: as parse_mapping reads it; no_tax is left out where none could be told. reasons: one for each line of it.
    open: sentences for what nobody can suggest, each with what to do.
    """

    document: dict[str, Any]
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]


def suggest(chart: Chart, orders: Sequence[Order], *, contact: str) -> Suggestion:
    """The mapping a chart and a store's last orders suggest.

    contact: ContactID of whom retail documents are to be made out to. Test orders are not looked at. Accounts are named
    by their codes, or by their ids where they have none.
    """
    shown = _shown(order for order in orders if not order.test)
    proposal = _Proposal(chart=chart)
    for kind in shown.kinds:
        proposal.add_kind(kind, shown.keys)
    for gateway in shown.gateways:
        proposal.add_gateway(gateway, next((order.currency for order in orders), None))
    for special in shown.specials:
        proposal.add_special(special, is_needed=special in shown.needed)
    proposal.add_taxes(shown.keys)
    document = {"contact": contact, "accounts": {}, "gateways": {}, "taxes": [], **proposal.document}
    return Suggestion(
        document=document, reasons=tuple(proposal.reasons), open=tuple(dict.fromkeys(proposal.open_questions))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What orders show: kinds of lines, gateways, how often each tax key, and the special accounts that go with it.

    needed: those of the special accounts without which some of the orders cannot be posted.
    """

    kinds: tuple[LineKind, ...]
    gateways: tuple[str, ...]
    keys: Counter[TaxKey]
    specials: tuple[SpecialAccount, ...]
    needed: frozenset[SpecialAccount]


def _shown(orders: Iterable[Order]) -> _Shown:
    kinds: set[LineKind] = set()
    gateways: set[str] = set()
    keys: Counter[TaxKey] = Counter()
    specials: set[SpecialAccount] = set()
    needed: set[SpecialAccount] = set()
    for order in orders:
        gateways.update(tender.gateway for tender in net_tenders(order)[0])
        if order.presented is not None:
            specials.add(SpecialAccount.CURRENCY_GAINS)
        for line in (line for agreement in order.agreements for line in agreement.lines):
            if line.discount:
                specials.add(SpecialAccount.DISCOUNTS)
            if not (line.gross or line.tax or line.face_value):
                continue  # nothing of it is posted
            kinds.add(line.kind)
            needed.update(_needed(line))
            if line.kind not in UNTAXED_KINDS:
                keys[tax_key(order, line)] += 1
    if LineKind.GIFT_CARD in kinds or any(_is_liability(gateway) for gateway in gateways):
        specials |= {SpecialAccount.PROMOTIONS, SpecialAccount.BREAKAGE}
    return _Shown(
        kinds=tuple(kind for kind in LineKind if kind in kinds and kind in KINDS),
        gateways=tuple(sorted(gateways)),
        keys=keys,
        specials=tuple(special for special in SpecialAccount if special in specials | needed),
        needed=frozenset(needed),
    )


def _needed(line: SaleLine) -> Iterable[SpecialAccount]:
    """The special accounts a line cannot do without: gift cards not sold at face value, a marketplace's taxes."""
    if line.kind is LineKind.GIFT_CARD:
        if line.face_value is not None and line.face_value != line.gross:
            yield SpecialAccount.PROMOTIONS
    elif any(tax.marketplace for tax in line.taxes):
        yield SpecialAccount.MARKETPLACE_TAX


@dataclass(slots=True, kw_only=True)
class _Proposal:
    """A suggestion while it is made: each `add_…` adds a line and its reason, or an open question."""

    chart: Chart
    document: dict[str, Any] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    open_questions: list[str] = field(default_factory=list)
    kinds: dict[LineKind, Account] = field(default_factory=dict)
    specials: dict[SpecialAccount, Account] = field(default_factory=dict)

    def add_kind(self, kind: LineKind, keys: Counter[TaxKey]) -> None:
        rates: Counter[Decimal] = Counter()
        for key, times in keys.items():
            if key.kind is kind:
                rates[key.rate] += times
        usual = max(rates, key=lambda rate: (rates[rate], rate), default=None)
        found = account_for(KINDS[kind], self.chart, usual)
        if self._add_account("accounts", kind.value, KINDS[kind].label, found) and isinstance(found, Found):
            self.kinds[kind] = found.account
            self._ask_about_others(kind, found.account, rates)

    def add_gateway(self, gateway: str, currency: str | None) -> None:
        """Suggest a gateway's account: one in the store's currency."""
        if _is_liability(gateway):
            purpose = _liability_of(gateway)
            self._add_account("gateways", gateway, f"payments with {purpose.label}", account_for(purpose, self.chart))
        else:
            label = f"payments by {gateway_name(gateway)}"
            self._add_account("gateways", gateway, label, clearing_account(gateway, self.chart, currency=currency))

    def add_special(self, special: SpecialAccount, *, is_needed: bool) -> None:
        """Suggest a special account; one that no order needs is no question where none can be told."""
        purpose = SPECIALS[special]
        found = account_for(purpose, self.chart)
        if isinstance(found, Found):
            self.specials[special] = found.account
        elif not is_needed:
            return
        self._add_account("special", special.value, purpose.label, found)

    def add_taxes(self, keys: Counter[TaxKey]) -> None:
        outside = [self.kinds.get(LineKind.GIFT_CARD), *(self.specials.get(one) for one in _OUTSIDE_TAX)]
        classes = {"LIABILITY", *(account.account_class for account in outside if account is not None)}
        found = out_of_scope_rate(self.chart, classes)
        no_tax = None
        if isinstance(found, str):
            self.open_questions.append(found)
        else:
            no_tax, why = found
            self.document["no_tax"] = no_tax.tax_type
            self._reason("no_tax", no_tax.name, "lines outside tax", why)
        around = Surroundings(
            chart=self.chart,
            no_tax=no_tax,
            accounts=self.kinds,
            marketplace=self.specials.get(SpecialAccount.MARKETPLACE_TAX),
        )
        for taxes, countries, kinds, chosen in _grouped((key, treatment(key, around)) for key in keys):
            self._add_tax(taxes, countries, kinds, chosen)

    def _add_tax(
        self,
        taxes: TaxesOfKey,
        countries: tuple[str | None, ...],
        kinds: tuple[LineKind, ...],
        chosen: Treatment | str,
    ) -> None:
        subject = _tax_text(taxes, countries, kinds)
        if isinstance(chosen, str):
            self.open_questions.append(f"{subject}: {chosen}")
            return
        entries = self.document.setdefault("taxes", [])
        entries.append(
            {
                "taxes": [
                    {"title": title, "rate": plain(rate)} | ({"marketplace": True} if collected else {})
                    for title, rate, collected in taxes
                ],
                "countries": list(countries),
                "kinds": [kind.value for kind in kinds],
                **chosen.entry(),
            }
        )
        self._reason(f"taxes, entry {len(entries)}", chosen.choice, subject, chosen.why)

    def _add_account(self, part: str, name: str, label: str, found: Found | str) -> bool:
        if isinstance(found, str):
            self.open_questions.append(found)
            return False
        self.document.setdefault(part, {})[name] = key_of(found.account)
        self._reason(f"{part}.{name}", called(found.account), label, found.why)
        return True

    def _ask_about_others(self, kind: LineKind, chosen: Account, rates: Counter[Decimal]) -> None:
        """Say where another account, named alike, has the tax rate of some of the lines: only a rule can part them."""
        for other in accounts_named_alike(KINDS[kind], self.chart):
            rate = default_rate(other, self.chart)
            if other != chosen and rate is not None and rate in rates and rate != default_rate(chosen, self.chart):
                self.open_questions.append(
                    f"{capital(KINDS[kind].label)} with {percent(rate)} may belong on {called(other)}: if so, add a "
                    "product rule for them."
                )

    def _reason(self, where: str, choice: str, subject: str, why: str) -> None:
        self.reasons.append(Reason(field=where, choice=choice, why=f"{capital(subject)}: {choice}, {why}."))


# Special accounts whose lines are always outside tax.
_OUTSIDE_TAX = (SpecialAccount.PROMOTIONS, SpecialAccount.MARKETPLACE_TAX)


def _grouped(
    chosen: Iterable[tuple[TaxKey, Treatment | str]],
) -> list[tuple[TaxesOfKey, tuple[str | None, ...], tuple[LineKind, ...], Treatment | str]]:
    """Keys treated alike together, such that each country goes with each kind: taxes, countries, kinds, treatment."""
    kinds: dict[tuple[TaxesOfKey, Treatment | str, str | None], set[LineKind]] = defaultdict(set)
    for key, one in chosen:
        kinds[key.taxes, one, key.country].add(key.kind)
    countries: dict[tuple[TaxesOfKey, Treatment | str, tuple[LineKind, ...]], list[str | None]] = defaultdict(list)
    for (taxes, one, country), found in kinds.items():
        countries[taxes, one, tuple(kind for kind in LineKind if kind in found)].append(country)
    groups = [
        (taxes, tuple(sorted(found, key=lambda country: country or "")), alike, one)
        for (taxes, one, alike), found in countries.items()
    ]
    return sorted(groups, key=lambda group: _tax_text(*group[:3]))


def _tax_text(taxes: TaxesOfKey, countries: tuple[str | None, ...], kinds: tuple[LineKind, ...]) -> str:
    """Keys as a merchant reads them: "‘VAT 20 %’ on product, shipping to GB"."""
    titles = " + ".join(f"{title} {percent(rate)}" for title, rate, _ in taxes) or "no tax"
    places = ", ".join(country or "an unknown destination" for country in countries)
    return f"‘{titles}’ on {', '.join(kind.value for kind in kinds)} to {places}"


def _is_liability(gateway: str) -> bool:
    return gateway.casefold() in LIABILITY_GATEWAYS


def _liability_of(gateway: str) -> Purpose:
    return KINDS[LineKind.GIFT_CARD] if "gift" in words_of(gateway) else STORE_CREDIT
