"""Which values of Xero's JSON are taken over as they are: ids, amounts and words that rows can hold; pure.

Whatever else comes is treated as if nothing had come: a look-up tells then, or the answer is asked for again.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard

from embedded_app.accounting.wording import clean

_ID = re.compile(r"[\x21-\x7e]{1,36}")
# Beyond these the database's amounts end, or a sum is no longer exact (Decimal works with 28 digits).
_MOST_BEFORE_POINT, _MOST_DIGITS = 14, 28


def is_xero_id(value: Any) -> TypeGuard[str]:
    """Whether it can be an id: Xero's are UUIDs, and no longer text is one."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def amount(value: Any) -> Decimal | None:
    """An amount as a Decimal, None where there is none; Xero writes some as text ("50.00")."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or number.adjusted() >= _MOST_BEFORE_POINT or -exponent > _MOST_DIGITS:
        return None
    return number


def words(value: Any, longest: int) -> str:
    """What Xero says, legible and cut to a length; empty where it is no text."""
    return clean(value).strip()[:longest] if isinstance(value, str) else ""
