"""Whether a settled world's books are what its stores sold: every cent exactly once, or held for a true reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from embedded_app.sandbox.shopify.ledger import StoredOrder
from embedded_app.sandbox.xero.organisation import Organisation
from tests.simulation import places
from tests.simulation.changed import without_what_people_changed
from tests.simulation.claims import Claim, claims
from tests.simulation.comparing import compared, differences, passed_over, too_much
from tests.simulation.expected import (
    GIFT_CARDS,
    PROMOTIONS,
    ZERO,
    Expected,
    Sums,
    cards_of,
    expected_of,
    sells_unmade_cards,
    without_zeros,
)
from tests.simulation.found import Found, found_in, order_number
from tests.simulation.imports import imported_since
from tests.simulation.judging import is_covered, judged, returned_in_part
from tests.simulation.merchants import Touched
from tests.simulation.worlds import Store, World

RECEIVABLES, TAX = "610", "820"
# A clock that was set, a process that died before it wrote down how many calls are left, and others amid a call may
# make us miscount, once each.
MISCOUNTS = ("crash", "clock", "others")


class WrongBooks(AssertionError):
    """The books are not what the stores say."""


@dataclass(slots=True, kw_only=True)
class Audit:
    """One organisation's books beside its stores. balances: what each account must come to, debits positive.

    loose: gift cards of which nobody can say whether they are journals: those sold by an order that was deleted.
    """

    organisation: Organisation
    touched: list[Touched]
    found: dict[str, Found]
    balances: Sums = field(default_factory=lambda: defaultdict(Decimal))
    wrong: list[str] = field(default_factory=list)
    loose: set[str] = field(default_factory=set)


def check(world: World) -> None:
    """Raise WrongBooks where anything is wrong in any organisation of the world."""
    wrong = []
    for organisation in world.organisations().values():
        audit, stores = _audit(world, organisation), list(_stores(world, organisation))
        for store in stores:
            _orders(world, store, audit)
            _cards(store, audit)
        _whole(audit, stores)
        wrong += audit.wrong
    excused = sum(count for (kind, _), count in world.seams.met.items() if kind.startswith(MISCOUNTS))
    if world.books.limits.refused > excused:
        wrong.append(f"{world.books.limits.refused} calls went beyond Xero's limits")
    if wrong:
        raise WrongBooks("\n".join(wrong))


def check_orders(world: World) -> None:
    """Raise WrongBooks where an order that is not held is not in the books as its store has it."""
    wrong = []
    for organisation in world.organisations().values():
        audit = _audit(world, organisation)
        for store in _stores(world, organisation):
            held = {one.order for one in claims(world, store)}
            for order in store.shop.orders.values():
                expected = expected_of(store, order)
                stands = audit.found.get(expected.number, Found())
                unfound = order.id in held or order.id in world.unseen or order.id in store.before
                if not unfound and not _by_hand(audit, expected) and not _waits(store, expected, stands):
                    wrong += _named(expected, compared(expected, stands, world.locks.get(organisation.tenant_id, [])))
    if wrong:
        raise WrongBooks("before any look back:\n" + "\n".join(wrong))


def _audit(world: World, organisation: Organisation) -> Audit:
    touched = [one for one in world.touched if one.organisation is organisation]
    return Audit(organisation=organisation, touched=touched, found=found_in(organisation))


def _stores(world: World, organisation: Organisation) -> Iterator[Store]:
    return (one for one in world.stores.values() if one.organisation is organisation)


def _orders(world: World, store: Store, audit: Audit) -> None:
    """Compare each order of the store with what stands for it; what stands for none is left in `audit.found`."""
    held = _by_order(claims(world, store))
    locks = world.locks.get(store.organisation.tenant_id, [])
    audit.loose |= cards_of(store, {order.id for order in store.deleted}).keys()
    for order in (*store.shop.orders.values(), *store.deleted):
        expected = expected_of(store, order)
        stands = audit.found.pop(expected.number, Found())
        by_hand = _by_hand(audit, expected)
        free = bool(by_hand) or order in store.deleted
        verdict = judged(held.pop(order.id, []), expected, stands, locks=locks, free=free)
        wrong = list(verdict.wrong)
        if _waits(store, expected, stands) or (_is_older(world, store, order) and stands.is_empty):
            continue
        if verdict.is_held or order in store.deleted or not without_what_people_changed(expected, by_hand):
            wrong += too_much(expected, stands, by_hand)
            _book_found(audit.balances, stands)
        else:
            wrong += compared(expected, stands, locks)
            # What a closed period or a person keeps from being paid is passed over for that.
            wrong += [] if by_hand or is_covered(expected, locks) else passed_over(stands)
            _book(audit.balances, expected)
        audit.wrong += _named(expected, wrong)
    beyond = (one for some in held.values() for one in some if one.number not in audit.loose)
    beyond = (one for one in beyond if not returned_in_part(one, store))
    audit.wrong += [f"{store.plan.name}: {one.cause}: {one.sentence}" for one in beyond]


def _cards(store: Store, audit: Audit) -> None:
    """Each gift card that was given by hand is one journal: the store owes what it promised."""
    posted = [one for one in audit.organisation.journals() if one.status == "POSTED"]
    for number, value in cards_of(store).items():
        if number in audit.loose:
            continue
        moves = [
            (places.family(line.account_code), line.line_amount)
            for one in posted
            for line in one.lines
            if one.narration.split(" ")[0] == number
        ]
        if sorted(moves) != [(PROMOTIONS, value), (GIFT_CARDS, -value)]:
            audit.wrong.append(f"gift card {number} of {value} stands as {moves}")
        audit.balances[PROMOTIONS] += value
        audit.balances[GIFT_CARDS] -= value


def _whole(audit: Audit, stores: Sequence[Store]) -> None:
    """What concerns the organisation as a whole: nothing foreign, no person's edit undone, all accounts right."""
    name = audit.organisation.name
    audit.wrong += [f"{number} stands in {name}, but no store of it sold that" for number in audit.found]
    audit.wrong += [
        f"{one.number}: a person's change was overwritten: {', '.join(one.changed())}"
        for one in audit.touched
        if one.changed()
    ]
    known = sum(len(cards_of(store).keys() - audit.loose) for store in stores)
    journals = []
    for one in audit.organisation.journals():
        is_loose = one.narration.split(" ")[0].removesuffix("-X") in audit.loose
        if one.status == "POSTED" and not is_loose:
            journals.append(one)
        for line in one.lines if is_loose and one.status == "POSTED" else ():
            audit.balances[places.family(line.account_code)] += line.line_amount
    if len(journals) != known:
        audit.wrong.append(f"{len(journals)} journals stand in {name} for {known} gift cards")
    if not audit.wrong:
        families: Sums = defaultdict(Decimal)
        for account, amount in audit.organisation.balances().items():
            families[places.family(account)] += amount
        audit.wrong += differences("balance of", without_zeros(families), without_zeros(audit.balances))


def _waits(store: Store, expected: Expected, found: Found) -> bool:
    """Whether nothing stands for an order yet that sells gift cards which the store has not made: it is not paid."""
    return found.is_empty and sells_unmade_cards(store, expected.order)


def _is_older(world: World, store: Store, order: StoredOrder) -> bool:
    """Whether an order may be missing, for it was placed before the app was installed and was not imported."""
    since, day = imported_since(world, store), store.before.get(order.id)
    return day is not None and (since is None or day < since)


def _by_hand(audit: Audit, expected: Expected) -> list[Touched]:
    return [one for one in audit.touched if order_number(one.number) == expected.number]


def _by_order(held: list[Claim]) -> dict[str | None, list[Claim]]:
    by_order: dict[str | None, list[Claim]] = defaultdict(list)
    for one in held:
        by_order[one.order].append(one)
    return by_order


def _named(expected: Expected, wrong: list[str]) -> list[str]:
    return [f"{expected.number}: {problem}" for problem in wrong]


def _book(balances: Sums, expected: Expected) -> None:
    """Add what the order must come to on each account."""
    for account, amount in expected.nets.items():
        balances[account] -= amount
    balances[TAX] -= sum(expected.taxes.values(), ZERO)
    for one in expected.money.values():
        balances[one.account] += one.amount
    balances[RECEIVABLES] += expected.total - expected.moved


def _book_found(balances: Sums, found: Found) -> None:
    """Add what stands for an order that is held, or that a person has changed."""
    for account, amount in found.nets.items():
        balances[account] -= amount
    balances[TAX] -= sum(found.taxes.values(), ZERO)
    for one in (moved for some in found.money.values() for moved in some):
        balances[one.account] += one.amount
    balances[RECEIVABLES] += found.open
