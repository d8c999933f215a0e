"""Reads one JSON object of a request field by field and collects, in Xero's manner, everything that is wrong with it.

Unknown fields are refused. Xero ignores most of them, but an ignored field is a misspelt one: the strict reading.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from embedded_app.sandbox.xero.wire import Invalid

_HALF_PAIR = re.compile("[\ud800-\udfff]")
# Xero keeps its texts as XML too, and XML 1.0 has no way to write these. What Xero does with them is not known: strict.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Fields:
    """The fields of one object. Wrong ones go to `messages`; `check()` raises them together."""

    def __init__(self, given: Any, allowed: frozenset[str], *, what: str, messages: list[str] | None = None) -> None:
        self.what = what
        self.messages: list[str] = [] if messages is None else messages
        self.given: dict[str, Any] = given if isinstance(given, dict) else {}
        if not isinstance(given, dict):
            self.messages.append(f"The {what} must be an object.")
        for name in sorted(self.given.keys() - allowed):
            self.messages.append(f"The field '{name}' is not accepted on the {what}.")

    def check(self) -> None:
        """Raise Invalid when anything was wrong so far."""
        if self.messages:
            raise Invalid(*self.messages)

    def refuse(self, message: str) -> None:
        """Note a sentence of the caller's own."""
        self.messages.append(message)

    def text(self, name: str, *, longest: int = 4000, default: str = "") -> str:
        """A string of at most `longest` UTF-16 units; absent or null is the default.

        Xero is built on .NET, whose strings are UTF-16: an emoji counts as two. Whether its limits count so is not
        known for sure; of the two readings this is the strict one.
        """
        value = self.given.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            self.messages.append(f"The {name} of the {self.what} must be a string.")
            return default
        if not value.isprintable() and _HALF_PAIR.search(value):
            # What Xero makes of half a surrogate pair is not known; no UTF-8 can hold it. The strict reading.
            self.messages.append(f"The {name} of the {self.what} holds a character that is not valid Unicode.")
        elif not value.isprintable() and _NOT_XML.search(value):
            self.messages.append(f"The {name} of the {self.what} holds a control character.")
        if len(value.encode("utf-16-le", "surrogatepass")) // 2 > longest:
            self.messages.append(f"The length of the field {name} must be at most {longest} characters.")
        return value

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """One of the choices; the case must match."""
        value = self.text(name, default=default)
        if value not in choices:
            self.messages.append(f"The {name} '{value}' of the {self.what} must be one of: {', '.join(choices)}.")
            return default
        return value

    def number(self, name: str, *, places: int | None = None) -> Decimal | None:
        """A JSON number (a number inside a string is refused), with at most `places` decimals; absent is None."""
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, Decimal):
            self.messages.append(f"The {name} of the {self.what} must be a JSON number.")
            return None
        exponent = value.normalize().as_tuple().exponent
        if places is not None and isinstance(exponent, int) and -exponent > places:
            self.messages.append(f"The {name} of the {self.what} must have at most {places} decimals.")
        return value

    def rate(self, name: str) -> Decimal | None:
        """A currency rate: a number above zero, with at most 6 decimals; absent is None."""
        value = self.number(name, places=6)
        if value is not None and value <= 0:
            self.messages.append(f"The {name} of the {self.what} must be greater than zero.")
            return None
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A JSON true or false; absent is the default."""
        value = self.given.get(name)
        if value is not None and not isinstance(value, bool):
            self.messages.append(f"The {name} of the {self.what} must be true or false.")
        return value if isinstance(value, bool) else default

    def day(self, name: str) -> date | None:
        """A calendar day as YYYY-MM-DD; absent is None."""
        value = self.given.get(name)
        if value is None:
            return None
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.messages.append(f"The {name} '{value}' of the {self.what} must be a date as YYYY-MM-DD.")
            return None

    def inner(self, name: str, allowed: frozenset[str]) -> "Fields | None":
        """An object inside this one, reporting to the same messages; absent is None."""
        value = self.given.get(name)
        return None if value is None else Fields(value, allowed, what=name, messages=self.messages)

    def uuid(self, name: str) -> str:
        """A UUID in lower case; absent is the empty string."""
        value = self.text(name)
        if not value:
            return ""
        try:
            return str(UUID(value))
        except ValueError:
            self.messages.append(f"The {name} '{value}' of the {self.what} must be a UUID.")
            return ""
