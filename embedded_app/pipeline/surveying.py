"""What Setup has to go by: the store's last orders, the organisation's chart, what they suggest and what can be chosen.

The last orders are read like any others, by the workers; until Setup is done they are kept and nothing is posted.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from threading import Lock
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Select, String, any_, bindparam, func, select
from sqlalchemy.orm import Session

from embedded_app import inbox, recorded
from embedded_app.accounting.charged_taxes import ChargedTax, charged_taxes
from embedded_app.accounting.chart import Account, Chart
from embedded_app.accounting.choices import account_choices
from embedded_app.accounting.facts import from_facts
from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import LineKind, Order
from embedded_app.accounting.suggest import Reason, Suggestion, suggest
from embedded_app.accounting.suggest_accounts import key_of
from embedded_app.accounting.suggest_taxes import Surroundings
from embedded_app.accounting.tenders import net_tenders
from embedded_app.channels import CHANNELS
from embedded_app.clock import now
from embedded_app.models import Delivery, DeliveryState, OrderFacts, Store
from embedded_app.pipeline import asking, credentials

LOOK_BACK = timedelta(days=90)
MOST_ORDERS = 500
# Stores whose surveys a process keeps, some megabytes each: each step of Setup goes by the same orders.
MOST_KEPT = 4
TOPIC = "setup"


@dataclass(frozen=True)
class Survey:
    """A store's last orders and its organisation's chart, as last read. chart: None until Xero was read."""

    orders: tuple[Order, ...]
    chart: Chart | None

    @cached_property
    def gateways(self) -> tuple[str, ...]:
        """Through which the store was paid."""
        return tuple(sorted({tender.gateway for order in self.orders for tender in net_tenders(order)[0]}))

    @cached_property
    def kinds(self) -> frozenset[LineKind]:
        """The kinds of lines that were sold."""
        lines = (line for order in self.orders for agreement in order.agreements for line in agreement.lines)
        return frozenset(line.kind for line in lines if line.gross or line.tax or line.face_value)

    @cached_property
    def shop_currency(self) -> str | None:
        """The store's own currency, None before any order tells it."""
        return self.orders[0].currency if self.orders else None

    @cached_property
    def suggestion(self) -> Suggestion | None:
        """The mapping they suggest."""
        return None if self.chart is None else suggest(self.chart, self.orders, contact="")

    @cached_property
    def reasons(self) -> dict[str, Reason]:
        """Why what is suggested, by field of the mapping."""
        return {reason.field: reason for reason in self.suggestion.reasons} if self.suggestion else {}

    def choices(self, gateways: tuple[str, ...]) -> dict[str, tuple[Account, ...]]:
        """The accounts that can be chosen for each field."""
        if self.chart is None:
            return {}
        if gateways not in self._choices:
            self._choices[gateways] = account_choices(self.chart, gateways, shop_currency=self.shop_currency)
        return self._choices[gateways]

    @cached_property
    def _choices(self) -> dict[tuple[str, ...], dict[str, tuple[Account, ...]]]:
        """The choices by gateways: every account is checked in every field for them."""
        return {}

    def taxes(self, accounts: dict[str, str], special: dict[str, str], no_tax: str | None) -> tuple[ChargedTax, ...]:
        """The taxes charged, with suggestions that fit the accounts chosen before, by kind of line and purpose."""
        if self.chart is None:
            return ()
        by_key = {key_of(account): account for account in self.chart.accounts}
        around = Surroundings(
            chart=self.chart,
            no_tax=next((rate for rate in self.chart.tax_rates if rate.tax_type == no_tax), None),
            accounts={LineKind(kind): by_key[code] for kind, code in accounts.items() if code in by_key},
            marketplace=by_key.get(special.get(SpecialAccount.MARKETPLACE_TAX.value, "")),
        )
        return self.charged(around)

    def charged(self, around: Surroundings) -> tuple[ChargedTax, ...]:
        """The taxes charged, with suggestions that fit these surroundings."""
        return charged_taxes(self.orders, around)


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the reading of the last orders is."""

    read: int
    open: int

    @property
    def wanted(self) -> int:
        """How many there are to read."""
        return self.read + self.open


def survey(session: Session, store: Store) -> Survey:
    """What is known now of the store's orders of the last 90 days, the latest 500, and of its organisation."""
    latest = session.execute(
        select(OrderFacts.id, OrderFacts.hash)
        .where(
            OrderFacts.store_id == store.id, OrderFacts.facts.is_not(None), OrderFacts.placed_at >= now() - LOOK_BACK
        )
        .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
        .limit(MOST_ORDERS)
    ).all()
    known = store.organisation is not None and store.organisation.chart is not None
    chart = recorded.chart(store.organisation) if known and store.organisation else None
    with _keeping:
        before = _kept.get(store.id)
    if before is not None and before.hashes == tuple(row.hash for row in latest) and before.survey.chart == chart:
        return before.survey
    read = _read(session, [(row.id, row.hash) for row in latest], before)
    made = _Kept(tuple(name for name, _ in read), Survey(orders=tuple(order for _, order in read), chart=chart))
    with _keeping:
        _kept[store.id] = made
        _kept.move_to_end(store.id)
        if len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made.survey


@dataclass(frozen=True, slots=True)
class _Kept:
    """A survey, and the hashes of the facts its orders were read from, in the same order."""

    hashes: tuple[str, ...]
    survey: Survey


# By store id. What is kept is compared by the facts' hashes each time, so it cannot be another's or too old.
_kept: OrderedDict[int, _Kept] = OrderedDict()
_keeping = Lock()


def _read(session: Session, wanted: list[tuple[int, str]], before: _Kept | None) -> list[tuple[str, Order]]:
    """These orders, by row id and hash of their facts; read anew only where they are not known from before."""
    known = dict(zip(before.hashes, before.survey.orders, strict=True)) if before else {}
    missing = [row_id for row_id, name in wanted if name not in known]
    facts = select(OrderFacts.hash, OrderFacts.facts).where(
        OrderFacts.id == any_(missing), OrderFacts.facts.is_not(None)
    )
    known |= {name: from_facts(told) for name, told in session.execute(facts)} if missing else {}
    # One that changed or was erased between the two questions is left out until the next look.
    return [(name, known[name]) for _, name in wanted if name in known]


def shop_currency(session: Session, store: Store) -> str | None:
    """The store's own currency, None before any order tells it."""
    return _last_told(session, store, "currency")


def zone(session: Session, store: Store) -> ZoneInfo:
    """The store's own time zone, as its last order told it; UTC before there is one."""
    return ZoneInfo(_last_told(session, store, "timezone") or "UTC")


def _last_told(session: Session, store: Store, name: str) -> str | None:
    return session.scalar(_LAST_TOLD, {"store_id": store.id, "name": name})


_LAST_TOLD = (
    select(OrderFacts.facts[bindparam("name", type_=String)].astext)
    .where(
        OrderFacts.store_id == bindparam("store_id", type_=Integer),
        OrderFacts.placed_at.is_not(None),
        OrderFacts.facts.is_not(None),
    )
    .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
    .limit(1)
)


def read_last_orders(session: Session, store: Store) -> int:
    """Have the store's last orders read that are not known yet; how many that are. Commits. Raises ChannelError."""
    since = now() - LOOK_BACK
    channel, http = CHANNELS[store.channel], credentials.http()
    listed = asking.ask(session, store, lambda access: channel.last_orders(http, access, since=since))
    known = set(
        session.scalars(
            select(OrderFacts.external_id).where(OrderFacts.store_id == store.id, OrderFacts.external_id.in_(listed))
        )
    )
    asked = set(
        session.scalars(
            select(Delivery.order_external_id).where(
                Delivery.store_id == store.id, Delivery.state == DeliveryState.OPEN
            )
        )
    )
    new = [order_id for order_id in reversed(listed) if order_id not in known | asked]
    inbox.ask_again(session, store.id, new, topic=TOPIC, now=now())
    session.commit()
    return len(new)


def reading(session: Session, store: Store, *, most: int = MOST_ORDERS) -> Reading:
    """How far the workers are with what there is to read of the store; of what was read, `most` are counted."""
    read, unread = session.execute(_READING, {"store_id": store.id, "most": most}).one()
    return Reading(read=read, open=unread)


def _reading() -> Select[tuple[int, int]]:
    store_id = bindparam("store_id", type_=Integer)
    # In the order of the store's own index: any 500 would be looked for among the rows of all stores.
    last = (
        select(OrderFacts.id)
        .where(OrderFacts.store_id == store_id, OrderFacts.placed_at.is_not(None), OrderFacts.facts.is_not(None))
        .order_by(OrderFacts.placed_at.desc(), OrderFacts.id.desc())
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    orders = func.count(func.distinct(Delivery.order_external_id))
    unread = select(orders).where(Delivery.store_id == store_id, Delivery.state == DeliveryState.OPEN)
    read = select(func.count()).select_from(last)
    return select(read.scalar_subquery(), unread.scalar_subquery())


_READING = _reading()
