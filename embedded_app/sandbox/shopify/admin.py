"""A stand-in for admin.shopify.com: installs the app and shows it in a frame, as Shopify does.

    GET  /store/{handle}                       the store's apps
    GET  /store/{handle}/apps/{app}[/{path}]   the grant screen, or the app in its frame at that path
    POST /store/{handle}/apps/{app}            Install, on the grant screen
    POST /store/{handle}/apps/{app}/uninstall  Uninstall
    POST /store/{handle}/apps/{app}/id-token   what App Bridge asks the admin for
    GET  /app-bridge.js, /admin-frame.js             the two ends of the line between frame and admin

Everybody is signed in as the same user of every store: it is a double on one machine.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.sandbox.shopify import id_tokens
from embedded_app.sandbox.shopify.installation import IdTokenFault
from embedded_app.sandbox.shopify.shop import Shop
from embedded_app.sandbox.shopify.world import World

USER_ID = "90210"
LOCALE = "en-GB"
LATE_SECONDS = 2.0
STALE = timedelta(minutes=5)
_SCRIPTS = Path(__file__).with_name("scripts")


def admin_blueprint(world: World, *, sleep: Callable[[float], None] = time.sleep) -> Blueprint:
    """The pages and scripts listed above, over the stores of `world`."""
    admin = Blueprint("admin", __name__, template_folder="templates")

    @admin.get("/store/<handle>")
    def apps(handle: str) -> str:
        return render_template("admin_apps.html", shop=_shop(world, handle), handle=handle, app=world.app)

    @admin.get("/store/<handle>/apps/<app>")
    @admin.get("/store/<handle>/apps/<app>/<path:path>")
    def embedded(handle: str, app: str, path: str = "") -> str:
        shop = _shop(world, handle, app)
        if not shop.installation.installed:
            return render_template("admin_grant.html", shop=shop, handle=handle, app=world.app)
        told = [(name, value) for name, value in request.args.items(multi=True)]
        return render_template(
            "admin_frame.html",
            shop=shop,
            handle=handle,
            app=world.app,
            address=_address(world, shop, handle, path, told, _id_token(world, shop, sleep)),
        )

    @admin.post("/store/<handle>/apps/<app>")
    def install(handle: str, app: str) -> AnyResponse:
        _shop(world, handle, app).installation.install()
        return redirect(f"/store/{handle}/apps/{app}", 303)

    @admin.post("/store/<handle>/apps/<app>/uninstall")
    def uninstall(handle: str, app: str) -> AnyResponse:
        _shop(world, handle, app).installation.uninstall()
        return redirect(f"/store/{handle}", 303)

    @admin.post("/store/<handle>/apps/<app>/id-token")
    def id_token(handle: str, app: str) -> Response:
        token = _id_token(world, _shop(world, handle, app), sleep)
        return jsonify(token=token) if token else Response(status=503)

    @admin.get("/app-bridge.js")
    def app_bridge() -> Response:
        return send_file(_SCRIPTS / "app-bridge.js", max_age=0)

    @admin.get("/admin-frame.js")
    def admin_frame() -> Response:
        return send_file(_SCRIPTS / "admin-frame.js", max_age=0)

    return admin


def _shop(world: World, handle: str, app: str | None = None) -> Shop:
    shop = world.shops.get(f"{handle}.myshopify.com")
    if shop is None or app not in (None, world.app.handle):
        abort(404)
    return shop


def _id_token(world: World, shop: Shop, sleep: Callable[[float], None]) -> str | None:
    """A token for now, or as a test ordered the next one: late, stale, or none."""
    with world.lock:
        faults = shop.installation.next_id_tokens
        fault = faults.pop(0) if faults else None
    if fault is IdTokenFault.NONE:
        return None
    if fault is IdTokenFault.LATE:
        sleep(LATE_SECONDS)
    now = world.clock.now()
    return id_tokens.id_token(
        shop.domain,
        client_id=world.app.client_id,
        secret=world.app.client_secret,
        user_id=USER_ID,
        token_id=world.uuid(),
        now=now - STALE if fault is IdTokenFault.STALE else now,
    )


def _address(
    world: World, shop: Shop, handle: str, path: str, told: list[tuple[str, str]], id_token: str | None
) -> str:
    """What the frame opens: the app's path with what the admin was asked, and what it adds itself."""
    host = f"{urlsplit(request.host_url).netloc}/store/{handle}"
    added = {
        "embedded": "1",
        "host": base64.urlsafe_b64encode(host.encode()).decode().rstrip("="),
        "locale": LOCALE,
        "shop": shop.domain,
        "timestamp": str(int(world.clock.now().timestamp())),
        **({"id_token": id_token} if id_token else {}),
    }
    kept = [(name, value) for name, value in told if name not in added]
    return f"{world.app.url}/{path}?{urlencode([*kept, *added.items()])}"
