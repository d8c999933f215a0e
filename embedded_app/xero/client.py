"""Calls to one organisation's books in Xero: each method is one request, or one per page; nothing is ever sent twice.

The official SDK sends a PUT up to four times when the connection drops, and a PUT creates; hence our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

import requests

from embedded_app.xero.answers import Answer, read_answer, read_elements
from embedded_app.xero.encoding import Json
from embedded_app.xero.endpoints import BANK_TRANSACTIONS, CONTACTS, CREDIT_NOTES, INVOICES, Endpoint
from embedded_app.xero.errors import OutcomeUnknown, RetryLater
from embedded_app.xero.exchange import BODY_SECONDS, Bearer, Broken, NeverSent, Reply, Timeout, exchange
from embedded_app.xero.limits import DEFAULT_SECONDS, Limits, read_limits
from embedded_app.xero.paging import CONTACTS_A_PAGE, DOCUMENTS_A_PAGE, Walk

_LONGEST_KEY = 128  # characters, Xero's limit
_UNREACHED_SECONDS = 30
_FOUR_DECIMALS = ("unitdp", "4")
_WITH_UNIT_AMOUNTS = (INVOICES.path, CREDIT_NOTES.path, BANK_TRANSACTIONS.path)


class XeroApi:
    """The calls we make. Reads raise RetryLater, NeedsReconnect or NeedsMerchant; only `send` raises OutcomeUnknown.

    limits: the calls left as the last answer said, whatever it was; None before the first.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        api_url: str,
        access_token: str,
        tenant_id: str,
        timeout: Timeout = (3.05, 25.0),
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        """session: plain, no retries mounted. api_url: "https://api.xero.com". timeout: seconds to connect, to read.

        body_seconds: how long an answer may take from its first byte to its last.
        """
        self._session = session
        self._base = api_url.rstrip("/") + "/api.xro/2.0"
        self._auth = Bearer(access_token)
        self._tenant_id = tenant_id
        self._timeout = timeout
        self._body_seconds = body_seconds
        self.limits: Limits | None = None

    def send(self, endpoint: Endpoint, *, path_ids: Sequence[str], body: bytes, key: str) -> Answer:
        """Carry out one write, with exactly one request.

        path_ids: Xero ids for the {} of the endpoint's path, in order. key: the Idempotency-Key, at most 128
        characters; it is scoped to the app, so it must name the tenant; not sent with DELETE. Raises any of errors.py;
        RetryLater only where Xero has certainly not acted.
        """
        if not 0 < len(key) <= _LONGEST_KEY:
            raise ValueError(f"an idempotency key has 1 to {_LONGEST_KEY} characters, not {len(key)}")
        if len(path_ids) != endpoint.path.count("{}"):
            raise ValueError(f"{endpoint.name} take {endpoint.path.count('{}')} ids in the path, not {len(path_ids)}")
        deletes = endpoint.method == "DELETE"
        written = {} if deletes else {"Content-Type": "application/json", "Idempotency-Key": key}
        path = endpoint.path.format(*(quote(xero_id, safe="") for xero_id in path_ids))
        try:
            reply = self._exchange(
                endpoint.method, path, headers=written, params=endpoint.params, body=None if deletes else body
            )
        except Broken as broken:
            why = f"The connection to Xero broke ({broken}); Crossfoot looks up whether the call was carried out."
            raise OutcomeUnknown(why) from None
        return read_answer(endpoint, reply)

    def organisation(self) -> Json:
        """The organisation: BaseCurrency, PeriodLockDate, SalesTaxBasis and so on, as Xero names them."""
        elements = self._list("/Organisation", "Organisations")
        if len(elements) != 1:
            raise RetryLater(DEFAULT_SECONDS["maintenance"], "maintenance")
        return elements[0]

    def accounts(self) -> list[Json]:
        """The whole chart of accounts, archived ones included."""
        return self._list("/Accounts", "Accounts")

    def tax_rates(self) -> list[Json]:
        """All tax rates, deleted and archived ones included."""
        return self._list("/TaxRates", "TaxRates")

    def tracking_categories(self) -> list[Json]:
        """The active tracking categories with all their options."""
        return self._list("/TrackingCategories", "TrackingCategories")

    def currencies(self) -> list[Json]:
        """The currencies the organisation is subscribed to."""
        return self._list("/Currencies", "Currencies")

    def contact_id(self, name: str) -> str | None:
        """The ContactID of the active contact of exactly this name, None where there is none."""
        walk = Walk(envelope="Contacts", id_field="ContactID", page_size=CONTACTS_A_PAGE)
        for contact in self._pages("/Contacts", walk):
            if contact.get("Name") == name and contact.get("ContactStatus") == "ACTIVE":
                return str(contact["ContactID"])
        return None

    def changed(self, endpoint: Endpoint, since: datetime) -> Iterator[Json]:
        """What look-up searches: all elements of endpoint.list_path created or modified since then, every page.

        since: aware; Xero compares whole seconds. Raises RetryLater at the end where pages shifted while they
        were read, so that absence is only ever concluded from a complete reading.
        """
        headers = _modified_since(since)
        decimals = [_FOUR_DECIMALS] if endpoint.list_path in _WITH_UNIT_AMOUNTS else []
        size = CONTACTS_A_PAGE if endpoint is CONTACTS else DOCUMENTS_A_PAGE
        walk = Walk(envelope=endpoint.list_envelope, id_field=endpoint.list_id_field, page_size=size)
        yield from self._pages(endpoint.list_path, walk, params=decimals, headers=headers)

    def page(self, path: str, walk: Walk, *, since: datetime, params: Sequence[tuple[str, str]] = ()) -> list[Json]:
        """The next page of a walk through what was created or modified since then: one request.

        For a walk that is too long for one go; `walk` says where it stands. since as in `changed`.
        """
        return walk.add(self._read(path, params=[*params, *walk.params], headers=_modified_since(since)))

    def by_id(self, endpoint: Endpoint, xero_id: str) -> Json | None:
        """One element of endpoint.list_path, None where there is none.

        For allocations and their removal: the credit note or overpayment, by its id. For an overpayment itself use
        its allocations' endpoint too: the bank transaction that made it has another id.
        """
        elements = self._list(f"{endpoint.list_path}/{quote(xero_id, safe='')}", endpoint.list_envelope)
        return elements[0] if elements else None

    def _pages(
        self,
        path: str,
        walk: Walk,
        *,
        params: Sequence[tuple[str, str]] = (),
        headers: dict[str, str] | None = None,
    ) -> Iterator[Json]:
        while not walk.is_done:
            yield from walk.add(self._read(path, params=[*params, *walk.params], headers=headers))

    def _list(self, path: str, envelope: str) -> list[Json]:
        return read_elements(self._read(path), envelope)

    def _read(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: dict[str, str] | None = None
    ) -> Reply:
        try:
            return self._exchange("GET", path, headers=headers or {}, params=params)
        except Broken:
            raise RetryLater(_UNREACHED_SECONDS, "maintenance") from None

    def _exchange(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        params: Sequence[tuple[str, str]],
        body: bytes | None = None,
    ) -> Reply:
        try:
            reply = exchange(
                self._session,
                method,
                self._base + path,
                auth=self._auth,
                headers={"xero-tenant-id": self._tenant_id, **headers},
                timeout=self._timeout,
                params=params,
                body=body,
                body_seconds=self._body_seconds,
            )
        except NeverSent:
            raise RetryLater(_UNREACHED_SECONDS, "maintenance") from None
        self.limits = read_limits(reply.headers)
        return reply


def _modified_since(since: datetime) -> dict[str, str]:
    if since.tzinfo is None:
        raise ValueError("since needs a time zone")
    return {"If-Modified-Since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
