"""The whole state of the sandbox's Xero: organisations, identity, limits, idempotency cache and faults, one lock."""

import threading

from embedded_app.clock import Clock
from embedded_app.sandbox.xero.companies import UK, Company
from embedded_app.sandbox.xero.faults import Faults
from embedded_app.sandbox.xero.idempotency import IdempotencyCache
from embedded_app.sandbox.xero.identity import SCOPES, Identity
from embedded_app.sandbox.xero.limits import Limits
from embedded_app.sandbox.xero.organisation import Organisation, id_source


class Books:
    """What tests and the demo set up and read. Every call over HTTP holds `lock` while it reads or writes.

    `seed` makes the ids the same in every run; None makes them unpredictable.
    """

    def __init__(self, clock: Clock, *, seed: int | None = None) -> None:
        self.clock = clock
        self.new_id = id_source(seed)
        self.lock = threading.RLock()
        self.identity = Identity(self.new_id)
        self.limits = Limits()
        self.faults = Faults(clock=clock)
        self.idempotency = IdempotencyCache()
        self.organisations: dict[str, Organisation] = {}
        self.members: dict[str, list[str]] = {}  # user id → the tenants this user may connect

    def open_organisation(self, company: Company, user_id: str, *, connected: bool = True) -> Organisation:
        """Open an organisation of this company, and connect it to the app for this user unless that is for later."""
        with self.lock:
            organisation = Organisation(company, new_id=self.new_id, now=self.clock.now())
            self.organisations[organisation.tenant_id] = organisation
            self.members.setdefault(user_id, []).append(organisation.tenant_id)
            if connected:
                self.identity.connect(user_id, organisation.tenant_id, self.clock.now())
            return organisation

    def organisation(self, tenant_id: str) -> Organisation:
        """The organisation of this tenant id. Raises LookupError."""
        if tenant_id not in self.organisations:
            raise LookupError(f"The sandbox has no organisation {tenant_id!r}.")
        return self.organisations[tenant_id]

    def issue_tokens(self, user_id: str, scopes: str = SCOPES) -> tuple[str, str]:
        """A first (access token, refresh token) for a user, as the consent at Xero would hand out."""
        with self.lock:
            pair = self.identity.issue(user_id, self.clock.now(), scopes)
            return pair.access, pair.refresh


def demo_books(clock: Clock, *, seed: int | None = None) -> tuple[Books, Organisation, str]:
    """Books with the UK demo company, connected by one user: (books, organisation, user id)."""
    books = Books(clock, seed=seed)
    user_id = books.new_id()
    return books, books.open_organisation(UK, user_id), user_id
