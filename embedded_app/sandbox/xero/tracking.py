"""The rules for tracking on lines: at most two, each an active option of another active category."""

from typing import Any

from embedded_app.sandbox.xero.bank_records import TrackingCategory
from embedded_app.sandbox.xero.fields import Fields
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.records import Tracked

MOST = 2
_ALLOWED = frozenset({"TrackingCategoryID", "TrackingOptionID", "Name", "Option"})


def read_tracking(organisation: Organisation, given: Any, messages: list[str]) -> tuple[Tracked, ...]:
    """The tracking of a line; what is wrong goes to `messages`.

    An option Xero does not know is refused here; whether it would rather drop it silently is not known for sure.
    """
    if given is None:
        return ()
    if not isinstance(given, list):
        messages.append("The Tracking must be an array.")
        return ()
    found = [_read_one(organisation, Fields(item, _ALLOWED, what="Tracking", messages=messages)) for item in given]
    tracked = tuple(item for item in found if item is not None)
    if len(given) > MOST:
        messages.append(f"A line can have at most {MOST} tracking categories.")
    if len({item.category_id for item in tracked}) < len(tracked):
        messages.append("A line can have one option only of each tracking category.")
    return tracked


def _read_one(organisation: Organisation, fields: Fields) -> Tracked | None:
    name, option_name = fields.text("Name", longest=100), fields.text("Option", longest=100)
    category_id, option_id = fields.uuid("TrackingCategoryID"), fields.uuid("TrackingOptionID")
    category = _find(organisation.tracking, name, category_id)
    if category is None:
        fields.refuse(f"The TrackingCategory '{name or category_id}' does not exist or is not active.")
        return None
    for option in category.options:
        if option.status == "ACTIVE" and (option.name == option_name or (option_id and option.option_id == option_id)):
            return Tracked(
                category_id=category.category_id,
                option_id=option.option_id,
                category=category.name,
                option=option.name,
            )
    fields.refuse(
        f"The TrackingOption '{option_name or option_id}' does not exist in '{category.name}' or is archived."
    )
    return None


def _find(categories: list[TrackingCategory], name: str, category_id: str) -> TrackingCategory | None:
    for category in categories:
        if category.status == "ACTIVE" and (
            category.name == name or (category_id and category.category_id == category_id)
        ):
            return category
    return None
