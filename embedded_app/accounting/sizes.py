"""Whether a document fits into one call to Xero, which is told before anything is decided rather than when it fails.

Xero advises bodies of at most 3.5 MB; a document is never split, for its number stands for one order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from embedded_app.accounting.documents import Document, Held

LARGEST_BYTES = 3_000_000
# An escaped character takes up to 12 bytes, a line's fields around its description fewer than this.
_MOST_BYTES_OF_A_CHARACTER, _BYTES_OF_A_LINE = 12, 400


def size_problems(documents: Iterable[Document]) -> tuple[Held, ...]:
    """The documents whose body would be too large to send, each with its size in bytes, approximately."""
    problems = []
    for document in documents:
        at_most = sum(_MOST_BYTES_OF_A_CHARACTER * len(line.description) + _BYTES_OF_A_LINE for line in document.lines)
        if at_most <= LARGEST_BYTES:
            continue
        size = sum(len(json.dumps(line.description)) + _BYTES_OF_A_LINE for line in document.lines)
        if size > LARGEST_BYTES:
            problems.append(_too_large(document, size))
    return tuple(problems)


def _too_large(document: Document, size: int) -> Held:
    sentence = (
        f"{document.number} has {len(document.lines)} lines whose descriptions take {size / 1e6:.1f} MB, more than "
        f"Xero takes at once ({LARGEST_BYTES / 1e6:.0f} MB). Shorten its products' titles in the store, then retry."
    )
    return Held(cause="document too large", subject=document.number, sentence=sentence)
