"""The words of the pages: ours become the merchant's, or the accountant's where money is booked; money and days as in
the merchant's own locale.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from flask import Flask, g
from flask_babel import Babel, format_currency, format_date, lazy_gettext
from flask_babel import gettext as _

from embedded_app.accounting.double_entry import RECEIVABLE, TAX
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.money import plain
from embedded_app.accounting.order import LineKind
from embedded_app.accounting.suggest_accounts import called, gateway_name
from embedded_app.models import Organisation
from embedded_app.recorded import chart

DEFAULT_LOCALE = "en_GB"
RATE = "rate:"

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
    spoken = frozenset(found.parts[-3] for found in translations.glob("*/LC_MESSAGES/messages.mo"))
    app.jinja_env.globals |= {"KINDS": KINDS, "SPECIALS": SPECIALS, "DOCUMENTS": DOCUMENTS, "STATES": STATES}
    app.jinja_env.globals |= {
        "CAUSES": CAUSES,
        "POST_WHEN": POST_WHEN,
        "CLASSES": CLASSES,
        "lang": partial(_language, spoken),
    }
    app.jinja_env.filters |= {"money": money, "day": day, "gateway": gateway_name, "account": called, "quantity": plain}


def money(amount: Decimal, currency: str) -> str:
    """An amount as the merchant writes it: "£1,284.00", "1.284,00 €"."""
    return str(format_currency(amount, currency))


def day(value: date, form: str = "medium") -> str:
    """A day as the merchant writes it: "24 Nov 2026"."""
    return str(format_date(value, form))


def account_names(organisation: Organisation | None) -> dict[str, str]:
    """What each account is called, by what a mapping names it; tax rates by their types, marked as such."""
    names = {RECEIVABLE: _("Accounts receivable"), TAX: _("Tax")}
    if organisation is not None and organisation.chart is not None:
        offered = chart(organisation)
        names |= {f"{RATE}{one.tax_type}": one.name for one in offered.tax_rates}
        for account in offered.accounts:
            names |= dict.fromkeys([key for key in (account.code, account.id) if key], called(account))
    return names


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
