"""Who may see a page inside the admin: every request proves its shop and user by Shopify's ID token, no cookies.

    document  (id_token in the address)      good → the page · missing or stale → the reload page, which fetches one
    fetch     (Authorization: Bearer …)      good → the answer · else 401, and App Bridge asks again with a fresh one

Only a fetch may change anything: a document request is a GET, and no other site can make a fetch carry our token. A
store that has not let us in yet, or has taken its access back, is installed by the first good token.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import structlog
from flask import Blueprint, Response, current_app, g, make_response, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.channels import ChannelError, StoreBusy
from embedded_app.channels.shopify.headers import shop_domain
from embedded_app.channels.shopify.install import IdTokenTooOld
from embedded_app.channels.shopify.session import BadIdToken, Identity, identify
from embedded_app.clock import now
from embedded_app.config import Config, split_origin
from embedded_app.db import db
from embedded_app.models import Store
from embedded_app.pipeline import installing

DEFAULT_LOCALE = "en"
RETRY_HEADER = "X-Shopify-Retry-Invalid-Session-Request"
RELOAD_PATH = "/reload"
# The parameter in which App Bridge expects where to go once it has a token.
RELOAD_PARAMETER = "shopify-reload"
LONGEST_PATH = 2000

admission = Blueprint("admission", __name__)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who makes this request. store_id: the shop's row. user_id: Shopify's, for audit entries. locale: as in BCP 47."""

    store_id: int
    shop: str
    user_id: str
    locale: str

    @property
    def actor(self) -> str:
        """How audit entries name this person."""
        return f"Shopify user {self.user_id}"


def admit(blueprint: Blueprint) -> None:
    """Let only requests with a valid ID token reach the blueprint's views, and only the shop's admin frame them."""
    blueprint.before_request(_check)
    blueprint.after_request(framed)


def merchant() -> Merchant:
    """Who makes this request; only inside an admitted blueprint."""
    found: Merchant = g.merchant
    return found


def the_store() -> Store:
    """The row of this request's store; read once, for the session forgets rows that nobody holds."""
    return db.session.get_one(Store, merchant().store_id)


def framed(answer: Response) -> Response:
    """The answer with a policy by which only the admin, for this one shop, may frame it, and only our scripts run.

    Source of frame-ancestors: Shopify's "Set up iframe protection". Nothing is said of connections and styles: App
    Bridge makes its own.
    """
    config: Config = current_app.extensions["crossfoot.config"]
    shop = g.get("shop") or shop_domain(request.args.get("shop"))
    ancestors = [f"https://{shop}"] if shop else []
    bridge = split_origin(config.shopify_app_bridge_url)[0]
    answer.headers["Content-Security-Policy"] = "; ".join(
        [
            f"frame-ancestors {' '.join([*ancestors, config.shopify_admin_url])}",
            f"script-src 'self' {bridge}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"  # The address may carry an ID token.
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@admission.app_context_processor
def bridge() -> dict[str, object]:
    """What frame.html needs to load App Bridge, and what pages ask to say what the store has not granted."""
    config: Config = current_app.extensions["crossfoot.config"]
    return {
        "bridge": {"api_key": config.shopify_api_key, "url": config.shopify_app_bridge_url},
        "missing_scopes": lambda: sorted(installing.missing_scopes(db.session(), the_store())),
    }


@admission.get(RELOAD_PATH)
def reload() -> Response:
    """A page that holds nothing but App Bridge, which comes back to the path in shopify-reload with a fresh token."""
    if safe_path(request.args.get(RELOAD_PARAMETER)) is None:
        return make_response("This address is not one of Crossfoot's; open the app from the Shopify admin.\n", 400)
    return framed(make_response(render_template("reload.html")))


def safe_path(text: str | None) -> str | None:
    """The text if it is a path of our own and nothing else, so that no redirect leads elsewhere; else None.

    Browsers read "//host" and "/\\host" as another host, and drop tabs and line breaks before they look.
    """
    if text is None or len(text) > LONGEST_PATH or not text.startswith("/") or text[1:2] in ("/", "\\"):
        return None
    if "\\" in text or not text.isascii() or not text.isprintable():
        return None
    return text


def _check() -> AnyResponse | None:
    """Flask's before_request: None lets the request through."""
    fetched = request.headers.get("Authorization")
    token = _bearer(fetched) if fetched is not None else request.args.get("id_token", "")
    if fetched is None and not _is_document():
        return _unauthorised()
    config: Config = current_app.extensions["crossfoot.config"]
    try:
        who = identify(token, api_key=config.shopify_api_key, secrets=config.shopify_secrets, now=now())
        store = _store_of(who, token)
    except (BadIdToken, IdTokenTooOld) as problem:
        log.info("ID token refused", why=str(problem), path=request.path)
        return _to_reload_page() if fetched is None else _unauthorised()
    except ChannelError as problem:
        return _without_access(problem)
    g.shop, g.store = who.shop, store
    g.merchant = Merchant(store_id=store.id, shop=who.shop, user_id=who.user_id, locale=_locale())
    return None


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _is_document() -> bool:
    """Whether this may be the browser opening a page: only then is a token in the address good enough."""
    return request.method in ("GET", "HEAD") and "HX-Request" not in request.headers


def _store_of(who: Identity, token: str) -> Store:
    session = db.session()
    store = installing.installed(session, who.shop)
    if store is not None:
        return store
    g.shop = who.shop
    try:
        return installing.install(session, who.shop, token, user_id=who.user_id)
    except IntegrityError:
        # Two pages of one new store opened at once: the other one's request has made the row.
        session.rollback()
        return installing.install(session, who.shop, token, user_id=who.user_id)


def _unauthorised() -> Response:
    answer = make_response("Open Crossfoot from the Shopify admin.\n", 401, {RETRY_HEADER: "1"})
    answer.content_type = "text/plain; charset=utf-8"
    return answer


def _without_access(problem: ChannelError) -> Response:
    passing = isinstance(problem, StoreBusy)
    return make_response(render_template("no_access.html", sentence=problem.sentence, passing=passing), 503)


def _to_reload_page() -> AnyResponse:
    """A redirect to the reload page, which keeps the parameters App Bridge needs (host, shop, embedded, locale)."""
    kept = [
        (name, value) for name, value in request.args.items(multi=True) if name not in ("id_token", RELOAD_PARAMETER)
    ]
    back = quote(request.path) + (f"?{urlencode(kept)}" if kept else "")
    if safe_path(back) is None:
        return make_response("This address is not one of Crossfoot's; open the app from the Shopify admin.\n", 400)
    # A relative address: the Host header has no say in it.
    return redirect(f"{RELOAD_PATH}?{urlencode([*kept, (RELOAD_PARAMETER, back)])}", 302)


def _locale() -> str:
    """The language of the admin, which it names in the address, or else of the browser."""
    asked = request.args.get("locale") or request.accept_languages.best or DEFAULT_LOCALE
    return asked if len(asked) <= 16 and asked.replace("-", "").isalnum() and asked.isascii() else DEFAULT_LOCALE
