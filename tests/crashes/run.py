"""One run: a day of orders while processes are killed at random moments, and what became of the books."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from embedded_app.cli.demo import rows
from embedded_app.cli.demo.closing import close
from embedded_app.models import Delivery
from embedded_app.sandbox.day import play_day
from tests.crashes.machine import Machine, running
from tests.crashes.standstills import Kill, Recovery, Standstills, recoveries

RECOVERED_WITHIN_SECONDS = 60.0
# Shopify tries again after seconds at first, then after ever longer; nine times in all.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 20.0
LOOK_EVERY_SECONDS = 0.05
SAMPLE_EVERY_SECONDS = 0.5
# Calls whose outcome a kill left unknown are looked up from minute 6 on.
SETTLED_WITHIN_SECONDS = 600.0
# Kills go on when all is played, until so little is left, or for as long again and some time for each order, for a
# day may be played faster than it is worked off: then the rest is worked off in peace.
ALMOST_DONE = 100
KILLED_FOR = 2.0
KILLED_SECONDS_PER_ORDER = 0.1
SECONDS_PER_ORDER = 0.5
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run showed. problems: what is wrong with the books, in sentences; empty where all is equal."""

    seed: int
    orders: int
    seconds: float
    recoveries: Sequence[Recovery]
    problems: Sequence[str]
    documents: int

    @property
    def longest(self) -> float:
        """Seconds until work went on after the last kill that stopped it, at most."""
        return max((one.since_last for one in self.recoveries), default=0.0)

    @property
    def holds(self) -> bool:
        """Whether the books are equal and each kill was recovered from in time."""
        return not self.problems and self.longest <= RECOVERED_WITHIN_SECONDS

    def line(self) -> str:
        """The run in one line."""
        struck = Counter(one.kill.victim.rstrip(" 0123456789") for one in self.recoveries)
        killed = ", ".join(f"{count} {victim}" for victim, count in sorted(struck.items()))
        verdict = "equal" if not self.problems else "NOT EQUAL"
        late = "" if self.longest <= RECOVERED_WITHIN_SECONDS else " TOO LONG"
        return (
            f"seed {self.seed}: {self.orders:,} orders, {self.documents:,} documents in {self.seconds:.0f} s, "
            f"{len(self.recoveries)} kills ({killed}), longest recovery {self.longest:.0f} s{late}, books {verdict}"
        )


def run(*, seed: int, orders: int, say: Say, gaps: tuple[float, float] = (4.0, 30.0)) -> Told:
    """Play the day that the seed gives, kill what it draws, and compare. gaps: least and most seconds between kills.

    Moments are drawn, but what they hit depends on the machine: a seed repeats the plan, not the run.
    """
    with running() as machine:
        day = _Day(machine=machine, seed=seed, orders=orders, gaps=gaps, say=say)
        with ThreadPoolExecutor(2) as pool:
            others = [pool.submit(day.keep_and_kill), pool.submit(day.watch)]
            try:
                day.play(others)
            finally:
                day.is_over = True
        for other in others:
            other.result()
        problems = [*day.problems, *_differences(machine)]
        return Told(
            seed=seed,
            orders=orders,
            seconds=day.elapsed(),
            recoveries=recoveries(day.kills, day.standstills.spans),
            problems=problems,
            documents=len(machine.organisation.documents()),
        )


@dataclass(slots=True, kw_only=True)
class _Day:
    """The run's three threads: the store plays, the supervisor keeps and kills, the watch counts."""

    machine: Machine
    seed: int
    orders: int
    gaps: tuple[float, float]
    say: Say
    began: float = field(default_factory=time.monotonic)
    kills: list[Kill] = field(default_factory=list)
    standstills: Standstills = field(default_factory=Standstills)
    problems: list[str] = field(default_factory=list)
    is_over: bool = False
    kills_end: bool = False
    is_telling: bool = False  # what is being delivered is pending no more
    played_at: float = 0.0
    owed: rows.Owed | None = None
    accepted: int = 0
    _pause: float = 0.0
    _resume_at: float = 0.0

    def elapsed(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    def play(self, others: Sequence[Future[None]]) -> None:
        """Let all happen in the store, deliver its webhooks, and wait until nothing is owed."""
        with requests.Session() as http:
            self._wait_until_up()
            for _ in play_day(self.machine.shop, orders=self.orders, seed=self.seed):
                self._deliver(http)
                if any(other.done() for other in others):
                    return  # what it failed of is raised by its result
            self.played_at = self.elapsed()
            most = self._kills_until() + self.orders * SECONDS_PER_ORDER + SETTLED_WITHIN_SECONDS
            while self.elapsed() < most and not any(other.done() for other in others):
                self._deliver(http)
                if self._is_settled():
                    return
                time.sleep(LOOK_EVERY_SECONDS)
        self.problems.append(f"not settled after {self.elapsed():.0f} s: {self.owed}")

    def keep_and_kill(self) -> None:
        """Keep all processes running, and kill one of them now and then."""
        draw = random.Random(self.seed)
        next_at = time.monotonic() + draw.uniform(*self.gaps)
        while not self.is_over:
            self.machine.supervisor.look()
            if not self.kills_end and self.accepted and time.monotonic() >= next_at:
                self._kill(draw)
                next_at = time.monotonic() + draw.uniform(*self.gaps)
            time.sleep(LOOK_EVERY_SECONDS)

    def watch(self) -> None:
        """Note what gets on, from the rows."""
        while not self.is_over:
            time.sleep(SAMPLE_EVERY_SECONDS)
            try:
                with self.machine.rows() as session:
                    self.owed = rows.owed(session)
                    progress = rows.progress(session)
                    heard = session.scalar(select(func.count()).select_from(Delivery)) or 0
            except DBAPIError:
                continue
            at, posted = self.elapsed(), progress.documents + progress.settlements
            unheard = self.is_telling or bool(self.machine.shop.deliveries.pending())
            self.standstills.note("hearing the store", owed=unheard, done=heard, at=at)
            read = heard - self.owed.deliveries
            self.standstills.note("taking in", owed=self.owed.deliveries > 0, done=read, at=at)
            self.standstills.note("posting", owed=self.owed.writes > 0, done=posted, at=at)
            almost_done = not unheard and self.owed.deliveries + self.owed.writes < ALMOST_DONE
            if self.played_at and (almost_done or at > self._kills_until()):
                self.kills_end = True

    def _kills_until(self) -> float:
        return KILLED_FOR * self.played_at + self.orders * KILLED_SECONDS_PER_ORDER

    def _kill(self, draw: random.Random) -> None:
        victims = self.machine.victims()
        name = draw.choice(sorted(victims))
        pid = draw.choice(victims[name])
        with suppress(ProcessLookupError):  # one that ended by itself a moment ago
            os.kill(pid, signal.SIGKILL)
            self.kills.append(Kill(at=self.elapsed(), victim=name))
            self.say(f"{self.elapsed():7.1f} s  kill -9 {name}")

    def _deliver(self, http: requests.Session) -> None:
        """Send what the store owes, unless it was refused a moment ago."""
        deliveries = self.machine.shop.deliveries
        if deliveries.pending() and time.monotonic() >= self._resume_at:
            self.is_telling = True
            sent = deliveries.deliver(f"{self.machine.url}/webhooks/shopify", http=http)
            self.is_telling = False
            self.accepted += sent.accepted
            grown = min(max(2 * self._pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            self._pause = grown if sent.refused else 0.0
            self._resume_at = time.monotonic() + self._pause

    def _wait_until_up(self) -> None:
        while not self._answers():
            if self.elapsed() > RECOVERED_WITHIN_SECONDS:
                raise TimeoutError(f"gunicorn did not come up; its log is in {self.machine.logs}")
            time.sleep(LOOK_EVERY_SECONDS)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.machine.url}/healthz", timeout=2).ok
        except requests.RequestException:
            return False

    def _is_settled(self) -> bool:
        if self.machine.shop.deliveries.pending():
            return False
        try:
            with self.machine.rows() as session:
                return rows.owed(session).nothing and not self._unheard()
        except DBAPIError:
            return False

    def _unheard(self) -> bool:
        """Whether a webhook was given up by the store: then the catch-up, every five minutes, must find its order."""
        if not self.machine.shop.deliveries.lost:
            return False
        with self.machine.books.lock:
            closes = close(self.machine.shop, self.machine.organisation, {})
        return not all(one.equal for one in closes)


def _differences(machine: Machine) -> list[str]:
    """What is wrong with the books at the end, in sentences."""
    with machine.rows() as session:
        held = [f"held: {one.sentence}" for one in rows.held(session)]
        differing = [f"{number} is reckoned otherwise by Xero" for number in rows.differing(session)]
        paused = [f"paused: {sentence}" for sentence in rows.pauses(session)]
        posted = rows.progress(session)
    with machine.books.lock:
        closes = close(machine.shop, machine.organisation, {})
        numbers = Counter(document.number for document in machine.organisation.documents())
    unequal = [one.line() for one in closes if not one.equal]
    twice = [f"{number} stands {count} times" for number, count in numbers.items() if count > 1]
    nothing = [] if posted.documents else ["nothing was posted"]
    return [*held, *differing, *paused, *unequal, *twice, *nothing]
