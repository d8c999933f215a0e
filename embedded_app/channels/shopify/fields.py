"""Typed reading of the store's JSON: each accessor gives a value of the promised kind or names what is unfit.

No raw JSON passes beyond this package; what cannot be read holds its order instead of being guessed.

Text is made legible here and nowhere else in this package: a product title may hold NUL, other control characters or
half a character, which a database's JSON and Xero's XML refuse. They become spaces and replacement characters
(accounting/wording.py); nothing else of a text changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from embedded_app.accounting.wording import clean

_Known = TypeVar("_Known")
JsonObject = dict[str, Any]

UNKNOWN_VALUE = "unknown value"
INCOMPLETE = "ledgers incomplete"

# Far beyond every order, and what can still be reckoned with exactly: Decimal works with 28 digits.
_MOST_DIGITS = 28
_MOST_BEFORE_POINT = 14  # as many as the database's amounts have
_MOST_AFTER_POINT = 20
_LARGEST_COUNT = 2**31 - 1
_LONGEST_ID = 128
_LONGEST_GATEWAY = 255
_LONGEST_NAME = 160  # prefix, name and id make the document's number, which has room for 200
_WRITTEN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([Ee][+-]?[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# The first and the last year have moments that no other time zone can express.
_YEARS = range(2, 9999)


class Unfit(Exception):
    """Something in an order's JSON cannot be taken over. cause: see `Unreadable`; detail: a clause about the order."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail


def child(node: JsonObject, key: str) -> JsonObject:
    """The object under key."""
    value = node.get(key)
    if not isinstance(value, dict):
        raise _unexpected(key)
    return value


def optional_child(node: JsonObject, key: str) -> JsonObject:
    """The object under key; empty where it is null, as protected or deleted things are."""
    return child(node, key) if node.get(key) is not None else {}


def children(node: JsonObject, key: str) -> list[JsonObject]:
    """The list of objects under key."""
    value = node.get(key)
    if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
        raise _unexpected(key)
    return value


def text(node: JsonObject, key: str) -> str:
    """The non-empty text under key, made legible."""
    value = node.get(key)
    if not isinstance(value, str) or not value:
        raise _unexpected(key)
    return clean(value)


def optional_text(node: JsonObject, key: str) -> str | None:
    """The text under key, made legible; None where it is null or empty."""
    return text(node, key) if node.get(key) not in (None, "") else None


def optional_texts(node: JsonObject, key: str) -> tuple[str, ...]:
    """The list of texts under key, made legible; empty where it is null."""
    values = node.get(key) if node.get(key) is not None else []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _unexpected(key)
    return tuple(clean(value) for value in values)


def flag(node: JsonObject, key: str) -> bool:
    """True or false under key."""
    value = node.get(key)
    if not isinstance(value, bool):
        raise _unexpected(key)
    return value


def whole(node: JsonObject, key: str) -> int:
    """The whole number under key."""
    value = node.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST_COUNT:
        raise _unexpected(key)
    return value


def number(node: JsonObject, key: str) -> Decimal:
    """The number under key, sent as a JSON number or as text; none that cannot be reckoned with exactly."""
    value = node.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _unexpected(key)
    if isinstance(value, str) and not _WRITTEN_NUMBER.fullmatch(value):  # Decimal itself takes "1_0" and "٣"
        raise _unexpected(key)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise _unexpected(key) from None
    if not _is_exact(amount):
        raise _unexpected(key)
    return amount


def identifier(node: JsonObject, key: str) -> str:
    """The store's id under key: a text that rows can hold."""
    return _held(node, key, _LONGEST_ID)


def order_name(node: JsonObject) -> str:
    """The order's name: a text that rows and the documents' numbers can hold."""
    return _held(node, "name", _LONGEST_NAME)


def gateway_name(node: JsonObject) -> str:
    """The name of a payment's gateway: a text that rows can hold."""
    return _held(node, "gateway", _LONGEST_GATEWAY)


def currency_code(node: JsonObject, key: str) -> str:
    """The ISO code under key, in the form of one; whether there is such a currency is not asked here."""
    value = text(node, key)
    if not _CURRENCY.fullmatch(value):
        raise _unexpected(key)
    return value


def money(node: JsonObject, key: str, currency: str) -> Decimal:
    """The shop-money amount of the MoneyBag under key, in major units; it must be in the order's currency."""
    shop_money = child(child(node, key), "shopMoney")
    found = text(shop_money, "currencyCode")
    if found != currency:
        raise Unfit("currency", f"is in {currency}, but its {_words(key)} is in {found}")
    return number(shop_money, "amount")


def moment(node: JsonObject, key: str) -> datetime:
    """The aware moment under key."""
    try:
        value = datetime.fromisoformat(text(node, key))
    except ValueError:
        raise _unexpected(key) from None
    if value.tzinfo is None or value.year not in _YEARS:
        raise _unexpected(key)
    return value


def optional_moment(node: JsonObject, key: str) -> datetime | None:
    """The aware moment under key; None where it is null."""
    return moment(node, key) if node.get(key) is not None else None


def choice(node: JsonObject, key: str, known: Mapping[str, _Known]) -> _Known:
    """What the enum value under key stands for; a value not known holds the order and is named."""
    value = text(node, key)
    if value not in known:
        raise Unfit(UNKNOWN_VALUE, f"has the {_words(key)} “{value}”, which this version of Crossfoot does not know")
    return known[value]


def without_repeats(ids: Iterable[str], what: str) -> None:
    """Each id once: a repeated one means that pages overlapped, and sums over them would be wrong."""
    seen: set[str] = set()
    for identifier in ids:
        if identifier in seen:
            raise Unfit(INCOMPLETE, f"came with a {what} twice ({identifier})")
        seen.add(identifier)


def _held(node: JsonObject, key: str, longest: int) -> str:
    value = text(node, key)
    if len(value) > longest:
        raise _unexpected(key)
    return value


def _is_exact(amount: Decimal) -> bool:
    """Whether it is a number that sums and the database take as it is; neither NaN nor 1E+999999999."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        return False
    digits = len(amount.as_tuple().digits)
    return digits <= _MOST_DIGITS and exponent >= -_MOST_AFTER_POINT and amount.adjusted() < _MOST_BEFORE_POINT


def _unexpected(key: str) -> Unfit:
    return Unfit("unexpected answer", f"came without a readable {_words(key)}")


def _words(key: str) -> str:
    """A field's name as words: "lineType" → "line type"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key.strip("_").removesuffix("Set")).lower()
