"""The HTTP face of the sandbox's stores: `/{shop}/admin/…` as the real `https://{shop}/admin/…`, and a page to look at.

Run with SHOPIFY_ADMIN_ORIGIN=http://127.0.0.1:PORT/{shop}.
"""

from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from embedded_app.clock import Clock
from embedded_app.sandbox.shopify import execution
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.totals import store_totals
from embedded_app.sandbox.shopify.world import API_VERSIONS, World


def create_shopify(world: World | None = None, *, clock: Clock) -> Flask:
    """A WSGI application that serves `world`, or an empty one; its state is `app.extensions["world"]`."""
    app = Flask(__name__, template_folder="templates", static_folder=None)
    world = world or World(clock=clock)
    app.extensions["world"] = world

    @app.get("/")
    def stores() -> str:
        with world.lock:
            return render_template("stores.html", shops=list(world.shops.values()), totals=store_totals)

    @app.post("/<domain>/admin/api/<version>/graphql.json")
    def graphql(domain: str, version: str) -> Response:
        shop = _shop(world, domain)
        if version not in API_VERSIONS:
            return _refusal(404, "Not Found")
        with world.lock:
            answer = _faulty(shop) or _graphql(shop)
        answer.headers["X-Shopify-API-Version"] = version
        answer.headers["X-Request-Id"] = world.uuid()
        return answer

    @app.post("/<domain>/admin/oauth/access_token")
    def access_token(domain: str) -> Response:
        shop = _shop(world, domain)
        with world.lock:
            return _faulty(shop) or _refreshed(world, shop)

    return app


def _shop(world: World, domain: str) -> Shop:
    shop = world.shops.get(domain)
    if shop is None:
        abort(_refusal(404, "Not Found"))
    return shop


def _faulty(shop: Shop) -> Response | None:
    """The answer that a test ordered for this call, if any: 402 frozen, 423 locked, 5xx …"""
    if not shop.next_statuses:
        return None
    status = shop.next_statuses.pop(0)
    return _refusal(status, "Unavailable Shop" if status in (402, 403, 423) else "Service unavailable")


def _graphql(shop: Shop) -> Response:
    if not shop.tokens.accepts(request.headers.get("X-Shopify-Access-Token", "")):
        return _refusal(401, "[API] Invalid API key or access token (unrecognized login or wrong password)")
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return _refusal(400, "Required parameter missing or invalid: query must be sent as JSON")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        return _refusal(400, "Required parameter missing or invalid: variables must be an object")
    return jsonify(execution.run(shop, body["query"], variables, body.get("operationName")))


def _refreshed(world: World, shop: Shop) -> Response:
    asked: Any = request.get_json(silent=True) or request.form
    if asked.get("client_id") != world.app.client_id or asked.get("client_secret") != world.app.client_secret:
        return _oauth_refusal(401, "invalid_client", "Client authentication failed.")
    if asked.get("grant_type") != "refresh_token":
        return _oauth_refusal(400, "unsupported_grant_type", "The sandbox refreshes tokens only.")
    pair = shop.tokens.refresh(str(asked.get("refresh_token", "")))
    if pair is None:
        return _oauth_refusal(400, "invalid_grant", "The refresh token is unknown, used or expired.")
    now = world.clock.now()
    return jsonify(
        access_token=pair.access,
        expires_in=int((pair.access_expires_at - now).total_seconds()),
        refresh_token=pair.refresh,
        refresh_token_expires_in=int((pair.refresh_expires_at - now).total_seconds()),
        scope="read_orders,read_products,read_locations,read_returns",
    )


def _refusal(status: int, message: str) -> Response:
    answer = jsonify(errors=message)
    answer.status_code = status
    return answer


def _oauth_refusal(status: int, error: str, description: str) -> Response:
    answer = jsonify(error=error, error_description=description)
    answer.status_code = status
    return answer
