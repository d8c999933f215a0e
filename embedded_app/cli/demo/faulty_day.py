"""A day on which things go wrong, one after another while customers go on: each is said as it strikes, and what became
of it once nothing is owed any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import requests
from sqlalchemy import select

from embedded_app import pipeline
from embedded_app.cli.demo import fates, rows
from embedded_app.cli.demo.machine import Machine, Say
from embedded_app.cli.demo.mishaps import Mishap, Place
from embedded_app.cli.demo.shifted import ShiftedClock
from embedded_app.db import db
from embedded_app.models import OrderFacts
from embedded_app.sandbox.cues import Cue
from embedded_app.sandbox.day import DayStep, play_day

# So long something may take to strike, or what it spoiled to be mended; both take a second or two.
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.2
# What is due so soon is waited for, and not worth moving the clock.
SHORT_WAIT_SECONDS = 0.3
CATCH_UP_SECONDS = 5 * 60
LATE_STEPS = 4
CROWD_STEPS = 5
INDENT = " " * 9


@dataclass(slots=True, kw_only=True)
class FaultyDay:
    """Plays the day's steps between the mishaps. look: shows what is new in Xero, with at_once now and not soon."""

    machine: Machine
    http: requests.Session
    steps: Iterator[DayStep]
    seed: int
    say: Say
    look: Callable[..., None]
    struck: list[Mishap] = field(default_factory=list)
    more_days: int = 0

    def play(self, mishaps: Sequence[Mishap]) -> None:
        """Let each happen once; those that did are in `struck`."""
        by_place = {Place.WEBHOOKS: self._webhooks, Place.STORE: self._calls, Place.XERO: self._calls}
        for mishap in mishaps:
            by_place[mishap.place](mishap)

    def settle(self) -> bool:
        """Wait until nothing is owed, moving the clock over waits; False where that takes too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self._deliver()
            if self._is_quiet():
                return True
            self._pass_time()
        return False

    def _webhooks(self, mishap: Mishap) -> None:
        happened = {
            "webhooks_repeated": self._repeat,
            "webhooks_late": self._send_late,
            "webhooks_lost": self._lose,
        }[mishap.name]()
        if happened:
            self._say_strike(mishap)
        if self.settle() and happened:
            self._say_fate(mishap, mishap.heals)

    def _repeat(self) -> bool:
        owed = self._step(deliver=False)
        return self.machine.shop.deliveries.deliver(self.machine.webhooks, times=3, http=self.http).accepted > owed

    def _send_late(self) -> bool:
        for _ in range(LATE_STEPS):
            self._step(deliver=False)
            time.sleep(LOOK_EVERY_SECONDS)
        sent = self.machine.shop.deliveries.deliver(self.machine.webhooks, shuffle=self.seed, http=self.http)
        return sent.accepted > 1

    def _lose(self) -> bool:
        """Lose all that is told of one order; five minutes later, the app's periodic job asks what changed."""
        self.settle()
        (order_id,) = {step.order.order.id for step in play_day(self.machine.shop, orders=1, seed=self.seed)}
        self.machine.shop.deliveries.discard()
        self.machine.clock.advance(CATCH_UP_SECONDS)
        with self.machine.app.app_context():
            pipeline.wake_catch_up()
        return self._until(lambda: self._knows(order_id))

    def _calls(self, mishap: Mishap) -> None:
        faults = self._order(mishap)
        began = self.machine.clock.now()
        go_on = self._crowd if mishap.crowded else self._go_on
        if not self._until(lambda: all(fault.hits for fault in faults), while_waiting=go_on):
            for fault in faults:
                fault.calls = 0
            return
        struck_at = max([fault.at for fault in faults if fault.at], default=began)
        self._say_strike(mishap)
        self._step()
        if not self.settle():
            return
        about = [one for fault in faults for one in fault.about]
        with self.machine.rows() as session:
            if mishap.place is Place.XERO:
                fate = fates.fate_of_calls(session, about, since=struck_at)
                words = fate.words() if fate else ""
            else:
                words = mishap.heals or fates.read_again(session, about, began=began, struck_at=struck_at)
        self._say_fate(mishap, words)

    def _order(self, mishap: Mishap) -> list[Cue]:
        """Order the mishap's faults from the sandbox."""
        if mishap.place is Place.XERO:
            with self.machine.books.lock:
                return [self.machine.books.faults.add(**settings) for settings in mishap.faults]
        world = self.machine.shop.world
        with world.lock:
            return [world.faults.add(**settings) for settings in mishap.faults]

    def _go_on(self) -> None:
        """The day's next step when all before it is done, so that a fault finds something to strike.

        The clock is not moved: it must be known by it when the fault struck.
        """
        if self._is_quiet():
            self._step()
        self.look()
        time.sleep(LOOK_EVERY_SECONDS)

    def _crowd(self) -> None:
        """Several steps whose webhooks come together."""
        if self._is_quiet():
            for _ in range(CROWD_STEPS):
                self._step(deliver=False)
            self._deliver()
        time.sleep(LOOK_EVERY_SECONDS)

    def _step(self, *, deliver: bool = True) -> int:
        """Let the next thing happen in the store, after the day's end more customers; returns the webhooks owed."""
        if next(self.steps, None) is None:
            self.more_days += 1
            self.steps = play_day(self.machine.shop, orders=5, seed=self.seed + self.more_days)
            next(self.steps)
        owed = len(self.machine.shop.deliveries.pending())
        if deliver:
            self._deliver()
        return owed

    def _deliver(self) -> None:
        if self.machine.shop.deliveries.pending():
            self.machine.shop.deliveries.deliver(self.machine.webhooks, http=self.http)

    def _until(self, happened: Callable[[], bool], *, while_waiting: Callable[[], None] | None = None) -> bool:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if happened():
                return True
            (while_waiting or self._pass_time)()
        return False

    def _pass_time(self) -> None:
        """Wait a moment; where nothing can be done before some later moment, move the clock to it and sweep."""
        pass_time(self.machine)
        self.look()

    def _is_quiet(self) -> bool:
        with self.machine.rows() as session:
            return rows.owed(session).nothing and not self.machine.shop.deliveries.pending()

    def _knows(self, order_id: str) -> bool:
        with self.machine.rows() as session:
            known = select(OrderFacts.id).where(OrderFacts.external_id == order_id, OrderFacts.facts.is_not(None))
            return session.scalar(known) is not None

    def _say_strike(self, mishap: Mishap) -> None:
        self.struck.append(mishap)
        self.say(f"{INDENT}fault {len(self.struck)}: {mishap.words}")

    def _say_fate(self, mishap: Mishap, words: str) -> None:
        self.look(at_once=True)
        self.say(f"{INDENT}  → {words}")


def pass_time(machine: Machine) -> None:
    """Wait a moment; where nothing can be done before some later moment, move the clock to it and let it be swept."""
    clock = machine.clock
    if isinstance(clock, ShiftedClock):
        with machine.rows() as session:
            due = fates.due_at(session, now=clock.now())
        wait = (due - clock.now()).total_seconds() if due else 0.0
        if wait > SHORT_WAIT_SECONDS:
            clock.advance(wait)
            with machine.app.app_context():
                pipeline.sweep()
                db.session.rollback()
    time.sleep(LOOK_EVERY_SECONDS)
