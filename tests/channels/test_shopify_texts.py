"""Text of a store that no database or document could hold is made legible; nothing else of it changes."""

from __future__ import annotations

import json

import pytest

from embedded_app.accounting.facts import from_facts, to_facts
from embedded_app.accounting.order import Order
from embedded_app.channels import QueryRefused, Unreadable
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import Json, agreement, order, sale, tax, transaction

LONDON = "Europe/London"
TEXTS = [
    ("a\x00b", "a b"),
    ("a\x1fb\x7fc\x85d", "a b c d"),
    ("line\nand\ttab", "line and tab"),
    ("two\u2028lines\u2029", "two lines "),
    ("half \ud83d of it", "half \N{REPLACEMENT CHARACTER} of it"),
    ("\udc00", "\N{REPLACEMENT CHARACTER}"),
    ("no \uffff character", "no \N{REPLACEMENT CHARACTER} character"),
    (" Ærø — “mug” 🫖\u200d\u0301 ", " Ærø — “mug” 🫖\u200d\u0301 "),
    ("<b>&amp;'\"\\", "<b>&amp;'\"\\"),
]


def written_everywhere(text: str) -> Json:
    product = {"productType": text, "tags": [text, "plain"]}
    item = {"id": "gid://shopify/LineItem/1", "name": text, "sku": text, "vendor": text, "product": product}
    line = sale(1, "5.00", taxes=(tax("0.83", title=text),), tax_total="0.83", lineItem=item)
    paid = transaction(1, "5.00", gateway=text)
    return order(agreement(1, line), transactions=(paid,), name=text, sourceName=text)


@pytest.mark.parametrize(("written", "legible"), TEXTS, ids=[ascii(written) for written, _ in TEXTS])
def test_text_is_made_legible_wherever_a_store_writes_it(written: str, legible: str) -> None:
    found = parse_order(written_everywhere(written), LONDON)

    assert isinstance(found, Order)
    line = found.agreements[0].lines[0]
    texts = [found.name, found.channel, found.tenders[0].gateway, line.title, line.sku, line.vendor]
    assert texts + [line.product_type, line.taxes[0].title, line.tags[0]] == [legible] * 9
    assert line.tags[1] == "plain"


@pytest.mark.parametrize("written", [written for written, _ in TEXTS], ids=ascii)
def test_what_was_read_can_be_kept_and_comes_back_as_it_was(written: str) -> None:
    found = parse_order(written_everywhere(written), LONDON)

    assert isinstance(found, Order)
    assert from_facts(json.loads(json.dumps(to_facts(found)).encode("ascii"))) == found
    assert "\\u0000" not in json.dumps(to_facts(found))


def test_the_sentence_of_a_hold_is_legible_too() -> None:
    found = parse_order(order(agreement(1, sale(1, "5.00", lineType="a\x00b")), name="#1\x00\ud83d"), LONDON)

    assert isinstance(found, Unreadable)
    assert "#1 \N{REPLACEMENT CHARACTER} has the line type “a b”" in found.sentence


def test_the_sentence_of_a_refusal_is_legible_too() -> None:
    assert QueryRefused("Shopify refused: \x00").sentence == "Shopify refused:  "
