"""The whole journey: a merchant installs the app, sets it up by what the pages say, and sees orders post."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.shop import Shop
from tests.browser.conftest import Admin

MOST_ACTIONS = 30
MUG = Product(title="Mug", price=Decimal("9.99"))


class Hand:
    """Clicks and chooses by visible labels, and counts."""

    def __init__(self, admin: Admin) -> None:
        self.admin, self.actions = admin, 0

    def click(self, label: str, role: str = "button") -> None:
        self._act(self.admin.frame.get_by_role(role, name=label, exact=True)).click()  # type: ignore[arg-type]

    def outside(self, label: str) -> None:
        """A click on a page that is not the app's: the store's or Xero's."""
        self._act(self.admin.page.get_by_role("button", name=label, exact=True)).click()

    def tick(self, label: str) -> None:
        self._act(self.admin.frame.get_by_label(label)).check()

    def choose(self, label: str, option: str) -> None:
        self._act(self.admin.frame.get_by_label(label, exact=True)).select_option(label=option)

    def see(self, heading: str) -> None:
        expect(self.admin.frame.get_by_role("heading", level=1)).to_have_text(heading)

    def _act(self, found: Locator) -> Locator:
        self.actions += 1
        return found


def sell(shop: Shop, count: int) -> None:
    """Orders of this month, paid by card."""
    for _ in range(count):
        order = shop.place_order([(MUG, 2)], shipping=Decimal("4.95"))
        order.pay("shopify_payments")


def test_a_merchant_gets_from_installing_to_sales_in_xero_by_what_the_pages_say(admin: Admin) -> None:
    hand = Hand(admin)
    sell(admin.stage.shop, 3)
    admin.open()
    hand.outside("Install")
    admin.open()
    hand.actions += 1

    hand.see("Get your sales into Xero")
    hand.click("Start Setup", "link")
    hand.see("Connect Xero")
    hand.click("Connect Xero")
    hand.outside("Allow access")
    hand.click("Use this organisation")
    hand.see("Get your sales into Xero")
    hand.click("Go on with Setup", "link")

    hand.see("How to post")
    hand.tick("Make this contact in Xero")
    hand.click("Save and go on")
    hand.see("Accounts")
    admin.work()
    admin.page.reload()
    hand.see("Accounts")
    hand.actions += 1
    hand.click("Save and go on")
    hand.see("Taxes")
    hand.tick("I have checked each tax rate above")
    hand.click("Save and go on")
    hand.see("Payment gateways")
    hand.click("Save and go on")
    hand.see("Start date")
    hand.tick("Leave them out")
    hand.click("Save and go on")
    hand.see("Opening balances")
    hand.click("Save and go on")
    hand.see("Preview")
    expect(admin.frame.get_by_role("heading", name="Invoice SH-1003")).to_be_visible()
    hand.click("This is right, go on")
    hand.see("Switch on")
    assert admin.stage.organisation.records.documents == {}
    hand.click("Switch posting on")
    hand.see("Sales are on their way to Xero.")
    admin.work()
    hand.click("Home", "link")

    expect(admin.frame.get_by_role("heading", level=1)).to_contain_text("All 3 sales since")
    expect(admin.frame.get_by_role("heading", level=1)).to_contain_text("Difference: £0.00")
    assert len(admin.stage.organisation.records.documents) == 3
    assert hand.actions <= MOST_ACTIONS
