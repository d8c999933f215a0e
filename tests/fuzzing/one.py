"""One target in a process of its own: python -m tests.fuzzing.one TARGET CORPUS ARTIFACTS SECONDS.

libFuzzer's loop never returns: it ends the process, with a code other than 0 where an input broke the target.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path

import atheris
import structlog

with atheris.instrument_imports(include=["embedded_app"], enable_loader_override=False):
    from tests.fuzzing.people_targets import the_app
    from tests.fuzzing.targets import TARGETS

    the_app()  # imports what else there is

# An input that takes longer, or more memory, is a mistake as well: workers have neither.
MOST_SECONDS, MOST_MEGABYTES, LONGEST_INPUT = 10, 1500, 20_000


def main(name: str, corpus: Path, artifacts: Path, seconds: int) -> None:
    """Fuzz the target of this name; never returns."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    corpus.mkdir(parents=True, exist_ok=True)
    artifacts.mkdir(parents=True, exist_ok=True)
    for at, begun in enumerate(TARGETS[name].begin()):
        (corpus / f"seed-{at}").write_bytes(begun)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={MOST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-max_len={LONGEST_INPUT}",
        f"-artifact_prefix={artifacts}/{name}-",
        "-use_value_profile=1",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], _kept(TARGETS[name].check, artifacts / f"{name}-broken"))
    atheris.Fuzz()


def _kept(check: Callable[[bytes], None], path: Path) -> Callable[[bytes], None]:
    """The same, with an input that breaks it kept by us: libFuzzer does not always come to that."""

    def checked(data: bytes) -> None:
        try:
            check(data)
        except BaseException:
            path.write_bytes(data)
            print(f"Test unit written to {path}", flush=True)
            raise

    return checked


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
