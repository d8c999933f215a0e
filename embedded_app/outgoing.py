"""The session of every outgoing call: it follows no redirect, and does not even look where one leads."""

from __future__ import annotations

import requests


class Outgoing(requests.Session):
    """A plain Session otherwise, which repeats no call by itself: whether to send again is decided by the rows.

    A Session that is told to follow no redirects resolves the first one all the same: it reads the body whole, however
    long that is, and fails with a ValueError, which is none of its own errors, where Location is no address.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Nowhere."""
        return None
