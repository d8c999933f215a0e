"""The words of the pages: ours become the merchant's, or the accountant's where money is booked; money and days as in
the merchant's own locale.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.numbers import NumberFormatError, parse_decimal
from babel.support import Translations
from flask import Flask, g
from flask_babel import Babel, format_decimal, get_locale, get_translations, lazy_gettext
from flask_babel import gettext as _
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from embedded_app.accounting.double_entry import RECEIVABLE, TAX
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.money import plain
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_accounts import called, gateway_name
from embedded_app.models import AlertKind, Organisation
from embedded_app.recorded import chart
from embedded_app.web import written

DEFAULT_LOCALE = "en_GB"
RATE = "rate:"
_PLAIN_AMOUNT = re.compile(r"-?[0-9]+([.,][0-9]{1,2})?")

KINDS = {
    LineKind.PRODUCT: lazy_gettext("Products"),
    LineKind.SHIPPING: lazy_gettext("Shipping"),
    LineKind.TIP: lazy_gettext("Tips"),
    LineKind.GIFT_CARD: lazy_gettext("Gift cards sold"),
    LineKind.DUTY: lazy_gettext("Duties"),
    LineKind.FEE: lazy_gettext("Return fees"),
    LineKind.ADDITIONAL_FEE: lazy_gettext("Additional fees"),
    LineKind.ADJUSTMENT: lazy_gettext("Refunds without items"),
}
SPECIALS = {
    SpecialAccount.DISCOUNTS: lazy_gettext("Discounts"),
    SpecialAccount.PROMOTIONS: lazy_gettext("Gift cards given away"),
    SpecialAccount.BREAKAGE: lazy_gettext("Gift cards that expired"),
    SpecialAccount.CURRENCY_GAINS: lazy_gettext("Currency gains and losses"),
    SpecialAccount.BEFORE_START: lazy_gettext("Money of orders placed before the start date"),
    SpecialAccount.MARKETPLACE_TAX: lazy_gettext("Taxes a marketplace collects"),
    SpecialAccount.OPENING_DIFFERENCES: lazy_gettext("Opening balances, other side"),
}
CLASSES = {
    "REVENUE": lazy_gettext("Revenue"),
    "EXPENSE": lazy_gettext("Expenses"),
    "ASSET": lazy_gettext("Assets"),
    "LIABILITY": lazy_gettext("Liabilities"),
    "EQUITY": lazy_gettext("Equity"),
}
POST_WHEN = {
    "placed": lazy_gettext("When it is placed"),
    "paid": lazy_gettext("When it is paid"),
    "fulfilled": lazy_gettext("When all of it is fulfilled"),
}
DOCUMENTS = {
    "invoice": lazy_gettext("Invoices"),
    "credit note": lazy_gettext("Credit notes"),
    "void": lazy_gettext("Invoices voided"),
    "overpayment": lazy_gettext("Overpayments"),
    "spend money": lazy_gettext("Spend money"),
    "receive money": lazy_gettext("Receive money"),
    "journal": lazy_gettext("Manual journals"),
    "payment": lazy_gettext("Payments received"),
    "refund": lazy_gettext("Refunds paid back"),
    "allocation": lazy_gettext("Credit put against invoices"),
    "allocation removal": lazy_gettext("Credit taken back from invoices"),
}
STATES = {
    "recorded": lazy_gettext("on its way to Xero"),
    "posted": lazy_gettext("in Xero"),
    "differs": lazy_gettext("in Xero, with another total"),
    "voided": lazy_gettext("voided in Xero"),
}
# What became of an order, by pipeline/activity_filters.State.
OUTCOMES = {
    "held": lazy_gettext("Needs you"),
    "on the way": lazy_gettext("On its way to Xero"),
    "posted": lazy_gettext("In Xero"),
    "waiting": lazy_gettext("Not paid or fulfilled yet"),
    "nothing": lazy_gettext("Nothing to post"),
    "left out": lazy_gettext("Left out by you"),
    "unread": lazy_gettext("Still to be read"),
}
# What a delivery of the store, or one of our own, told of.
TOPICS = {
    "orders/create": lazy_gettext("The store: order placed"),
    "orders/updated": lazy_gettext("The store: order changed"),
    "orders/edited": lazy_gettext("The store: order edited"),
    "orders/cancelled": lazy_gettext("The store: order cancelled"),
    "orders/delete": lazy_gettext("The store: order deleted"),
    "refunds/create": lazy_gettext("The store: refund made"),
    "order_transactions/create": lazy_gettext("The store: payment made"),
    "retry": lazy_gettext("Tried again by a person"),
    "read again": lazy_gettext("Read again for a person"),
    "taken back": lazy_gettext("No longer left out"),
    "switched on": lazy_gettext("Posting was switched on"),
    "catch-up": lazy_gettext("Found by the catch-up"),
    "look-back": lazy_gettext("Found by the nightly look back"),
    "import": lazy_gettext("Import"),
    "setup": lazy_gettext("Read for Setup"),
}
STEP_NAMES = {
    "connect": lazy_gettext("Connect Xero"),
    "posting": lazy_gettext("How to post"),
    "accounts": lazy_gettext("Accounts"),
    "taxes": lazy_gettext("Taxes"),
    "gateways": lazy_gettext("Payment gateways"),
    "start": lazy_gettext("Start date"),
    "opening": lazy_gettext("Opening balances"),
    "preview": lazy_gettext("Preview"),
    "on": lazy_gettext("Switch on"),
}
CAUSES = {
    "unmapped account": lazy_gettext("No account chosen yet"),
    "unmapped tax": lazy_gettext("Taxes without a tax rate in Xero"),
    "unmapped gateway": lazy_gettext("Payment gateways without an account"),
    "no start date": lazy_gettext("No start date yet"),
    "placed before start date": lazy_gettext("Money of orders placed before the start date"),
    "closed period": lazy_gettext("In a period that is closed in Xero"),
    "store access": lazy_gettext("The store cannot be read"),
    "customer without a name": lazy_gettext("Customers without a name"),
    "deleted": lazy_gettext("Orders deleted in the store"),
    "denied": lazy_gettext("Orders the store does not show"),
    "failed": lazy_gettext("Set aside after several tries"),
    "cash rounding": lazy_gettext("Cash rounding that does not add up"),
    "opening balance": lazy_gettext("Opening balances"),
    "gift card changed": lazy_gettext("Gift cards that changed afterwards"),
}
# The mails that a merchant may choose: what each is called, and when it comes.
ALERTS = {
    AlertKind.HELD: {
        "name": lazy_gettext("Something needs me"),
        "when": lazy_gettext("when something needs me before it can be in Xero, once for each cause"),
    },
    AlertKind.STOPPED: {
        "name": lazy_gettext("Store or Xero is disconnected"),
        "when": lazy_gettext("when the store or Xero no longer lets Crossfoot in"),
    },
    AlertKind.BACKLOG: {
        "name": lazy_gettext("Nothing was posted for an hour"),
        "when": lazy_gettext("when sales wait and nothing was posted for an hour"),
    },
    AlertKind.DIGEST: {
        "name": lazy_gettext("Yesterday's figures"),
        "when": lazy_gettext("every morning: yesterday's sales in the store and in Xero, and what is held or waits"),
    },
}
# Where the merchant mends what is held by a cause: a step of Setup.
MENDED_IN = {
    "unmapped account": "accounts",
    "unmapped tax": "taxes",
    "unmapped gateway": "gateways",
    "no start date": "start",
    "placed before start date": "start",
}


def init_words(app: Flask, translations: Path) -> None:
    """Speak the merchant's language, if it is in `translations`, and write money and days as they do, in all pages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    Babel(app, default_locale=DEFAULT_LOCALE, locale_selector=_locale)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals |= {"_": _said, "gettext": _said, "ngettext": _said_of}
    spoken = frozenset(found.parts[-3] for found in translations.glob("*/LC_MESSAGES/messages.mo"))
    app.jinja_env.globals |= {"KINDS": KINDS, "SPECIALS": SPECIALS, "DOCUMENTS": DOCUMENTS, "STATES": STATES}
    app.jinja_env.globals |= {
        "ALERTS": ALERTS,
        "CAUSES": CAUSES,
        "POST_WHEN": POST_WHEN,
        "CLASSES": CLASSES,
        "lang": partial(_language, spoken),
    }
    app.jinja_env.filters |= {"money": money, "day": day, "moment": moment, "quantity": plain}
    app.jinja_env.filters |= {"gateway": gateway_name, "account": called, "number": format_decimal, "amount": amount}


def money(amount: Decimal, currency: str) -> str:
    """An amount as the merchant writes it: "£1,284.00", "1.284,00 €"."""
    return written.money(amount, currency, _in_force())


def amount(told: str | Decimal) -> str:
    """An amount as the merchant types it into a field: "120.50", "120,50"."""
    return str(format_decimal(Decimal(told), format="0.00######"))


def amount_told(text: str) -> Decimal | None:
    """What a merchant typed, with their own signs for thousands and decimals, or a plain point; None for no amount.

    A point or comma with one or two digits behind it is taken for the decimal sign wherever the merchant is, for no
    language groups so.
    """
    told = "".join(text.split())
    if _PLAIN_AMOUNT.fullmatch(told):
        return Decimal(told.replace(",", "."))
    try:
        found = parse_decimal(told, locale=get_locale(), strict=True)
    except NumberFormatError:
        return None
    return found if found.is_finite() else None


def day_told(text: str) -> date | None:
    """The day a merchant chose, as browsers send it; None for anything else.

    Not left to an exception: its text has what was typed in it, and goes to the log where something else fails then.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day(value: date, form: str = "medium") -> str:
    """A day as the merchant writes it: "24 Nov 2026"."""
    return written.day(value, form, _in_force())


def moment(value: datetime, form: str = "medium") -> str:
    """A moment as the merchant writes it, by the clock it is given in: "24 Nov 2026, 09:12"."""
    return f"{day(value.date(), form)}, {value:%H:%M}"


def account_names(organisation: Organisation | None) -> dict[str, str]:
    """What each account is called, by what a mapping names it; tax rates by their types, marked as such."""
    names = {RECEIVABLE: _("Accounts receivable"), TAX: _("Tax")}
    if organisation is not None and organisation.chart is not None:
        offered = chart(organisation)
        names |= {f"{RATE}{one.tax_type}": one.name for one in offered.tax_rates}
        for account in offered.accounts:
            names |= dict.fromkeys([key for key in (account.code, account.id) if key], called(account))
    return names


@pass_eval_context
def _said(page: EvalContext, sentence: str, /, **told: object) -> str:
    """A sentence of a page in the language in force; what is told in it is escaped, as in Jinja's own gettext."""
    return _filled(page, _translations().ugettext(sentence), told)


@pass_eval_context
def _said_of(page: EvalContext, one: str, many: str, count: int, /, **told: object) -> str:
    """The same of so many."""
    return _filled(page, _translations().ungettext(one, many, count), {"num": count, **told})


def _filled(page: EvalContext, sentence: str, told: dict[str, object]) -> str:
    text = Markup(sentence) if page.autoescape else sentence
    return text % told if told or "%" in text else text


def _translations() -> Translations:
    """Those of the language in force, found once for all sentences of a page, which has up to two hundred."""
    found: Translations | None = g.get("translations")
    if found is None:
        found = g.translations = get_translations()
    return found


def _in_force() -> Locale:
    """The merchant's locale, found once for all amounts and days of a page."""
    found: Locale | None = g.get("locale")
    if found is None:
        found = g.locale = get_locale()
    return found


def _locale() -> str:
    found = getattr(g.get("merchant"), "locale", None) or DEFAULT_LOCALE
    try:
        parsed = Locale.parse(found.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return DEFAULT_LOCALE
    return DEFAULT_LOCALE if str(parsed) == "en" else str(parsed)


def _language(spoken: frozenset[str]) -> str:
    """Of the page's sentences, whatever the money and the days are written in: English where nobody translated."""
    language = Locale.parse(_locale()).language
    return language if language in spoken else "en"
