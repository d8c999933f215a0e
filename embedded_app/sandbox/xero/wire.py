"""The sandbox's bytes: JSON in and out with exact decimals, Xero's dates, and refusals of a whole request.

Money goes out as JSON numbers written from Decimals (24.93, never 24.930000000001) and comes in as Decimals.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any, NoReturn

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer: status, content type, body and further headers."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = field(default=())


class Refused(Exception):
    """A request refused as a whole, with the answer to send."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body[:200]!r}")
        self.answer = answer


class Invalid(Exception):
    """One element refused, with the sentences for its ValidationErrors."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def dump(value: Any) -> str:
    """Write JSON from dicts, lists, strings, ints, bools, None and Decimals; anything else is a TypeError."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_basestring_ascii(key)}:{dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(dump, value)) + "]"
    raise TypeError(f"The sandbox writes no {type(value).__name__} as JSON.")


def load(body: bytes) -> Any:
    """Read JSON with numbers as Decimal. Raises ValueError for what is not strict JSON."""
    return json.loads(body.decode("utf-8"), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def json_answer(value: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer with a JSON body."""
    return Answer(status=status, body=dump(value).encode("ascii"), headers=headers)


def text_answer(text: str, status: int, content_type: str = "text/plain; charset=utf-8") -> Answer:
    """An answer that is not JSON, as Xero's outer layers give them."""
    return Answer(status=status, body=text.encode("utf-8"), content_type=content_type)


def problem(status: int, title: str, detail: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Xero's JSON for 401, 403 and the like: Title, Status, Detail."""
    body: JsonObject = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": None,
        "Extensions": {},
    }
    return json_answer(body, status, headers)


def api_error(number: int, kind: str, message: str, status: int = 400, elements: list[Any] | None = None) -> Answer:
    """Xero's JSON for a refused request: ErrorNumber, Type, Message, and Elements for validation."""
    body: JsonObject = {"ErrorNumber": number, "Type": kind, "Message": message}
    if elements is not None:
        body["Elements"] = elements
    return json_answer(body, status)


def ms_date(day: date) -> str:
    """A calendar day as /Date(ms+0000)/, midnight UTC."""
    return ms_moment(datetime(day.year, day.month, day.day, tzinfo=UTC))


def ms_moment(moment: datetime) -> str:
    """A moment as /Date(ms+0000)/."""
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"


def parse_since(text: str) -> datetime:
    """If-Modified-Since as an aware UTC datetime. Raises ValueError.

    Xero documents `2009-11-12T00:00:00` (UTC); the HTTP form `Thu, 12 Nov 2009 00:00:00 GMT` is taken too.
    """
    if text[:3].isalpha():
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    moment = datetime.fromisoformat(text.removesuffix("Z"))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
