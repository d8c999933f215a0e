"""What a merchant's plan at Xero allows, by the name Xero gives it in `Class` of an organisation: pure.

Only what is known to stop posting is listed. Xero changes its plans often and does not publish their caps to apps, so a
plan that is not listed may have one all the same; an invoice beyond it is refused by Xero, and held with its sentence.
"""

from __future__ import annotations

# Sales invoices a month that may be approved, by the invoices' own dates (Xero's "Early", "Starter" and "Ignite").
_INVOICES_A_MONTH = {"STARTER": 20, "IGNITE": 20}


def invoices_a_month(plan: str | None) -> int | None:
    """How many sales invoices of one month the plan takes; None where no cap is known."""
    return _INVOICES_A_MONTH.get(plan or "")
