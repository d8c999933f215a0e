"""Webhook signatures: base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret.

Source: Shopify's "Verify webhook deliveries". During a rotation deliveries are signed with the oldest secret that is
not yet revoked, hence several secrets. Notifications set up by hand in the store's admin use another key and fail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from embedded_app.channels.shopify.headers import shopify_header


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether the signature header fits the raw body under one of the secrets; compared in constant time.

    An empty secret never fits: anybody could sign with it.
    """
    given = shopify_header(headers, "Hmac-Sha256")
    if given is None:
        return False
    # Bytes, because compare_digest refuses text that is not ASCII, and the header is the sender's to choose.
    given_bytes = given.encode("utf-8", "replace")
    matches = [hmac.compare_digest(sign(secret, body).encode("ascii"), given_bytes) for secret in secrets if secret]
    return any(matches)


def sign(secret: str, body: bytes) -> str:
    """The signature Shopify would send for this body; for tests."""
    return base64.b64encode(hmac.new(secret.encode("utf-8"), body, hashlib.sha256).digest()).decode("ascii")
