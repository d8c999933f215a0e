"""What was posted first never matters: two ways to post one life, compared."""

from __future__ import annotations

from tests.properties import ledgers
from tests.properties.lives import ZERO
from tests.properties.posted import Posted


def check_same_by_document(at_once: Posted, step_by_step: Posted) -> None:
    """A life looked at more often makes the same books, down to what is open on each document.

    Unless somebody looked within a moment, between a payment and an agreement of which nobody knows which came first,
    or cash rounding needed a document of its own, its invoice being posted: then the sums are still the same.
    """
    check_same_sums(at_once, step_by_step)
    if not (at_once.held or step_by_step.parted_a_moment or step_by_step.has_rounding_apart):
        assert at_once.model.open_amounts() == step_by_step.model.open_amounts()


def check_same_sums(at_once: Posted, step_by_step: Posted) -> None:
    """Both have the same balance on each account, the same tax by tax type, the same money and the same debt.

    Or both are held in the end: what was posted before the reason came stands until it is mended. And where an entry is
    heard of late, another may have taken its room by then, so that not the same payments have to wait; or the order
    looked paid for a while, and what is posted once does not wait again.
    """
    one, other = at_once.model, step_by_step.model
    came_late = step_by_step.is_out_of_order or step_by_step.parted_a_moment
    assert bool(at_once.held) is bool(step_by_step.held)
    if at_once.held or (came_late and _waiting(at_once) != _waiting(step_by_step)):
        return
    assert _waiting(at_once) == _waiting(step_by_step)
    if not came_late or ledgers.booked(at_once.life) is at_once.life.order:  # else base cents go by which pays which
        assert one.balances() == other.balances()
    assert one.taxes() == other.taxes()
    assert one.gateways() == other.gateways()
    assert sum(one.open_amounts().values(), ZERO) == sum(other.open_amounts().values(), ZERO)


def _waiting(done: Posted) -> tuple[bool, set[str]]:
    """Whether the whole order waits, and which of its payments do."""
    return done.last.waiting is not None, done.held_tenders
