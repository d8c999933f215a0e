"""Metrics stay quick over years: no figure is read from all that was ever done."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session

from embedded_app import onboarding
from embedded_app.clock import SetClock
from embedded_app.models import Organisation
from embedded_app.pipeline.measuring import LAG_QUANTILES, LAG_WINDOW, STATEMENTS, measure

# As many rows as it takes for the planner to prefer an index wherever there is one; 20 of each are open.
YEARS = (
    """INSERT INTO delivery (store_id, webhook_id, topic, kept, received_at, state, tries, priority, stale_reads)
       SELECT :store, 'w' || n, 'orders/updated', '{}', '2026-01-01',
              CASE WHEN n <= 20 THEN 'open' ELSE 'done' END, 0, 0, 0 FROM generate_series(1, 20000) n""",
    """INSERT INTO contact (store_id, key, number, suffix)
       SELECT :store, n, n, 0 FROM generate_series(1, 20000) n""",
    """INSERT INTO dispatch (organisation_id, store_id, endpoint, contact_id, state, priority, created_at, told_at,
                             posted_at)
       SELECT :organisation, :store, 'contacts', id, CASE WHEN id % 1000 = 0 THEN 'ready' ELSE 'posted' END, 0,
              '2026-01-01', '2026-01-01', timestamptz '2026-01-01' + id * interval '20 minutes' FROM contact""",
    """INSERT INTO batch (organisation_id, endpoint, path_ids, key, body, sha256, state, created_at, doubtful)
       SELECT :organisation, 'contacts', '[]', 'k' || n, '', '',
              CASE WHEN n <= 20 THEN 'unknown' ELSE 'closed' END, '2026-01-01', false
       FROM generate_series(1, 20000) n""",
    """INSERT INTO hold (store_id, cause, subject, sentence, opened_at, closed_at)
       SELECT :store, 'c', n, '', '2026-01-01', CASE WHEN n <= 20 THEN NULL ELSE timestamptz '2026-01-02' END
       FROM generate_series(1, 20000) n""",
)


def fill(session: scoped_session[Session], clock: SetClock) -> None:
    """A store and an organisation after years."""
    store = onboarding.add_store(session, channel="shopify", external_id="alice", prefix="SH-", now=clock.now())
    organisation = Organisation(tenant_id="t", name="Alice", base_currency="GBP")
    session.add(organisation)
    session.flush()
    for statement in YEARS:
        session.execute(text(statement), {"store": store.id, "organisation": organisation.id})
    for table in ("delivery", "dispatch", "batch", "hold"):
        session.execute(text(f"ANALYZE {table}"))
    session.commit()


def test_no_figure_is_read_from_all_that_was_ever_done(session: scoped_session[Session], clock: SetClock) -> None:
    fill(session, clock)
    values = {"lag": {"quantiles": list(LAG_QUANTILES), "since": clock.now() - LAG_WINDOW}}
    served = ("deliveries", "dispatches", "batches", "holds", "lag")

    plans = {
        what: json.dumps(
            session.execute(text(f"EXPLAIN (FORMAT JSON) {STATEMENTS[what].text}"), values.get(what, {})).scalar_one()
        )
        for what in served
    }

    assert [what for what, plan in plans.items() if "Seq Scan" in plan or "Index" not in plan] == []
    measured = measure(session(), now=clock.now() + timedelta(minutes=1))
    assert (measured.deliveries.count, measured.dispatches["ready"].count) == (20, 20)
    assert (measured.batches["unknown"].count, measured.held) == (20, {"c": 20})
