"""What frees the held: for each cause one sentence and one action, in one table.

The mapping mends much of it, at the very field; Xero or the store the rest, and then a retry is the action.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from embedded_app.web.mapping_links import field_url
from embedded_app.web.words import MENDED_IN

# Causes of which each subject (one tax, one account, one gateway) is mended on its own.
BY_SUBJECT = (
    "unmapped account",
    "unmapped tax",
    "inactive tax type",
    "tax rate differs",
    "marketplace tax",
    "unmapped gateway",
    "not a bank account",
)
SENTENCES = {
    "unmapped account": lazy_gettext("Choose the account once, and everything held for it goes on."),
    "unmapped tax": lazy_gettext("Choose the tax rate once, and everything held for it goes on."),
    "unmapped gateway": lazy_gettext("Choose the account once, and everything held for it goes on."),
    "inactive tax type": lazy_gettext("Choose a tax rate that Xero still has, or make it active again in Xero."),
    "tax rate differs": lazy_gettext("Choose a tax rate of the same percentage as the store's."),
    "tax differs": lazy_gettext("Xero would compute another tax than the store charged. Choose another tax rate."),
    "marketplace tax": lazy_gettext("Say in the mapping who pays this tax on."),
    "not a bank account": lazy_gettext("Choose an account of the type Bank."),
    "account currency": lazy_gettext("Choose an account in the currency of the money, then try again."),
    "foreign currency": lazy_gettext("Add the currency in Xero, then try again."),
    "no rounding account": lazy_gettext("Xero's rounding account is missing; make it active there, then try again."),
    "no start date": lazy_gettext("Choose the first day whose orders are posted."),
    "placed before start date": lazy_gettext(
        "Enter this money on the old invoice in Xero and leave the orders out, or choose an account for it."
    ),
    "closed period": lazy_gettext("Move the lock date back in Xero and try again, or leave the orders out."),
    "locked allocation": lazy_gettext("Move the lock date back in Xero and try again, or enter it there by hand."),
    "no customer": lazy_gettext("Grant access to customers in the store, then try again; or share one contact."),
    "customer without a name": lazy_gettext("Give the customer a name in the store, then try again."),
    "store access": lazy_gettext("Let Crossfoot read the store again, then try again."),
    "query refused": lazy_gettext("The store refused the question. Try again; if it stays, ask for support."),
    "denied": lazy_gettext("Grant access to these orders in the store, then try again."),
    "deleted": lazy_gettext("The store no longer has these orders. Check them in Xero, then leave them out."),
    "failed": lazy_gettext("Try again; if it is held again, ask for support and name the order."),
    "store totals disagree": lazy_gettext("The store contradicts itself. Try again later, or enter the order by hand."),
    "changed past agreement": lazy_gettext("The store changed what was booked. Correct it in Xero, then leave it out."),
    "changed tender": lazy_gettext("The store changed what was booked. Correct it in Xero, then leave it out."),
    "opening balance": lazy_gettext("Correct the opening balances, then try again."),
    "not connected": lazy_gettext("Connect Xero; the orders wait for it and go on by themselves."),
    "no mapping": lazy_gettext("Finish Setup; the orders wait for it and go on by themselves."),
    "not switched on": lazy_gettext("Switch posting on; the orders wait for it and go on by themselves."),
    "refused by Xero: lock date": lazy_gettext(
        "Try again: they are dated on the first open day. Or move the lock date back in Xero before."
    ),
    "refused by Xero: number taken": lazy_gettext(
        "Xero has another document of this number. Void or rename it there and try again, or leave the order out."
    ),
    "refused by Xero: tax type": lazy_gettext("Make the tax rate active in Xero again, then try again."),
    "refused by Xero: account": lazy_gettext("Make the account active in Xero again, or choose another; try again."),
    "refused by Xero: currency": lazy_gettext("Add the currency in Xero, then try again."),
    "refused by Xero: tracking": lazy_gettext("Make the tracking option active in Xero again, then try again."),
    "refused by Xero: contact": lazy_gettext("Make the contact active in Xero again, then try again."),
}
# Where nothing better is known, the sentences of the held things say what to do.
_OTHERWISE = lazy_gettext("Do what the sentences below say, then try again.")


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about one group of held things. url: where that is done; None where a retry is all there is to do."""

    sentence: str
    label: str
    url: str | None


def remedy(cause: str, subject: str) -> Remedy:
    """What frees everything that is held by this cause, for this subject where the cause is told apart by it."""
    label, url = _action(cause, subject)
    return Remedy(str(SENTENCES.get(cause, _OTHERWISE)), label, url)


def _action(cause: str, subject: str) -> tuple[str, str | None]:
    if cause in ("no mapping", "not switched on"):
        return _("Go on with Setup"), url_for("setup.begin")
    if cause == "not connected":
        return _("Connect Xero"), url_for("setup.show", step="connect")
    if cause == "opening balance":
        return _("Correct them"), url_for("setup.show", step="opening")
    address = field_url(cause, subject) if "mapping" in current_app.blueprints else None
    if address is None and cause in MENDED_IN:
        address = url_for("setup.show", step=MENDED_IN[cause])
    return (_("Choose it in the mapping"), address) if address else (_("Try again"), None)
