"""Walks the pages of a list and knows whether it saw all of it: pure.

Pages are cut from a list that others may change meanwhile: an element modified during the walk moves, and another slips
past the page border unseen. Look-up concludes "not there, send again" from absence, so an incomplete walk must not end
quietly.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from embedded_app.xero.answers import read_elements, read_json
from embedded_app.xero.encoding import Json
from embedded_app.xero.errors import NeedsMerchant, RetryLater
from embedded_app.xero.exchange import Reply

DOCUMENTS_A_PAGE = 100  # of at most 1,000: a page of long invoices must stay well below exchange.LARGEST_BODY
CONTACTS_A_PAGE = 1000
_MOST_ELEMENTS = 100_000  # beyond which Xero refuses such queries itself
_SHIFTED_SECONDS = 10


@dataclass(slots=True, kw_only=True)
class Walk:
    """One reading of a list. envelope: the key of the list in each page. id_field: tells its elements apart.

    seen_before: how many elements the pages before next_page had, where a reading goes on that somebody else began.
    """

    envelope: str
    id_field: str
    page_size: int = DOCUMENTS_A_PAGE
    next_page: int = 1
    is_done: bool = False
    seen_before: int = 0
    _seen: set[str] = field(default_factory=set)

    @property
    def params(self) -> list[tuple[str, str]]:
        """The query of the next page."""
        return [("page", str(self.next_page)), ("pageSize", str(self.page_size))]

    def add(self, reply: Reply) -> list[Json]:
        """The elements of a page not seen on an earlier one.

        Raises RetryLater after the last page if fewer elements were seen than Xero counts, NeedsMerchant where there is
        no end.
        """
        if reply.status == 304:  # nothing modified since
            self.is_done = True
            return []
        elements = read_elements(reply, self.envelope)
        fresh = [element for element in elements if str(element.get(self.id_field)) not in self._seen]
        self._seen.update(str(element.get(self.id_field)) for element in fresh)
        self._turn(elements, _pagination(reply))
        return fresh

    def _turn(self, elements: list[Json], pagination: Json) -> None:
        pages, count = pagination.get("pageCount"), pagination.get("itemCount")
        last = self.next_page >= pages if isinstance(pages, int) else len(elements) < self.page_size
        last = last or not elements  # whatever it says of pages to come: else a thousand calls might follow
        if last and isinstance(count, int) and self.seen_before + len(self._seen) < count:
            raise RetryLater(_SHIFTED_SECONDS, "maintenance")
        if not last and self.next_page * self.page_size >= _MOST_ELEMENTS:
            raise NeedsMerchant("Xero lists more documents than can be searched in one go. Ask for support.")
        self.is_done = last
        self.next_page += 1


def _pagination(reply: Reply) -> Json:
    parsed = read_json(reply)
    inner = parsed.get("pagination") if isinstance(parsed, dict) else None
    return inner if isinstance(inner, dict) else {}
