"""Answers leave compressed: a page is a tenth of its length, and what is slow at a merchant's end is the line.

Why no secret can be guessed from the length (BREACH): that takes somebody else's site making the merchant's browser ask
for pages with words of its choice, and a secret in what comes back. No request is let in by a cookie, so no other site
can make one; and no page holds a token: they travel in headers and in the address.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

SHORTEST = 1000  # bytes; below it fits into one packet anyhow
LEVEL = 6
KINDS = ("text/html", "text/css", "text/javascript", "application/javascript", "application/json")


def compress_answers(app: Flask) -> None:
    """Compress what the app answers, where the browser takes it; downloads that are streamed leave as they are."""
    app.after_request(_compressed)


def _compressed(answer: Response) -> Response:
    if answer.mimetype not in KINDS or answer.status_code == 304:
        return answer
    answer.vary.add("Accept-Encoding")
    is_static = request.endpoint == "static"
    if "gzip" not in request.accept_encodings or "Content-Encoding" in answer.headers:
        return answer
    if answer.is_streamed and not is_static:
        return answer
    answer.direct_passthrough = False
    body = answer.get_data()
    if len(body) < SHORTEST:
        return answer
    answer.set_data(_packed(body) if is_static else gzip.compress(body, LEVEL, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    tag, _is_weak = answer.get_etag()
    if tag is not None:
        # The same page in other bytes: only a weak tag may say so (RFC 9110, 8.8.3).
        answer.set_etag(tag, weak=True)
    return answer


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    """Our own few files, compressed once."""
    return gzip.compress(body, 9, mtime=0)
