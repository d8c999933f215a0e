"""Reading lists page by page, to the end or not at all."""

import json
from typing import Any

import pytest

from embedded_app.xero.errors import NeedsMerchant, RetryLater
from embedded_app.xero.exchange import Reply
from embedded_app.xero.paging import Walk


def page(*ids: int, **pagination: int) -> Reply:
    """A page of payments."""
    body: dict[str, Any] = {"Payments": [{"PaymentID": f"p{number}"} for number in ids]}
    if pagination:
        body["pagination"] = pagination
    return Reply(status=200, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


def walk(**settings: Any) -> Walk:
    """A walk through payments, two a page."""
    return Walk(**{"envelope": "Payments", "id_field": "PaymentID", "page_size": 2, **settings})


def test_it_walks_to_the_last_page_that_xero_counts() -> None:
    reading = walk()

    first = reading.add(page(1, 2, pageCount=2, itemCount=3))
    assert (len(first), reading.is_done, reading.params) == (2, False, [("page", "2"), ("pageSize", "2")])
    second = reading.add(page(3, pageCount=2, itemCount=3))

    assert (len(second), reading.is_done) == (1, True)


def test_it_does_without_pagination_until_a_page_is_not_full() -> None:
    reading = walk()

    reading.add(page(1, 2))
    assert not reading.is_done
    reading.add(page())

    assert reading.is_done


def test_an_element_that_moved_is_yielded_once_and_the_one_it_hid_is_missed_loudly() -> None:
    reading = walk()
    reading.add(page(1, 2, pageCount=2, itemCount=4))

    with pytest.raises(RetryLater):
        reading.add(page(4, 1, pageCount=2, itemCount=4))


def test_nothing_modified_since_is_the_end() -> None:
    reading = walk()

    assert reading.add(Reply(status=304, headers={}, body=b"")) == []
    assert reading.is_done


def test_a_list_without_end_is_not_walked_for_ever() -> None:
    reading = walk(page_size=50_000)
    reading.add(page(1, pageCount=9, itemCount=9))

    with pytest.raises(NeedsMerchant):
        reading.add(page(2, pageCount=9, itemCount=9))
