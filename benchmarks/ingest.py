"""Webhooks taken in over gunicorn with two workers, against a bare Flask view doing one HMAC and one insert."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.ground import Ground, ground
from benchmarks.load import Heard, send_all, webhook
from benchmarks.table import Line, percentile

SHOPS = 50
WARM_UP = 400
REQUESTS = 6_000
CONNECTIONS = 16
ROUNDS = 2
SHARE_OF_FLOOR = 0.6
TIMES_FLOOR_P99 = 3.0


def measure(server: str) -> tuple[list[Line], float]:
    """The lines of the table, and the rate per second, which other measurements go by."""
    with ground(server, stores=SHOPS) as here:
        here.run("CREATE TABLE bare_delivery (id bigserial PRIMARY KEY, webhook_id text, shop text)")
        floors, ours = [], []
        # Turn by turn, so that both see the same machine.
        for _ in range(ROUNDS):
            floors.append(_over_gunicorn(here, "benchmarks.bare:app"))
            ours.append(_over_gunicorn(here, None))
        recorded = here.value("SELECT count(*) FROM delivery")
        assert recorded == ROUNDS * (REQUESTS + WARM_UP), f"{recorded} deliveries were recorded"
    floor, our = (max(some, key=lambda one: one.rate) for some in (floors, ours))
    return _lines(our, floor), our.rate


def _over_gunicorn(here: Ground, application: str | None) -> Heard:
    url, supervisor = here.start_web(application)
    try:
        build = _builder(here, f"{url}/webhooks/shopify")
        send_all(url, [build(at) for at in range(WARM_UP)], connections=CONNECTIONS)
        heard = send_all(url, [build(at) for at in range(REQUESTS)], connections=CONNECTIONS)
    finally:
        supervisor.stop(within_seconds=5)
    assert heard.refused == 0, f"{heard.refused} webhooks were not taken in"
    return heard


def _builder(here: Ground, url: str) -> Callable[[int], bytes]:
    def build(at: int) -> bytes:
        shop = here.stores[at % len(here.stores)]["shop"]
        return webhook(url, here.secret, shop=shop, order_id=f"gid://shopify/Order/{at // len(here.stores)}")

    return build


def _lines(our: Heard, floor: Heard) -> list[Line]:
    our_p99, floor_p99 = (1000 * percentile(one.seconds, 0.99) for one in (our, floor))
    share, times = our.rate / floor.rate, our_p99 / floor_p99
    return [
        Line(
            what="webhooks taken in per second, gunicorn with 2 workers",
            ours=f"{our.rate:,.0f}",
            target=f"≥ {SHARE_OF_FLOOR} × floor",
            floor=f"{floor.rate:,.0f} by a bare view ({share:.2f} ×)",
            met=share >= SHARE_OF_FLOOR,
        ),
        Line(
            what="its 99th percentile",
            ours=f"{our_p99:.0f} ms",
            target=f"≤ {TIMES_FLOOR_P99:.0f} × floor",
            floor=f"{floor_p99:.0f} ms ({times:.1f} ×)",
            met=times <= TIMES_FLOOR_P99,
        ),
    ]
