"""Requests as anybody may send them, read such that nothing in them fails later than here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


class Told(ImmutableMultiDict[str, Any]):
    """What an address or a form says, without NUL, which no row can hold and nobody types."""

    def __init__(self, told: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in told])


class AnyRequest(Request):
    """A request whose arguments and fields are all such."""

    parameter_storage_class = Told


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value  # files are not
