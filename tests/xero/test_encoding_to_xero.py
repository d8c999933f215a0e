"""Bodies as bytes: exact, and the same for the same."""

from decimal import Decimal

import pytest

from embedded_app.xero.encoding import decode, encode
from embedded_app.xero.endpoints import ALLOCATION_REMOVALS, ALLOCATIONS, ENDPOINTS, INVOICES, PAYMENTS


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("24.93", b"24.93"),
        ("9.9900", b"9.99"),
        ("8600.0", b"8600"),
        ("1E+2", b"100"),
        ("0.00", b"0"),
        ("-0.00", b"0"),
        ("-1.50", b"-1.5"),
        ("0.1000000000000000055", b"0.1000000000000000055"),
        ("9999999999.99", b"9999999999.99"),
    ],
)
def test_an_amount_is_written_exactly_and_plainly(amount: str, written: bytes) -> None:
    assert encode(PAYMENTS, [{"Amount": Decimal(amount)}]) == b'{"Payments":[{"Amount":' + written + b"}]}"


def test_equal_payloads_give_equal_bytes_whatever_scale_their_amounts_came_with() -> None:
    first = [{"Amount": Decimal("2.5"), "Reference": "Möbel"}]
    second = [{"Amount": Decimal("2.5000"), "Reference": "Möbel"}]

    assert encode(PAYMENTS, first) == encode(PAYMENTS, second)


def test_any_text_a_store_can_hold_survives_the_way() -> None:
    text = 'Tasse "groß" \\ \n\t 茶碗 🍵 \ud83c'

    sent = encode(INVOICES, [{"Reference": text, "SentToContact": True, "Url": None}])

    assert decode(sent) == {"Invoices": [{"Reference": text, "SentToContact": True, "Url": None}]}


@pytest.mark.parametrize("amount", [1.5, object()])
def test_a_float_is_refused(amount: object) -> None:
    with pytest.raises(TypeError, match="money is Decimal"):
        encode(PAYMENTS, [{"Amount": amount}])


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_what_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        encode(PAYMENTS, [{"Amount": Decimal(amount)}])


@pytest.mark.parametrize(("endpoint", "count"), [(INVOICES, 0), (INVOICES, 51), (ALLOCATIONS, 2)])
def test_a_call_takes_no_more_than_its_endpoint_allows(endpoint: object, count: int) -> None:
    assert endpoint in ENDPOINTS.values()
    with pytest.raises(ValueError, match="takes 1 to"):
        encode(endpoint, [{}] * count)  # type: ignore[arg-type]


def test_a_removal_has_no_body() -> None:
    assert encode(ALLOCATION_REMOVALS, [{}]) == b""


def test_money_is_read_without_passing_through_a_float() -> None:
    assert decode(b'{"Total": 0.1000000000000000055}') == {"Total": Decimal("0.1000000000000000055")}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b'{"a":NaN}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_not_json_raises_one_kind_of_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body)


def test_the_endpoints_stand_in_the_order_to_send() -> None:
    assert list(ENDPOINTS) == [
        "contacts",
        "invoices",
        "credit notes",
        "overpayments",
        "bank transactions",
        "journals",
        "voids",
        "allocation removals",
        "overpayment allocation removals",
        "allocations",
        "overpayment allocations",
        "payments",
    ]
    ids_in_path = [endpoint.path.count("{}") for endpoint in ENDPOINTS.values()]
    assert ids_in_path == [0, 0, 0, 0, 0, 0, 1, 2, 2, 1, 1, 0]
    assert [endpoint.batch_size for endpoint in ENDPOINTS.values()] == [1 if ids else 50 for ids in ids_in_path]
