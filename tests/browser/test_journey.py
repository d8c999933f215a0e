"""The whole journey by keyboard: a merchant installs the app, sets it up by what the pages say, sees orders post."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Locator, expect

from embedded_app.sandbox.shopify import Product
from embedded_app.sandbox.shopify.shop import Shop
from tests.browser.conftest import Admin

MOST_ACTIONS = 30
MOST_TABS = 60
MUG = Product(title="Mug", price=Decimal("9.99"))


class Hand:
    """Reaches controls by their visible labels with Tab alone, and counts what it does there."""

    def __init__(self, admin: Admin) -> None:
        self.admin, self.actions = admin, 0

    def press(self, label: str, role: str = "button") -> None:
        self._reach(self.admin.frame.get_by_role(role, name=label, exact=True))  # type: ignore[arg-type]
        self._key("Enter")

    def outside(self, label: str) -> None:
        """A button of a page that is not the app's: the store's or Xero's."""
        self._reach(self.admin.page.get_by_role("button", name=label, exact=True))
        self._key("Enter")

    def tick(self, label: str) -> None:
        self._reach(self.admin.frame.get_by_label(label))
        self._key("Space")

    def choose(self, label: str, *, instead_of: str) -> None:
        """Take a radio button, to which the arrow keys lead from the one that is taken."""
        self._reach(self.admin.frame.get_by_label(instead_of))
        wanted = self.admin.frame.get_by_label(label)
        while not wanted.is_checked():
            self._key("ArrowDown")

    def write(self, label: str, text: str) -> None:
        self._reach(self.admin.frame.get_by_label(label, exact=True))
        self._key("Control+a")
        self.admin.page.keyboard.type(text)

    def open(self, label: str) -> None:
        """Open what is folded up."""
        self._reach(self.admin.frame.locator("summary", has_text=label))
        self._key("Enter")

    def see(self, heading: str) -> None:
        expect(self.admin.frame.get_by_role("heading", level=1)).to_have_text(heading)

    def _reach(self, found: Locator) -> None:
        expect(found).to_be_visible()
        for _ in range(MOST_TABS):
            self._key("Tab")
            if found.evaluate("(one) => one === one.ownerDocument.activeElement && document.hasFocus()"):
                self.actions += 1
                return
        raise AssertionError(f"{found} is not reached by the keyboard")

    def _key(self, key: str) -> None:
        self.admin.page.keyboard.press(key)


def sell(shop: Shop, count: int) -> None:
    """Orders of this month, paid by card."""
    for _ in range(count):
        order = shop.place_order([(MUG, 2)], shipping=Decimal("4.95"))
        order.pay("shopify_payments")


def test_a_merchant_gets_from_installing_to_sales_in_xero_by_what_the_pages_say_and_the_keyboard_alone(
    admin: Admin,
) -> None:
    hand = Hand(admin)
    sell(admin.stage.shop, 3)
    admin.open()
    hand.outside("Install")

    hand.see("Get your sales into Xero")
    hand.press("Start Setup", "link")
    hand.see("Connect Xero")
    hand.press("Connect Xero")
    hand.outside("Allow access")
    hand.press("Use this organisation")
    hand.see("Connect Xero")
    expect(admin.frame.get_by_text("Alice's Books Ltd")).to_be_visible()
    expect(admin.frame.get_by_text("a minute")).to_be_visible()
    hand.press("Go on", "link")

    hand.see("How to post")
    hand.tick("Make this contact in Xero")
    hand.press("Save and go on")
    hand.see("Accounts")
    admin.work()
    admin.page.reload()
    hand.see("Accounts")
    hand.actions += 1
    hand.press("Save and go on")
    hand.see("Taxes")
    hand.tick("I have checked each tax rate above")
    hand.press("Save and go on")
    hand.see("Payment gateways")
    hand.press("Save and go on")
    hand.see("Start date")
    hand.choose("Leave them out", instead_of="Post them against the account chosen below")
    hand.press("Save and go on")
    hand.see("Opening balances")
    hand.press("Save and go on")
    hand.see("Preview")
    expect(admin.frame.get_by_role("heading", name="Invoice SH-1003")).to_be_visible()
    hand.press("This is right, go on")
    hand.see("Switch on")
    assert admin.stage.organisation.records.documents == {}
    hand.press("Switch posting on")
    hand.see("Sales are on their way to Xero.")
    admin.work()
    hand.press("Home", "link")

    expect(admin.frame.get_by_role("heading", level=1)).to_contain_text("All 3 sales since")
    expect(admin.frame.get_by_role("heading", level=1)).to_contain_text("Difference: £0.00")
    assert len(admin.stage.organisation.records.documents) == 3
    assert hand.actions <= MOST_ACTIONS

    hand.press("Preview", "link")
    hand.see("Preview")
    hand.write("Order", "#1002")
    hand.press("Show")
    hand.see("Preview of #1002")
    hand.press("Settings", "link")
    hand.see("Settings")
    hand.write("Document numbers begin with", "KB-")
    hand.press("Save the numbers")
    expect(admin.frame.get_by_text("Saved.")).to_be_visible()
    hand.open("Disconnect Xero")
    hand.press("Disconnect Alice's Books Ltd")
    expect(admin.frame.get_by_role("heading", level=1)).to_contain_text("Nothing is posted at the moment")
