"""The names of customers and companies, read when a contact is made for them. Personal data: never logged."""

from __future__ import annotations

from collections.abc import Sequence

import requests

from embedded_app.channels.contract import StoreAccess
from embedded_app.channels.errors import AccessDenied, QueryRefused
from embedded_app.channels.shopify.admin_api import AdminApi
from embedded_app.channels.shopify.fields import JsonObject, Unfit, optional_text

NAMES_PER_CALL = 50

_NAME_FIELDS = {"Customer": "displayName", "Company": "name"}


def read_names(http: requests.Session, access: StoreAccess, ids: Sequence[str]) -> dict[str, str | None]:
    """The name of each customer or company by its global id; None where the store gives none or denies it.

    Shopify shows an e-mail address or a phone number for a customer without first and last name; that is no name here.
    Raises StoreBusy, AccessLost or QueryRefused when the store did not answer; then nothing is returned.
    """
    api = AdminApi(http, access)
    distinct = list(dict.fromkeys(ids))
    names: dict[str, str | None] = dict.fromkeys(distinct)
    for start in range(0, len(distinct), NAMES_PER_CALL):
        asked = distinct[start : start + NAMES_PER_CALL]
        names |= dict(zip(asked, _read(api, asked), strict=True))
    return names


def _read(api: AdminApi, ids: Sequence[str]) -> list[str | None]:
    try:
        nodes = api.execute("names", {"ids": list(ids)}).data.get("nodes")
    except AccessDenied:
        return [None] * len(ids)
    if not isinstance(nodes, list) or len(nodes) != len(ids):
        raise QueryRefused(
            "Shopify answered another number of customers than was asked for; report this to Crossfoot's support."
        )
    return [_name(node, one) for node, one in zip(nodes, ids, strict=True)]


def _name(node: JsonObject | None, asked_id: str) -> str | None:
    """None also for a deleted customer, and for anything else that is not the one asked for."""
    if not isinstance(node, dict) or node.get("id") != asked_id:
        return None
    try:
        name = optional_text(node, _NAME_FIELDS.get(str(node.get("__typename")), ""))
    except Unfit:
        return None
    name = (name or "").strip()
    return name if _is_name(name) else None


def _is_name(shown: str) -> bool:
    """Not empty, and neither an e-mail address nor a phone number: those stay out of the books."""
    return "@" not in shown and any(character.isalpha() for character in shown)
