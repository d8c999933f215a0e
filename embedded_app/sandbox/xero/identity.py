"""Xero's identity: users, their connections to tenants, access tokens and rotating refresh tokens.

Access tokens last 30 minutes and cover every tenant their user connected. Refresh tokens last 60 days and are
replaced at every use; the replaced one is taken again for 30 minutes, in case the answer was lost. Once its successor
has been used it is dead at once: how Xero sees that is not known for sure, so the strict reading.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from embedded_app.sandbox.xero.wire import JsonObject, dump

ACCESS_LIFE = timedelta(minutes=30)
REFRESH_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=5)
SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.payments accounting.banktransactions "
    "accounting.manualjournals accounting.contacts accounting.settings.read accounting.attachments "
    "accounting.reports.trialbalance.read accounting.reports.banksummary.read"
)


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a token call hands out."""

    access: str
    refresh: str
    scopes: str


@dataclass(slots=True, kw_only=True)
class Connection:
    """One tenant that a user connected to the app."""

    connection_id: str
    user_id: str
    tenant_id: str
    auth_event_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class _Access:
    user_id: str
    scopes: str
    expires_at: datetime


@dataclass(slots=True)
class _Refresh:
    user_id: str
    scopes: str
    expires_at: datetime
    replaces: str
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    user_id: str
    scopes: str
    redirect_uri: str
    auth_event_id: str
    expires_at: datetime


@dataclass(slots=True)
class Identity:
    """Everything the identity server knows. Callers hold the lock of the books.

    redirect_uris: where the app's settings let people be sent back to; empty takes any address that Xero would.
    """

    new_id: Callable[[], str]
    client_id: str = "sandbox-xero-app"
    client_secret: str = "sandbox-xero-secret"  # the double's own, known to everybody
    redirect_uris: set[str] = field(default_factory=set)
    connections: dict[str, Connection] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _access: dict[str, _Access] = field(default_factory=dict)
    _refresh: dict[str, _Refresh] = field(default_factory=dict)

    def connect(self, user_id: str, tenant_id: str, now: datetime) -> Connection:
        """Let a user connect a tenant, as the consent screen does."""
        connection = Connection(
            connection_id=self.new_id(),
            user_id=user_id,
            tenant_id=tenant_id,
            auth_event_id=self.new_id(),
            created_at=now,
        )
        self.connections[connection.connection_id] = connection
        return connection

    def connections_of(self, user_id: str) -> list[Connection]:
        """The tenants this user connected, oldest first."""
        return [connection for connection in self.connections.values() if connection.user_id == user_id]

    def consent(self, user_id: str, tenant_id: str, redirect_uri: str, scopes: str, now: datetime) -> str:
        """What a click on Allow does: the tenant is connected (again), and a code for it goes back to the app."""
        known = [one for one in self.connections_of(user_id) if one.tenant_id == tenant_id]
        connection = known[0] if known else self.connect(user_id, tenant_id, now)
        connection.auth_event_id = self.new_id()
        code = self.new_id()
        self._codes[code] = _Code(
            user_id=user_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            auth_event_id=connection.auth_event_id,
            expires_at=now + CODE_LIFE,
        )
        return code

    def exchange(self, code: str, redirect_uri: str, now: datetime) -> TokenPair | None:
        """The tokens for a code, once and within five minutes, or None for `invalid_grant`."""
        held = self._codes.pop(code, None)
        if held is None or now >= held.expires_at or held.redirect_uri != redirect_uri:
            return None
        return self.issue(held.user_id, now, held.scopes, auth_event_id=held.auth_event_id)

    def user_of_refresh_token(self, refresh_token: str) -> str | None:
        """Whose refresh token this is, used or not."""
        held = self._refresh.get(refresh_token)
        return held.user_id if held else None

    def issue(
        self, user_id: str, now: datetime, scopes: str = SCOPES, replaces: str = "", *, auth_event_id: str = ""
    ) -> TokenPair:
        """A fresh pair of tokens; `replaces` is the refresh token it was issued for."""
        events = [connection.auth_event_id for connection in self.connections_of(user_id)]
        events += [auth_event_id] if auth_event_id else []
        claims: JsonObject = {
            "xero_userid": user_id,
            "authentication_event_id": events[-1] if events else self.new_id(),
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_LIFE).timestamp()),
            "jti": self.new_id(),
            "scope": list(scopes.split()),
        }
        access = ".".join((_encoded({"alg": "none", "typ": "JWT"}), _encoded(claims), "unsigned"))
        refresh = self.new_id()
        self._access[access] = _Access(user_id, scopes, now + ACCESS_LIFE)
        self._refresh[refresh] = _Refresh(user_id, scopes, now + REFRESH_LIFE, replaces)
        return TokenPair(access, refresh, scopes)

    def refresh(self, refresh_token: str, now: datetime) -> TokenPair | None:
        """A new pair for a refresh token, or None for `invalid_grant`."""
        held = self._refresh.get(refresh_token)
        if held is None or now >= held.expires_at or (held.used_at is not None and now >= held.used_at + GRACE):
            return None
        self._refresh.pop(held.replaces, None)
        held.used_at = held.used_at or now
        return self.issue(held.user_id, now, held.scopes, refresh_token)

    def bearer(self, authorization: str, now: datetime) -> tuple[str, str] | None:
        """(user id, scopes) of an `Authorization: Bearer …` header that is good now, else None."""
        scheme, _, token = authorization.partition(" ")
        held = self._access.get(token) if scheme == "Bearer" else None
        return None if held is None or now >= held.expires_at else (held.user_id, held.scopes)

    def revoke(self, user_id: str) -> None:
        """End a user's tokens and connections, as a revocation at Xero does."""
        self._access = {token: held for token, held in self._access.items() if held.user_id != user_id}
        self._refresh = {token: held for token, held in self._refresh.items() if held.user_id != user_id}
        for connection in self.connections_of(user_id):
            del self.connections[connection.connection_id]


def _encoded(part: JsonObject) -> str:
    return base64.urlsafe_b64encode(dump(part).encode("ascii")).rstrip(b"=").decode("ascii")
