"""A script: everything that happens in one world, step by step, as plain data that can be cut down, kept and replayed.

Each step carries what it needs to be the same whatever stands before it: its own small seed, and names instead of
positions. So a script from which steps were taken out still plays, and what is left of it plays alike.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. do: its name, as in playing.DEEDS. told: what it is told, by name."""

    do: str
    told: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The step as a line for people."""
        return " ".join([self.do, *(f"{name}={value}" for name, value in self.told.items())])


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopPlan:
    """A store, where it sells, and the number of the organisation that keeps its books. before: how many orders it had
    before the app was installed."""

    name: str
    place: str
    organisation: int
    before: int = 0

    @property
    def domain(self) -> str:
        """Its domain."""
        return f"{self.name}.myshopify.com"

    @property
    def prefix(self) -> str:
        """What its document numbers begin with."""
        return f"{self.name[:2].upper()}-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One world. starts_at: the clock's first moment, in ISO form."""

    seed: int
    starts_at: str
    shops: tuple[ShopPlan, ...]
    steps: tuple[Step, ...]

    def only(self, steps: Sequence[Step]) -> Script:
        """The same world in which nothing but this happens."""
        return replace(self, steps=tuple(steps))

    def to_json(self) -> str:
        """The script as text, a step a line."""
        head = {"seed": self.seed, "starts_at": self.starts_at}
        shops = [asdict(one) for one in self.shops]
        lines = ",\n".join(f"    {json.dumps([one.do, one.told])}" for one in self.steps)
        return f'{{\n  "head": {json.dumps(head)},\n  "shops": {json.dumps(shops)},\n  "steps": [\n{lines}\n  ]\n}}\n'


def script_from_json(text: str) -> Script:
    """What `Script.to_json` wrote."""
    told = json.loads(text)
    return Script(
        **told["head"],
        shops=tuple(ShopPlan(**one) for one in told["shops"]),
        steps=tuple(Step(do, facts) for do, facts in told["steps"]),
    )
