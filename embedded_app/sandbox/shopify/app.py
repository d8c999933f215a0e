"""The HTTP face of the sandbox's stores: `/{shop}/admin/…` as the real `https://{shop}/admin/…`, and a page to look at.

Run with SHOPIFY_ADMIN_ORIGIN=http://127.0.0.1:PORT/{shop}.
"""

from flask import Flask, Response, abort, jsonify, render_template, request

from embedded_app.clock import Clock
from embedded_app.sandbox.shopify import execution
from embedded_app.sandbox.shopify.admin import admin_blueprint
from embedded_app.sandbox.shopify.bulk_files import file_blueprint
from embedded_app.sandbox.shopify.fault_endpoint import fault_blueprint
from embedded_app.sandbox.shopify.faults import TOKEN_CALL, Sight, StoreCall
from embedded_app.sandbox.shopify.granting import grant
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.totals import store_totals
from embedded_app.sandbox.shopify.world import API_VERSIONS, World


def create_shopify(world: World | None = None, *, clock: Clock) -> Flask:
    """A WSGI application that serves `world`, or an empty one; its state is `app.extensions["world"]`."""
    app = Flask(__name__, template_folder="templates", static_folder=None)
    world = world or World(clock=clock)
    app.extensions["world"] = world
    app.register_blueprint(fault_blueprint(world))
    app.register_blueprint(admin_blueprint(world))
    app.register_blueprint(file_blueprint(world))

    @app.get("/")
    def stores() -> str:
        with world.lock:
            return render_template("stores.html", shops=list(world.shops.values()), totals=store_totals)

    @app.post("/<domain>/admin/api/<version>/graphql.json")
    def graphql(domain: str, version: str) -> Response:
        shop = _shop(world, domain)
        if version not in API_VERSIONS:
            return _refusal(404, "Not Found")

        def act(sight: Sight) -> Response:
            with world.lock:
                answer = _faulty(shop) or _graphql(shop, sight)
            answer.headers["X-Shopify-API-Version"] = version
            answer.headers["X-Request-Id"] = world.uuid()
            return answer

        call = StoreCall.of_query(domain, request.get_json(silent=True))
        with world.lock:
            fault = world.faults.take(call)
        return world.faults.answer(call, fault, act)

    @app.post("/<domain>/admin/oauth/access_token")
    def access_token(domain: str) -> Response:
        shop = _shop(world, domain)

        def act(sight: Sight) -> Response:
            with world.lock:
                return _faulty(shop) or _granted(shop)

        call = StoreCall(shop=domain, operation=TOKEN_CALL)
        with world.lock:
            fault = world.faults.take(call)
        return world.faults.answer(call, fault, act)

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


def _graphql(shop: Shop, sight: Sight) -> Response:
    if not shop.tokens.accepts(request.headers.get("X-Shopify-Access-Token", "")):
        return _refusal(401, "[API] Invalid API key or access token (unrecognized login or wrong password)")
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return _refusal(400, "Required parameter missing or invalid: query must be sent as JSON")
    variables = body.get("variables") or {}
    if not isinstance(variables, dict):
        return _refusal(400, "Required parameter missing or invalid: variables must be an object")
    return jsonify(execution.run(shop, body["query"], variables, body.get("operationName"), sight=sight))


def _granted(shop: Shop) -> Response:
    body, status = grant(shop, request.get_json(silent=True) or request.form)
    answer = jsonify(body)
    answer.status_code = status
    return answer


def _refusal(status: int, message: str) -> Response:
    answer = jsonify(errors=message)
    answer.status_code = status
    return answer
