"""A life posted through the core into the books model, look by look, and what must hold of the books then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from embedded_app.accounting.documents import Decision, Document, DocumentKind, DocumentLine, Held, History, Settlement
from embedded_app.accounting.mapping import SpecialAccount, TaxKey
from embedded_app.accounting.order import AgreementKind, LineKind, Order, SaleLine, TenderKind
from embedded_app.accounting.posting import post
from embedded_app.sandbox.shopify.cents import unit_of
from tests.books_model import SALES, BooksModel
from tests.properties import ledgers
from tests.properties.ledgers import Sums, without_zeros
from tests.properties.lives import ZERO, Life

# A store writes an agreement a moment after the money of the same deed.
TRAILING = timedelta(seconds=5)
SINCE_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A life in the books. decisions: one for each look, in order."""

    life: Life
    looks: tuple[Order, ...]
    model: BooksModel
    history: History
    decisions: tuple[Decision, ...]

    @property
    def last(self) -> Decision:
        """What was decided upon the whole order."""
        return self.decisions[-1]

    @property
    def held(self) -> tuple[Held, ...]:
        """Why the order does not post, if it does not."""
        return tuple(one for one in self.last.held if one.tender_id is None)

    @property
    def held_tenders(self) -> set[str]:
        """Payments that wait."""
        return {one.tender_id for one in self.last.held if one.tender_id is not None}

    @property
    def is_out_of_order(self) -> bool:
        """Whether a look saw an entry of one ledger without one of either that was made before it."""
        order = self.life.order
        return any(_seen(look) != _seen(order)[: len(_seen(look))] for look in self.looks)

    @property
    def parts_a_refund(self) -> bool:
        """Whether a look saw money paid back, but not the credit note that was written within a store's trailing."""
        credits = [one for one in self.life.order.agreements if any(line.gross < 0 for line in one.lines)]
        return any(
            timedelta() < agreement.happened_at - tender.processed_at <= TRAILING
            for look in self.looks
            for tender in look.tenders
            for agreement in credits
            if tender.kind is TenderKind.PAID_BACK and agreement.id not in {one.id for one in look.agreements}
        )

    @property
    def given_at_once(self) -> list[Settlement]:
        """What stands allocated from overpayments made within a store's trailing before the agreement they went to."""
        documents = {role: one.document for (_, role), one in self.model.entries.items()}
        paid = {one.id: one.processed_at for one in self.life.order.tenders}
        made = {one.id: one.happened_at for one in self.life.order.agreements}

        def is_at_once(credit: Document, invoice: Document) -> bool:
            moments = [made[one] for one in invoice.agreements if credit.kind is DocumentKind.OVERPAYMENT]
            return any(timedelta() <= moment - paid[str(credit.tender_id)] <= TRAILING for moment in moments)

        pairs = [(one, documents[one.role], documents[str(one.to_role)]) for one in self.model.standing()]
        return [one for one, credit, invoice in pairs if is_at_once(credit, invoice)]

    @property
    def rounded_apart(self) -> set[str | None]:
        """The payments whose cash rounding stands on a document of its own."""
        sales = (one for one in self.history.documents if one.kind in SALES)
        return {one.tender_id for one in sales if {line.account for line in one.lines} == {ledgers.ROUNDING}}

    @property
    def is_before_start(self) -> bool:
        """Whether only later money of the order concerns these books."""
        start, order = self.life.mapping.start_date, self.life.order
        return start is not None and order.local_day(order.placed_at) < start

    @property
    def sales(self) -> dict[str, SaleLine]:
        """The order's sale lines by id."""
        return {line.id: line for line in ledgers.sale_lines(ledgers.booked(self.life))}

    @property
    def lines(self) -> Iterator[tuple[int, DocumentLine, Decimal, Decimal]]:
        """Sign, line, amount and tax, as Xero reckons them, of all invoices and credit notes that were not voided."""
        for entry in self.model.entries.values():
            if entry.document.kind in SALES and not entry.voided:
                sign = 1 if entry.document.kind is DocumentKind.INVOICE else -1
                yield from ((sign, *reckoned) for reckoned in entry.reckoned)


def posted(life: Life, looks: Sequence[Order], locks: Sequence[date] = (), history: History | None = None) -> Posted:
    """Post each look at the order on top of those before. Raises books_lines.Refused where Xero would refuse.

    locks: the lock date at each look, where it is not that of the life's chart. history: what is in the books already,
    posted while nothing was closed.
    """
    model, history, decisions = BooksModel(life.chart), history or History(), []
    model.lock_date = None
    for document in history.documents:
        model.post(life.group.key, document)
    for settlement in history.settlements:
        model.settle(life.group.key, settlement)
    for at, order in enumerate(looks):
        model.lock_date = locks[at] if locks else life.chart.lock_date
        books = replace(life.books, lock_date=model.lock_date)
        decision = post(life.group, [order], life.mapping, history, books)
        decisions.append(decision)
        for document in decision.documents:
            model.post(life.group.key, document)
        for settlement in decision.settlements:
            model.settle(life.group.key, settlement)
        history = History(
            documents=(*history.documents, *decision.documents),
            settlements=(*history.settlements, *decision.settlements),
        )
    return Posted(life=life, looks=tuple(looks), model=model, history=history, decisions=tuple(decisions))


def check_against_ledgers(done: Posted) -> None:
    """The books of an order that is not held are what its ledgers say, to the cent."""
    assert done.model.differences == []
    if done.last.waiting is not None or done.held or done.life.order.test:
        return
    if done.is_before_start:
        _check_money_before_start(done)
        return
    if done.last.nothing and not done.history.documents:
        assert _is_nothing(done), done.last.nothing
        return
    life, model, held = done.life, done.model, done.held_tenders
    assert model.gateways() == ledgers.money_by_account(life, held)
    assert sum(model.open_amounts().values(), ZERO) == ledgers.owed(life, held)
    assert booked_by_key(done) == ledgers.by_tax_key(ledgers.booked(life))
    assert by_account(done) == ledgers.gross_by_account(life)
    assert tax_by_type(done) == ledgers.tax_by_type(life)
    _check_listed_differences(done)


def booked_by_key(done: Posted) -> dict[TaxKey, tuple[Decimal, Decimal]]:
    """Gross and the store's own tax of the lines for each tax key, by the sale lines they come from."""
    order, sales = ledgers.booked(done.life), done.sales
    sums: dict[TaxKey, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for sign, line, amount, tax in done.lines:
        found = {ledgers.key_of(order, sales[source]) for source in line.sources if source in sales}
        if not found:  # cash rounding that a payment declares
            assert (line.account, tax) == (ledgers.ROUNDING, ZERO)
            continue
        (key,) = found
        stated = (amount if line.is_tax else tax) - line.tax_difference
        sums[key] = sums[key][0] + sign * amount, sums[key][1] + sign * stated
    return {key: sums[key] for key in sums if any(sums[key])}


def by_account(done: Posted) -> Sums:
    """Signed amounts by account, tax included, in the documents' currency, to compare with `gross_by_account`."""
    order, mapping, sales = ledgers.booked(done.life), done.life.mapping, done.sales
    sums: Sums = defaultdict(Decimal)
    discounts = mapping.special.get(SpecialAccount.DISCOUNTS)
    for sign, line, amount, _ in done.lines:
        sale, account = sales.get(line.sources[0]), line.account
        if sale is not None and ledgers.is_price_reduction(sale, mapping):
            continue
        if sale is not None and account == discounts and ledgers.rule_of(order, sale, mapping).strategy != "rate":
            rate = sum((tax.rate for tax in sale.taxes), ZERO)
            unit = unit_of(order.currency) * (1 + len(sale.taxes))  # each tax was rounded by itself
            assert abs(sign * amount + sale.discount / (1 + rate)) <= unit
            account = ledgers.account_of(sale, mapping)
        sums[account] += sign * amount
    return without_zeros(sums)


def tax_by_type(done: Posted) -> Sums:
    """Tax by tax type in the documents' currency; price reductions left out."""
    mapping, sales, sums = done.life.mapping, done.sales, defaultdict[str, Decimal](Decimal)
    for sign, line, _, tax in done.lines:
        sale = sales.get(line.sources[0])
        if sale is None or not ledgers.is_price_reduction(sale, mapping):
            sums[line.tax_type] += sign * tax
    return without_zeros(sums)


def _check_listed_differences(done: Posted) -> None:
    """What price reductions take from the tax is listed on their lines and nowhere else."""
    sales = done.sales.values()
    reduced = {sale.id for sale in sales if ledgers.is_price_reduction(sale, done.life.mapping)}
    listed = taxed = ZERO
    for sign, line, amount, tax in done.lines:
        assert not line.tax_difference or reduced.issuperset(line.sources)
        listed += sign * line.tax_difference
        taxed += sign * (amount if line.is_tax else tax)
    assert taxed == sum((sale.tax for sale in sales), ZERO) + listed
    assert abs(listed) <= sum((abs(done.sales[one].gross) for one in reduced), ZERO)


def _check_money_before_start(done: Posted) -> None:
    """Of an order placed before the start date, the books have its money since then and nothing else."""
    life, order, start = done.life, done.life.order, done.life.mapping.start_date
    if life.mapping.before_start != "account":
        assert done.history == History()
        return
    earlier = {one.id for one in order.tenders if start is not None and order.local_day(one.processed_at) < start}
    gateways = done.model.gateways()
    assert gateways == ledgers.money_by_account(life, earlier, order=order)
    against = life.mapping.special.get(SpecialAccount.BEFORE_START, "none")
    assert done.model.accounts[against] == -sum(gateways.values(), ZERO)
    assert set(done.model.balances()) <= {*gateways, against}


def _is_nothing(done: Posted) -> bool:
    """Whether there is nothing to post: no money moved, and nothing was sold, or all of it was taken back unposted."""
    order, mapping = done.life.order, done.life.mapping
    sold = any(ledgers.books_something(line, mapping) for line in ledgers.sale_lines(order))
    with_cards = any(line.kind is LineKind.GIFT_CARD for line in order.agreements[0].lines)
    undone = (mapping.post_when != "placed" or with_cards) and not order.totals.current
    return not order.tenders and (undone or not sold)


def _seen(order: Order) -> list[str]:
    """What of an order can be seen, by moment; in one moment, agreements before money, as the store tells them.

    What was placed comes first: a checkout takes its money before there is an order.
    """
    entries = [
        (SINCE_EVER if one.kind is AgreementKind.PLACED else one.happened_at, 0, at, one.id)
        for at, one in enumerate(order.agreements)
    ]
    entries += [(one.processed_at, 1, at, one.id) for at, one in enumerate(order.tenders)]
    return [entry[-1] for entry in sorted(entries)]
