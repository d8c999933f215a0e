"""How tests open the app's pages: as Alice or Bob, with ID tokens like those of App Bridge."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.sandbox.shopify.id_tokens import claims, signed

ALICE, BOB = "alice.myshopify.com", "bob.myshopify.com"


@dataclass(frozen=True, slots=True)
class Opener:
    """One user of one shop's admin."""

    app: Flask
    shop: str = ALICE
    user_id: str = "10001"

    @property
    def _config(self) -> Config:
        return self.app.extensions["crossfoot.config"]

    @property
    def client(self) -> FlaskClient:
        """A browser without cookies, as a frame of another site is."""
        return self.app.test_client(use_cookies=False)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """What this user's token says now, with changes; a change to None leaves the claim out."""
        clock: Clock = self.app.extensions["crossfoot.clock"]
        said = claims(
            self.shop,
            client_id=self._config.shopify_api_key,
            user_id=self.user_id,
            token_id=str(uuid.uuid4()),
            now=clock.now(),
        )
        return {name: value for name, value in {**said, **changes}.items() if value is not None}

    def token(self, *, secret: str | None = None, header: dict[str, str] | None = None, **changes: Any) -> str:
        """A token as App Bridge would hand it out now, or one forged by `secret`, `header` or changed claims."""
        return signed(self.claims(**changes), secret or self._config.shopify_api_secret, header=header)

    def open(self, path: str, *, token: str | None = None, **query: str) -> TestResponse:
        """Open a document in the frame, as the admin does: the token and the shop stand in the address."""
        sent = {"embedded": "1", "shop": self.shop, "host": "YWRtaW4", "locale": "en-GB", **query}
        return self.client.get(path, query_string={**sent, "id_token": token or self.token()})

    def fetch(self, path: str, *, method: str = "GET", token: str | None = None, **more: Any) -> TestResponse:
        """Fetch as App Bridge does, the token in the Authorization header."""
        headers = {**more.pop("headers", {}), "Authorization": f"Bearer {token or self.token()}"}
        return self.client.open(path, method=method, headers=headers, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        """Submit a form by fetch."""
        return self.fetch(path, method="POST", **more)
