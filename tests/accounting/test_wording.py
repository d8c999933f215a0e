"""Text of a store as PostgreSQL, JSON and Xero take it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_app.accounting.document_json import document_to_json
from embedded_app.accounting.facts import facts_hash, from_facts, to_facts
from embedded_app.accounting.order import Tax
from embedded_app.accounting.wording import clean, fitted, is_blank, legible
from tests.accounting.shop import decided, line, order, placed, received

ANYTHING = st.text(st.characters(), max_size=60)  # surrogates and control characters included
FAMILY = "👨\u200d👩\u200d👧"


def utf16(text: str) -> int:
    """How long Xero finds a text."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Mug", "Mug"),
        ("Crème brûlée 抹茶 🍵", "Crème brûlée 抹茶 🍵"),
        (FAMILY, FAMILY),
        ("Nul\x00 and\ttab\nline\x7f\u2028", "Nul  and tab line  "),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("no \uffff character \U0001fffe", "no \ufffd character \ufffd"),
    ],
)
def test_control_characters_become_spaces_and_half_characters_are_replaced(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(ANYTHING, st.integers(min_value=8, max_value=40))
def test_whatever_a_text_holds_it_fits_and_can_be_stored(text: str, limit: int) -> None:
    found = fitted(text, limit)

    assert utf16(found) <= limit
    assert "\x00" not in found
    found.encode("utf-8")


def test_a_text_of_just_the_limit_is_left_whole() -> None:
    assert fitted("x" * 4000, 4000) == "x" * 4000
    assert fitted("🍵" * 2000, 4000) == "🍵" * 2000


def test_a_longer_text_is_cut_with_a_mark_counted_as_xero_counts() -> None:
    assert fitted("x" * 4001, 4000) == "x" * 3999 + "…"
    assert fitted("🍵" * 2001, 4000) == "🍵" * 1999 + "…"


def test_a_cut_does_not_part_what_is_one_character_to_the_eye() -> None:
    assert fitted("ab" + "e\u0301" * 4, 6) == "ab" + "e\u0301" + "…"
    assert fitted("ab" + FAMILY * 2, 9) == "ab…"


@pytest.mark.parametrize(("text", "blank"), [("", True), (" \u200b\ufeff\u00ad", True), ("0", False), ("é", False)])
def test_a_text_is_blank_where_nothing_of_it_can_be_seen(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


def test_an_order_that_is_legible_stays_the_same_object() -> None:
    one = order(placed(line("12.00", "2.00")), received("12.00"))

    assert legible(one) is one


@given(ANYTHING)
def test_an_order_with_any_text_can_be_stored_and_hashed(text: str) -> None:
    sale = line("12.00", title=text, sku=text, tags=(text,), vendor=text, product_type=text)
    taxed = line("12.00", id="taxed", taxes=(Tax(title=text, rate=sale.gross / 60, amount=sale.gross / 6),))
    one = order(placed(sale, taxed), received("24.00", text), name=text, channel=text, location=text)

    stored = json.dumps(to_facts(one), ensure_ascii=False)

    assert "\\u0000" not in stored
    stored.encode("utf-8")
    assert from_facts(json.loads(stored)) == legible(one)
    assert facts_hash(one) == facts_hash(legible(one))


@pytest.mark.parametrize("gateway", ["paypal", "pay\x00pal \ud83d"])
def test_whatever_a_decision_says_can_be_stored(gateway: str) -> None:
    one = order(placed(line("12.00", title="Mug\x00\ud83d")), received("12.00", gateway), name="#1\x00")

    decision = decided(one)

    texts = [json.dumps(document_to_json(document), ensure_ascii=False) for document in decision.documents]
    texts += [held.sentence + held.subject for held in decision.held]
    assert texts and not any("\\u0000" in text or "\x00" in text for text in texts)
    "".join(texts).encode("utf-8")
