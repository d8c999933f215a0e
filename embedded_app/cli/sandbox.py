"""`flask sandbox`: the store and the Xero of the demo alone, for whoever runs the app from an editor."""

from __future__ import annotations

import shlex
import signal
import threading

import click

HOST = "127.0.0.1"


@click.command()
@click.option("--store-port", type=click.IntRange(1, 65535), default=8001, show_default=True, help="The store's port.")
@click.option("--xero-port", type=click.IntRange(1, 65535), default=8002, show_default=True, help="Xero's port.")
@click.option("--app-url", default="http://localhost:8000", show_default=True, help="Where the admin opens the app.")
@click.option("--limits/--no-limits", default=True, help="Whether calls beyond the platforms' limits are refused.")
def sandbox(store_port: int, xero_port: int, app_url: str, limits: bool) -> None:
    """Serve a Shopify store and a Xero organisation on this machine until Ctrl-C; print what points the app at them."""
    # Imported here: every web process loads the commands, and none of them needs the sandbox.
    from embedded_app.clock import SystemClock
    from embedded_app.sandbox.serving import serve
    from embedded_app.sandbox.shopify import World, create_shopify
    from embedded_app.sandbox.shopify.world import App
    from embedded_app.sandbox.xero import create_xero, demo_books

    clock = SystemClock()
    world = World(clock=clock, app=App(url=app_url.rstrip("/")), limits=limits)
    shop = world.shop()
    books, organisation, user_id = demo_books(clock)
    books.limits.enabled = limits
    try:
        servers = [serve(create_shopify(world, clock=clock), HOST, store_port)]
        servers.append(serve(create_xero(books, clock=clock), HOST, xero_port))
    except OSError as error:
        raise click.ClickException(
            f"A port cannot be used ({error.strerror}); choose others with --store-port and --xero-port."
        ) from error

    store, xero = (server.url for server in servers)
    settings = {
        "APP_URL": world.app.url,
        "SHOPIFY_ADMIN_ORIGIN": f"{store}/{{shop}}",
        "SHOPIFY_ADMIN_URL": store,
        "SHOPIFY_APP_BRIDGE_URL": f"{store}/app-bridge.js",
        "SHOPIFY_API_KEY": world.app.client_id,
        "SHOPIFY_API_SECRET": world.app.client_secret,
        "XERO_API_URL": xero,
        "XERO_IDENTITY_URL": xero,
        "XERO_LOGIN_URL": xero,
        "XERO_CLIENT_ID": books.identity.client_id,
        "XERO_CLIENT_SECRET": books.identity.client_secret,
    }
    # Said outright: what a shell starts in the background inherits that Ctrl-C is ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        for name, value in settings.items():
            click.echo(f"export {name}={shlex.quote(value)}")
        handle = shop.domain.removesuffix(".myshopify.com")
        click.echo(f"# {shop.domain}: {store}, its admin with the app: {store}/store/{handle}/apps/{world.app.handle}")
        click.echo(f"# {organisation.name}, tenant {organisation.tenant_id}: {xero}/books/{organisation.tenant_id}")
        click.echo(f"# Ctrl-C ends both; the Xero user is {user_id}")
        threading.Event().wait()
    except KeyboardInterrupt:
        for server in servers:
            server.stop()
