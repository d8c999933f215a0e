"""The day itself: the store's customers act, its webhooks go to gunicorn, and the terminal shows what reaches Xero."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import requests
from sqlalchemy.orm import Session

from embedded_app import clock
from embedded_app.cli.demo import lines, rows
from embedded_app.cli.demo.closing import close
from embedded_app.cli.demo.faulty_day import FaultyDay, pass_time
from embedded_app.cli.demo.machine import Machine, Say, last_lines
from embedded_app.cli.demo.mishaps import Mishap, Place, verdict
from embedded_app.cli.demo.shifted import ShiftedClock
from embedded_app.models import DispatchState
from embedded_app.sandbox.day import play_day

# Beyond so many orders the terminal shows how far the day is, not every order.
SHOWN_ORDERS = 200
LOOK_EVERY_SECONDS = 0.4
PROGRESS_EVERY_SECONDS = 5.0
# A worker's death costs some 30 s, a used-up minute of Xero's 60 calls another 60.
BASE_SECONDS = 150.0
SECONDS_PER_ORDER = 0.6
SECONDS_PER_MISHAP = 8.0

FINAL = (DispatchState.POSTED, DispatchState.HELD)


def play(machine: Machine, *, orders: int, seed: int, unmapped: bool, say: Say, mishaps: Sequence[Mishap] = ()) -> bool:
    """Play a day, show it, and say in one line for each currency whether store and Xero agree; True when they do.

    mishaps: what goes wrong meanwhile; each must have happened, too.
    """
    began = time.monotonic()
    watch = _Watch(machine, say, orders=orders)
    if watch.shows_orders:
        say(f"\n{lines.heading()}")
    steps = play_day(machine.shop, orders=orders, seed=seed, unmapped=unmapped)
    with requests.Session() as http:
        faulty = FaultyDay(machine=machine, http=http, steps=steps, seed=seed, say=say, look=watch.look)
        faulty.play(mishaps)
        for _ in faulty.steps:
            machine.shop.deliveries.deliver(machine.webhooks, http=http)
            # No pause here: in a slower day the writes would not gather into batches that fit into 60 calls a minute.
            watch.look()
        seconds = BASE_SECONDS + SECONDS_PER_ORDER * orders + SECONDS_PER_MISHAP * len(mishaps)
        finished = _finish(machine, watch, http, deadline=began + seconds)
    if not finished:
        _say_what_is_owed(machine, say)
    equal = _closing(machine, say, seconds=time.monotonic() - began, held_is_wrong=bool(mishaps) and not unmapped)
    return _all_struck(machine, mishaps, faulty.struck, say) and equal and finished


def _all_struck(machine: Machine, mishaps: Sequence[Mishap], struck: Sequence[Mishap], say: Say) -> bool:
    if not mishaps:
        return True
    counts = {
        "webhooks": {mishap.name.removeprefix("webhooks_"): 1 for mishap in struck if mishap.place is Place.WEBHOOKS},
        "store": machine.shop.world.faults.struck(),
        "Xero": machine.books.faults.struck(),
    }
    told, all_struck = verdict(mishaps, struck, counts)
    for line in told:
        say(line)
    return all_struck


@dataclass(slots=True)
class _Watch:
    """Looks at the rows every now and then and says what is new."""

    machine: Machine
    say: Say
    orders: int
    _looked_at: float = 0.0
    _said_at: float = field(default_factory=time.monotonic)
    _shown: set[int] = field(default_factory=set)
    _holds_shown: set[int] = field(default_factory=set)
    _waits_until: datetime | None = None

    @property
    def shows_orders(self) -> bool:
        """Whether each order is shown, or only how far the day is."""
        return self.orders <= SHOWN_ORDERS

    def look(self, *, at_once: bool = False) -> None:
        """Say what is new; unless at_once, only every LOOK_EVERY_SECONDS."""
        self.machine.look()
        if not at_once and time.monotonic() - self._looked_at < LOOK_EVERY_SECONDS:
            return
        with self.machine.rows() as session:
            self._say_waiting(session)
            if self.shows_orders:
                self._show_orders(session)
            elif time.monotonic() - self._said_at >= PROGRESS_EVERY_SECONDS:
                self._said_at = time.monotonic()
                still = rows.owed(session)
                self.say(
                    lines.progress_line(
                        len(self.machine.shop.orders),
                        self.orders,
                        rows.progress(session),
                        waiting=still.deliveries + still.writes,
                    )
                )
            self._show_holds(session)
        self._looked_at = time.monotonic()

    def _say_waiting(self, session: Session) -> None:
        until = rows.waits_until(session)
        if until is None or until == self._waits_until or isinstance(self.machine.clock, ShiftedClock):
            return
        self._waits_until = until
        seconds = (until - clock.now()).total_seconds()
        if seconds > 1:
            most = self.machine.books.limits.per_minute
            self.say(f"{'':<9}Xero allows {most} calls a minute: waiting {seconds:.0f} s (LIMITS=0 lifts this)")

    def _show_orders(self, session: Session) -> None:
        """Show each order once nothing of it is under way, with all that is new of it."""
        by_order: dict[str, list[rows.Write]] = defaultdict(list)
        for write in rows.writes(session):
            by_order[write.order_id].append(write)
        for order_id, writes in by_order.items():
            news = [write for write in writes if write.state == DispatchState.POSTED and write.id not in self._shown]
            if not news or any(write.state in rows.UNDER_WAY for write in writes):
                continue
            self._shown.update(write.id for write in news)
            order = self.machine.shop.orders[order_id]
            for line in lines.order_lines(order.name, order.current_total, order.currency, news):
                self.say(line)

    def _show_holds(self, session: Session) -> None:
        for hold in rows.held(session):
            if hold.id in self._holds_shown:
                continue
            self._holds_shown.add(hold.id)
            order = self.machine.shop.orders.get(hold.order_id or "")
            name = order.name if order else "–"
            total = f"{lines.money(order.current_total)} {order.currency}" if order else ""
            for line in lines.held_lines(name, total, [hold]):
                self.say(line)


def _finish(machine: Machine, watch: _Watch, http: requests.Session, *, deadline: float) -> bool:
    """Wait until nothing is owed any more; False when the deadline comes first."""
    deliveries = machine.shop.deliveries
    while time.monotonic() < deadline:
        if deliveries.pending():
            deliveries.deliver(machine.webhooks, http=http)
        with machine.rows() as session:
            over = rows.owed(session).nothing and not deliveries.pending()
        watch.look(at_once=over)
        if over:
            return True
        pass_time(machine)
    return False


def _say_what_is_owed(machine: Machine, say: Say) -> None:
    with machine.rows() as session:
        still, pauses = rows.owed(session), rows.pauses(session)
    undelivered = len(machine.shop.deliveries.pending()) + len(machine.shop.deliveries.lost)
    say(
        f"\nThe day did not end in time. Still owed: {undelivered} webhooks to deliver, {still.deliveries} to take in, "
        f"{still.writes} writes to Xero, {still.unknown} calls to look up."
    )
    for sentence in pauses:
        say(sentence)
    worker_log = machine.directory / "logs" / "worker.log"
    say(f"The end of {worker_log}:\n{last_lines(worker_log)}")


def _closing(machine: Machine, say: Say, *, seconds: float, held_is_wrong: bool) -> bool:
    """Say how store and Xero compare; held_is_wrong: nothing that went wrong may have left something held."""
    with machine.rows() as session:
        held = rows.held(session)
        numbers = rows.numbers(session, {hold.order_id for hold in held if hold.order_id})
        differing = rows.differing(session)
    with machine.books.lock:
        closes = close(machine.shop, machine.organisation, numbers)
    say(f"\n{len(machine.shop.orders):,} orders in {seconds:.0f} s" + (f", {len(held)} things held" if held else ""))
    if differing:
        say(f"Xero reckons these otherwise than Crossfoot: {', '.join(differing)}")
    for one in closes:
        say(one.line())
    return all(one.equal for one in closes) and not differing and not (held_is_wrong and held)
