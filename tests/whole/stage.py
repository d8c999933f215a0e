"""A shop, its app and its books on one machine: real HTTP on loopback, real PostgreSQL, one clock set by hand.

The cast: Alice and Bob each have a store and an organisation of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from embedded_app import jobs, models, onboarding, pipeline
from embedded_app.accounting.order import Order
from embedded_app.clock import SetClock
from embedded_app.db import db
from embedded_app.models import Dispatch, DispatchState, Hold, Store
from embedded_app.pipeline import day_totals, summing_up
from embedded_app.pipeline.summing_up import Figures
from embedded_app.queue import wake
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.companies import AU, UK, US
from embedded_app.sandbox.xero.company import Company
from embedded_app.sandbox.xero.organisation import Organisation
from tests.golden_case import Case

COMPANIES = {"uk_books": UK, "us_books": US, "au_books": AU}
# More rounds than any test needs: a test that is not quiet by then has a loop in it.
MOST_ROUNDS = 40
WORK = jobs.Work(
    gather=pipeline.gather,
    post=pipeline.send,
    beyond=pipeline.beyond,
    catch_up=pipeline.catch_up,
    upkeep=pipeline.upkeep,
    alert=pipeline.alert,
    dry_run=pipeline.dry_run,
    import_orders=pipeline.import_orders,
    sweep=pipeline.sweep,
    five_minutes=pipeline.five_minutes,
    hourly=pipeline.hourly,
)


KEYED = ("gather", "post", "beyond", "catch_up", "upkeep", "alert", "dry_run", "import_orders")
STEPS = {name: getattr(WORK, name) for name in KEYED}


@dataclass(slots=True)
class Stage:
    """One merchant: store, books, and the app between them at `url`."""

    app: Flask
    clock: SetClock
    url: str
    shop: Shop
    books: Books
    organisation: Organisation
    store_id: int
    user_id: str

    def state(self, order: Order) -> None:
        """Let the store have exactly this order, and owe the webhooks of what is new in it."""
        self.shop.state_order(order)

    def deliver(self, *, times: int = 1, shuffle: int | None = None) -> None:
        """Send the webhooks the store owes; all must be taken in."""
        sent = self.shop.deliveries.deliver(f"{self.url}/webhooks/shopify", times=times, shuffle=shuffle)
        assert sent.refused == 0, sent

    def work(self) -> None:
        """Run jobs, as the workers would, until nothing is owed that can be done now."""
        for _ in range(MOST_ROUNDS):
            with self.app.app_context():
                _nudge(self.clock.now())
                pipeline.sweep()
                if not _jobs_waiting():
                    return
            jobs.run_worker(self.app, WORK, queues=jobs.WORKER_QUEUES, concurrency=2, wait=False)
        raise AssertionError(f"still at work after {MOST_ROUNDS} rounds")

    def work_off(self) -> None:
        """Do what the jobs are for, one after another and without workers: quick, where workers are not the point."""
        for _ in range(MOST_ROUNDS):
            with self.app.app_context():
                _nudge(self.clock.now())
                pipeline.sweep()
                owed = _take_jobs()
            if not owed:
                return
            for task, key in owed:
                with self.app.app_context():
                    while STEPS[task](key):
                        pass
        raise AssertionError(f"still at work after {MOST_ROUNDS} rounds")

    def post(self, order: Order) -> None:
        """The whole way of one order, or of what is new in it: store, webhook, gather, decide, record, send."""
        self.state(order)
        self.deliver()
        self.work_off()

    def wait(self, **duration: int) -> None:
        """Let time pass, then do what is owed."""
        self.clock.advance(timedelta(**duration).total_seconds())
        self.work_off()

    def map(self, document: Mapping[str, Any]) -> None:
        """Save the document as the store's next mapping, its contact being the organisation's."""
        with self.app.app_context():
            store = db.session.get_one(Store, self.store_id)
            with_contact = {**document, "contact": self.organisation.contact("Online customers").contact_id}
            onboarding.save_mapping(db.session, store, with_contact, author="Alice", now=self.clock.now())
            db.session.commit()

    def switch(self, *, on: bool) -> None:
        """Switch posting on or off."""
        with self.app.app_context():
            store = db.session.get_one(Store, self.store_id)
            onboarding.switch_posting(db.session, store, on=on, actor="Alice", now=self.clock.now())
            db.session.commit()

    def retry(self) -> int:
        """Retry all that is held, as the merchant would, and do what is owed then."""
        with self.app.app_context():
            retried = pipeline.retry_held(db.session, db.session.get_one(Store, self.store_id), actor="Alice")
        self.work_off()
        return retried

    def figures(self) -> tuple[Figures, ...]:
        """What Home adds up: the store's sales, and what stands in Xero for them; the same before and after a fold."""
        with self.app.app_context():
            store = db.session.get_one(Store, self.store_id)
            figures = summing_up.standing(db.session(), store).figures
            day_totals.fold(db.session(), store.id)
            db.session.commit()
            assert summing_up.standing(db.session(), store).figures == figures
            return figures

    def held(self) -> list[str]:
        """The sentences of all open holds, oldest first."""
        with self.app.app_context():
            open_holds = select(Hold.sentence).where(Hold.store_id == self.store_id, Hold.closed_at.is_(None))
            return list(db.session.scalars(open_holds.order_by(Hold.id)))

    def unposted(self) -> int:
        """How many writes are owed to Xero, whatever their state."""
        with self.app.app_context():
            owed = select(func.count()).where(
                Dispatch.store_id == self.store_id, Dispatch.state != DispatchState.POSTED
            )
            return db.session.scalars(owed).one()

    def balances(self) -> dict[str, Decimal]:
        """What Xero's accounts hold, debits positive, zeros left out."""
        return {code: amount for code, amount in self.organisation.balances().items() if amount}

    def taxes(self) -> dict[str, Decimal]:
        """Tax by tax type as Xero reports it, zeros left out."""
        return {tax_type: total.tax for tax_type, total in self.organisation.vat().items() if total.tax}


def set_the_stage(
    app: Flask, clock: SetClock, url: str, shop: Shop, books: Books, *, company: Company = UK, prefix: str = "SH-"
) -> Stage:
    """Connect a store of the sandbox to a new organisation of the sandbox; mapping and switch are left to the test."""
    user_id = books.new_id()
    organisation = books.open_organisation(replace(company, name=shop.name), user_id)
    tokens = shop.issue_tokens()
    with app.app_context():
        row = connect_xero(books, organisation, user_id, now=clock.now())
        store = onboarding.add_store(
            db.session, channel="shopify", external_id=shop.domain, prefix=prefix, now=clock.now()
        )
        store.organisation_id = row.id
        onboarding.keep_store_tokens(
            db.session,
            store,
            access_token=tokens.access,
            refresh_token=tokens.refresh,
            access_expires_at=tokens.access_expires_at,
        )
        db.session.commit()
        store_id = store.id
    return Stage(app, clock, url, shop, books, organisation, store_id, user_id)


def company_of(case: Case) -> Company:
    """The sandbox's company that keeps the case's books: of its country, in its base currency, with its tax rates."""
    company = COMPANIES[case.organisation]
    known = {tax_type: rate for tax_type, _, rate, _ in company.tax_rates}
    added = tuple(
        (tax_type, f"{tax_type} of the case", format(rate * 100, "f"), "ALL")
        for tax_type, rate in case.books.rates.items()
        if tax_type not in known
    )
    wrong = {name for name, rate in case.books.rates.items() if name in known and Decimal(known[name]) != rate * 100}
    assert not wrong, f"{case.name} has other rates than {company.name} for {wrong}"
    codes = {code for code, *_ in company.accounts}
    opened = tuple(
        (code, name, "REVENUE", company.accounts[0][3])
        for code, name in case.account_names.items()
        if code not in codes
    )
    return replace(
        company,
        base_currency=case.books.base_currency,
        accounts=(*company.accounts, *opened),
        tax_rates=(*company.tax_rates, *added),
    )


def connect_xero(books: Books, organisation: Organisation, user_id: str, *, now: datetime) -> models.Organisation:
    """Let a Xero user connect the organisation, as the consent screen and Setup will; the caller commits."""
    access, refresh = books.issue_tokens(user_id)
    grant = onboarding.keep_xero_tokens(
        db.session,
        xero_user_id=user_id,
        access_token=access,
        refresh_token=refresh,
        access_expires_at=now + timedelta(minutes=30),
        refresh_expires_at=now + timedelta(days=60),
    )
    return onboarding.add_organisation(
        db.session, tenant_id=organisation.tenant_id, grant=grant, base_currency=organisation.base_currency
    )


def _nudge(now: datetime) -> None:
    """Wake what was put off until now; Procrastinate, which does it in real life, goes by the machine's clock."""
    due = "DELETE FROM procrastinate_jobs WHERE task_name = 'nudge' AND scheduled_at <= :now RETURNING id, args"
    for _, args in sorted(db.session.execute(text(due), {"now": now}).all()):
        wake(db.session, args["task_name"], args["key"], queue=args["work_queue"])
    db.session.commit()


def _take_jobs() -> list[tuple[str, int]]:
    """The jobs that wait, each once and in the order they were woken; they are no longer owed."""
    taken = db.session.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = ANY(:queues)"
            " RETURNING id, task_name, args ->> 'key' AS key"
        ),
        {"queues": list(jobs.WORKER_QUEUES)},
    ).all()
    db.session.commit()
    return list(dict.fromkeys((job.task_name, int(job.key)) for job in sorted(taken, key=lambda job: job.id)))


def _jobs_waiting() -> bool:
    waiting = text("SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = ANY(:queues) LIMIT 1")
    return db.session.execute(waiting, {"queues": list(jobs.WORKER_QUEUES)}).first() is not None
