"""What the fuzzer begins with holds, and what breaks a target is told; the fuzzing itself is `make fuzz`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzzing.__main__ import judged, main
from tests.fuzzing.drawing import Draw, body
from tests.fuzzing.target import TARGETS as REGISTER
from tests.fuzzing.target import Target
from tests.fuzzing.targets import TARGETS
from tests.hostile.odd import VALUES, text_of

ODD = (b"", b"\x00", b"\xff" * 40, b"\x01\x02\x03" * 30, bytes(range(256)), b"\x00" * 12 + b'{"a":' * 3000)


def breaking(data: bytes) -> None:
    """A target that takes nothing but zeros."""
    assert not any(data), "found something"


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_holds_with_what_it_begins_with_and_with_odd_bytes(name: str) -> None:
    target = TARGETS[name]

    for data in (*target.begin(), *ODD):
        target.check(data)


@pytest.mark.parametrize(
    ("data", "made"),
    [
        (b"", b'{"a": "seed", "b": [1]}'),
        (b"\x00\x00any text", b"any text"),
        (b"\x00\x01\x00\x00\x00\x00\x00", text_of({"a": VALUES[0], "b": [1]})),
        (b"\x00\x01\x00\x00\x04", b'{"b": [1]}'),
        (b"\x00\x01\xff\xff\x00\x02\x01\xff\x02", b'{"a": "seed", "b": ["\\udcff\\udcff\\udcff"]}'),
        (b"\x00\x02\x80\x00\x06\x00\x00\x00\x00\x00\x04\x00\x09\xc4", b'{"a": "25.00", "b": [[1]]}'),
    ],
)
def test_bytes_are_a_seed_a_text_or_a_changed_seed(data: bytes, made: bytes) -> None:
    assert body(Draw(data), [{"a": "seed", "b": [1]}]) == made


def test_an_input_that_breaks_a_target_breaks_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTER, "webhooks", Target(breaking, list))
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(b"\x00")
    bad.write_bytes(b"\x00\x01")

    assert main(["--only", "webhooks", "--replay", str(good)]) == 0
    with pytest.raises(AssertionError, match="found something"):
        main(["--only", "webhooks", "--replay", str(bad)])


def test_a_broken_target_is_told_with_its_exception_and_how_to_see_it_again() -> None:
    said = (
        "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#9\tNEW    cov: 12 ft: 34 corp: 2/2b\n\n"
        " === Uncaught Python exception: ===\nAssertionError: found something\nTraceback: …\n\n"
        "==77== ERROR: libFuzzer: fuzz target exited\nTest unit written to broken/webhooks-crash-1\n"
        "stat::number_of_executed_units: 53\n"
    )
    verdict = judged("webhooks", 1, said)

    assert (verdict.runs, verdict.reached) == (53, (12, 34))
    assert verdict.problem.startswith("BROKEN\nAssertionError: found something")
    assert verdict.problem.endswith("--only webhooks --replay broken/webhooks-crash-1")
    assert judged("webhooks", 0, said).problem == ""


@pytest.mark.parametrize(
    "said", ["==7== ERROR: libFuzzer: out-of-memory (used: 2000Mb)", "==7== ERROR: libFuzzer: timeout after 10 seconds"]
)
def test_an_input_that_takes_too_long_or_too_much_breaks_its_target(said: str) -> None:
    assert said.partition("libFuzzer: ")[2] in judged("lists", 70, said).problem
