"""Shopify's JSON of an order becomes an Order, or a hold that says why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.accounting.order import AgreementKind, LineKind, Order, SaleLine, StoreTotals, Tax
from embedded_app.channels.shopify.orders import parse_order
from tests.channels.shopify_bodies import (
    Json,
    agreement,
    money,
    mugs_by_post,
    order,
    sale,
    tax,
)

LONDON = "Europe/London"


def read(node: Json) -> Order:
    found = parse_order(node, LONDON)
    assert isinstance(found, Order), found
    return found


def read_line(line: Json) -> SaleLine:
    return read(order(agreement(1, line))).agreements[0].lines[0]


def test_it_reads_the_header() -> None:
    found = read(mugs_by_post())

    assert (found.id, found.name, found.currency, found.timezone) == (
        "gid://shopify/Order/5001",
        "#1001",
        "GBP",
        LONDON,
    )
    assert (found.placed_at, found.updated_at) == (
        datetime(2026, 11, 20, 23, 29, 59, tzinfo=UTC),
        datetime(2026, 11, 21, 8, tzinfo=UTC),
    )
    assert (found.country, found.channel, found.location) == ("GB", "web", None)
    assert (found.cancelled_at, found.test) == (None, False)
    assert found.totals == StoreTotals(
        original=Decimal("24.93"), current=Decimal("24.93"), net_payment=Decimal("24.93")
    )


def test_it_reads_a_sale_line_with_its_tax_and_its_product() -> None:
    goods, post = read(mugs_by_post()).agreements[0].lines

    assert goods == SaleLine(
        id="gid://shopify/ProductSale/1",
        kind=LineKind.PRODUCT,
        title="Mug",
        quantity=2,
        gross=Decimal("19.98"),
        taxes=(Tax(title="VAT", rate=Decimal("0.2"), amount=Decimal("3.33")),),
        sku="MUG-1",
        product_type="Kitchen",
        vendor="Ada & Co",
        tags=("gift", "blue"),
    )
    assert (post.kind, post.title, post.gross, post.tax) == (
        LineKind.SHIPPING,
        "Royal Mail",
        Decimal("4.95"),
        Decimal("0.83"),
    )


def test_it_takes_amounts_with_any_number_of_decimals() -> None:
    assert read_line(sale(1, "8600.0")).gross == Decimal("8600.00")
    assert read_line(sale(1, "8600")).gross == Decimal("8600.00")


@pytest.mark.parametrize(
    ("typename", "reason", "kind"),
    [
        ("OrderAgreement", "ORDER", AgreementKind.PLACED),
        ("OrderEditAgreement", "ORDER_EDIT", AgreementKind.EDITED),
        ("RefundAgreement", "REFUND", AgreementKind.REFUNDED),
        ("ReturnAgreement", "RETURN", AgreementKind.RETURNED),
    ],
)
def test_each_agreement_has_its_kind(typename: str, reason: str, kind: AgreementKind) -> None:
    found = read(order(agreement(1, sale(1, "5.00"), __typename=typename, reason=reason)))

    assert found.agreements[0].kind is kind


@pytest.mark.parametrize(
    ("changes", "kind", "title"),
    [
        ({"lineType": "PRODUCT"}, LineKind.PRODUCT, "Mug"),
        ({"lineType": "GIFT_CARD", "lineItem": {"name": "Gift card"}}, LineKind.GIFT_CARD, "Gift card"),
        ({"lineItem": {"name": "Gift card", "isGiftCard": True}}, LineKind.GIFT_CARD, "Gift card"),
        ({"lineType": "SHIPPING", "lineItem": None, "shippingLine": None}, LineKind.SHIPPING, "Shipping"),
        ({"lineType": "TIP", "lineItem": None}, LineKind.TIP, "Tip"),
        ({"lineType": "DUTY", "lineItem": None}, LineKind.DUTY, "Duty"),
        ({"lineType": "FEE", "lineItem": None, "fee": {"__typename": "RestockingFee"}}, LineKind.FEE, "Restocking fee"),
        ({"lineType": "FEE", "lineItem": None, "fee": None}, LineKind.FEE, "Fee"),
        (
            {"lineType": "ADDITIONAL_FEE", "lineItem": None, "additionalFee": {"name": "Bottle deposit"}},
            LineKind.ADDITIONAL_FEE,
            "Bottle deposit",
        ),
        ({"lineType": "ADJUSTMENT", "lineItem": None}, LineKind.ADJUSTMENT, "Adjustment"),
    ],
)
def test_each_line_type_has_its_kind_and_a_title(changes: Json, kind: LineKind, title: str) -> None:
    line = read_line(sale(1, "5.00", **changes))

    assert (line.kind, line.title) == (kind, title)


def test_a_return_keeps_its_negative_amount_quantity_and_discount() -> None:
    returned = sale(9, "-57.23", actionType="RETURN", quantity=-1, totalDiscountAmountAfterTaxes=money("-1.77"))

    line = read_line(returned)

    assert (line.gross, line.quantity, line.discount) == (Decimal("-57.23"), -1, Decimal("-1.77"))


def test_an_adjustment_without_quantity_counts_no_units() -> None:
    assert read_line(sale(1, "-10.00", lineType="ADJUSTMENT", quantity=None, lineItem=None)).quantity == 0


def test_a_line_whose_product_is_gone_keeps_its_name() -> None:
    line = read_line(sale(1, "5.00", lineItem={"name": "Mug", "sku": "", "vendor": None, "product": None}))

    assert (line.title, line.sku, line.product_type, line.vendor, line.tags) == ("Mug", None, None, None, ())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (tax("1.00", rate=Decimal("0.07")), Tax(title="VAT", rate=Decimal("0.07"), amount=Decimal(1))),
        (tax("1.00", rate=None, ratePercentage=7), Tax(title="VAT", rate=Decimal("0.07"), amount=Decimal(1))),
        (tax("1.00", rate=0), Tax(title="VAT", rate=Decimal(0), amount=Decimal(1))),
    ],
)
def test_a_tax_rate_is_a_fraction(line: Json, expected: Tax) -> None:
    assert read_line(sale(1, "5.00", taxes=(line,), tax_total="1.00")).taxes == (expected,)


@pytest.mark.parametrize("liable", [True, False, None])
def test_who_remits_a_tax_is_taken_over_even_where_it_is_unknown(liable: bool | None) -> None:
    line = sale(1, "5.00", taxes=(tax("1.00", channelLiable=liable),), tax_total="1.00")

    assert read_line(line).taxes[0].marketplace is liable


def test_agreements_are_sorted_by_moment_and_ties_keep_the_stores_order() -> None:
    late = agreement(1, sale(1, "1.00"), happenedAt="2026-11-22T00:00:00Z")
    early = [agreement(number, sale(number, "1.00"), happenedAt="2026-11-21T01:00:00+01:00") for number in (3, 2)]

    found = read(order(late, *early))

    assert [one.id.rpartition("/")[2] for one in found.agreements] == ["3", "2", "1"]


def test_a_moment_falls_on_the_stores_day() -> None:
    found = read(mugs_by_post())

    assert replace(found, timezone="Pacific/Auckland").local_day(found.agreements[0].happened_at) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("shipping_address", "location", "country"),
    [
        ({"countryCodeV2": "DE"}, {"name": "Soho", "address": {"countryCode": "GB"}}, "DE"),
        (None, {"name": "Soho", "address": {"countryCode": "GB"}}, "GB"),
        ({"countryCodeV2": None}, None, None),
        (None, None, None),
    ],
)
def test_the_country_is_the_destinations_or_else_the_tills(shipping_address: Any, location: Any, country: Any) -> None:
    found = read(order(shippingAddress=shipping_address, retailLocation=location))

    assert found.country == country


def test_a_test_order_is_read_and_marked() -> None:
    assert read(order(test=True)).test


def test_reading_leaves_the_stores_json_as_it_was() -> None:
    node = mugs_by_post()

    read(node)

    assert node == mugs_by_post()
