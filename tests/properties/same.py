"""What was posted first never matters: two ways to post one life, compared."""

from __future__ import annotations

from tests.properties.lives import ZERO
from tests.properties.posted import Posted


def check_same_by_document(at_once: Posted, step_by_step: Posted) -> None:
    """A life looked at more often makes the same books, down to what is open on each document and what waits.

    Unless somebody looked within a moment, between a payment and an agreement of which nobody knows which came first,
    or cash rounding needed a document of its own, its invoice being posted: then the sums are still the same.
    """
    check_same_sums(at_once, step_by_step)
    if not (at_once.held or step_by_step.parted_a_moment or step_by_step.has_rounding_apart):
        assert at_once.held_tenders == step_by_step.held_tenders
        assert at_once.model.open_amounts() == step_by_step.model.open_amounts()


def check_same_sums(at_once: Posted, step_by_step: Posted) -> None:
    """Both have the same balance on each account, the same tax by tax type, the same money and the same debt.

    Or both are held in the end: what was posted before the reason came stands until it is mended. And where an entry is
    heard of late, another may have taken its room by then, so that not the same payments have to wait.
    """
    one, other = at_once.model, step_by_step.model
    assert bool(at_once.held) is bool(step_by_step.held)
    assert (at_once.last.waiting is None) is (step_by_step.last.waiting is None)
    came_late = step_by_step.is_out_of_order or step_by_step.parted_a_moment
    if at_once.held or (came_late and at_once.held_tenders != step_by_step.held_tenders):
        return
    assert one.balances() == other.balances()
    assert one.taxes() == other.taxes()
    assert one.gateways() == other.gateways()
    assert sum(one.open_amounts().values(), ZERO) == sum(other.open_amounts().values(), ZERO)
