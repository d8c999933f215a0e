"""What keeps a store's sales from going on until somebody acts: the store's door is shut, or Xero's is."""

from __future__ import annotations

from embedded_app.models import Store

STORE, XERO = "store", "xero"


def what_stopped(store: Store) -> tuple[str, str] | None:
    """Which side, and its sentence, "" where none was told; None while both let us in, or Xero was never connected."""
    if store.paused:
        return STORE, store.paused
    organisation = store.organisation
    if organisation is None:
        return None
    revoked = organisation.grant.revoked if organisation.grant else None
    if organisation.grant is None or revoked or organisation.paused:
        return XERO, organisation.paused or revoked or ""
    return None
