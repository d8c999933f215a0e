"""What a target of the fuzzer is, and the register of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fuzzing.drawing import inputs


@dataclass(frozen=True, slots=True)
class Target:
    """check: takes any bytes, and raises where something is wrong. begin: the inputs to begin with."""

    check: Callable[[bytes], None]
    begin: Callable[[], Sequence[bytes]]


TARGETS: dict[str, Target] = {}


def target(
    seeds: Callable[[], Sequence[Any]], head: int = 0, *, numbered: bool = False
) -> Callable[[Callable[[bytes], None]], Callable[..., None]]:
    """Decorator: fuzzed under the function's name.

    head: how many bytes are drawn before the body. numbered: the first of them says which seed it is.
    """

    def begin() -> list[bytes]:
        found = seeds()
        return list(inputs(found, [(bytes([at * numbered]) + bytes(head))[:head] for at in range(len(found))]))

    def decorate(check: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[check.__name__.replace("_", "-")] = Target(check, begin)
        return check

    return decorate
