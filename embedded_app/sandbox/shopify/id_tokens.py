"""ID tokens as App Bridge hands them out: HS256 over a client secret, good for one minute.

Written out by hand: it shares no code with the program's own check, so that the two can disagree.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

LIFE_SECONDS = 60


def id_token(shop: str, *, client_id: str, secret: str, user_id: str, token_id: str, now: datetime) -> str:
    """A token that says: this user of this shop's admin opened the app of this client id at `now`."""
    return signed(claims(shop, client_id=client_id, user_id=user_id, token_id=token_id, now=now), secret)


def claims(shop: str, *, client_id: str, user_id: str, token_id: str, now: datetime) -> dict[str, Any]:
    """What a token says, by the names of Shopify's "About session tokens"."""
    moment = int(now.timestamp())
    return {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": client_id,
        "sub": user_id,
        "exp": moment + LIFE_SECONDS,
        "nbf": moment,
        "iat": moment,
        "jti": token_id,
        "sid": hashlib.sha256(f"{shop} {user_id}".encode()).hexdigest(),
    }


def signed(said: Mapping[str, Any], secret: str, *, header: Mapping[str, str] | None = None) -> str:
    """These claims as a JSON Web Token; `header` in place of HS256's own, for tests of forgeries."""
    parts = [_base64(json.dumps(part).encode()) for part in (header or {"alg": "HS256", "typ": "JWT"}, said)]
    body = ".".join(parts)
    return f"{body}.{_base64(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest())}"


def read(token: str, secret: str, *, now: datetime) -> dict[str, Any] | None:
    """What a token says, None where it is not one of ours, or no longer."""
    body, _, signature = token.rpartition(".")
    fits = _base64(hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest())
    if not hmac.compare_digest(fits.encode(), signature.encode("utf-8", "replace")):
        return None
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body.split(".")[1] + "=="))
    return said if now.timestamp() < said["exp"] else None


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
