"""Crossfoot, the app: `create_app` is the only place where its parts are wired together.

The parts are imported inside the functions: who imports only `embedded_app.accounting` gets the standard library and
nothing else.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import requests
    from flask import Blueprint, Flask

    from embedded_app.clock import Clock
    from embedded_app.config import Config, ConfigError

ROOT = Path(__file__).resolve().parent.parent


def create_app(
    config: Config | None = None,
    *,
    clock: Clock | None = None,
    http: Callable[[], requests.Session] | None = None,
) -> Flask:
    """The app with all its parts.

    `clock` and `http` (which makes the Session for outgoing calls) are given by tests and simulations. Without
    `config`, which is how the flask command calls it, the environment is read; where that is incomplete the app still
    runs the commands that need none of it, and whatever else is asked of it answers with what is missing.
    """
    from embedded_app.clock import SystemClock
    from embedded_app.config import Config, ConfigError
    from embedded_app.outgoing import Outgoing
    from embedded_app.web.any_request import AnyRequest
    from embedded_app.web.compression import compress_answers
    from embedded_app.web.words import init_words

    if config is None:
        try:
            config = Config.from_environment(os.environ)
        except ConfigError as error:
            return _app_without_config(error)
    app = _bare_app()
    app.request_class = AnyRequest
    app.config["SECRET_KEY"] = config.secret_key
    app.extensions["crossfoot.config"] = config
    app.extensions["crossfoot.clock"] = clock or SystemClock()
    app.extensions["crossfoot.http"] = http or Outgoing
    _connect_database(app, config)
    init_words(app, ROOT / "translations")
    compress_answers(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)
    return app


def create_app_from_environment() -> Flask:
    """The app for gunicorn; raises ConfigError, which ends gunicorn, when the environment cannot be used."""
    from embedded_app.config import Config
    from embedded_app.logs import configure_logging

    configure_logging()
    app = create_app(Config.from_environment(os.environ))
    keep_for_good()
    return app


def keep_for_good() -> None:
    """Take what is loaded by now out of the garbage collector's rounds: it lives as long as the process.

    A full round looks at all of it, a tenth of a second in the midst of whatever page or order is at hand.
    """
    gc.collect()
    gc.freeze()


def _bare_app() -> Flask:
    from flask import Flask

    from embedded_app.cli import COMMANDS

    app = Flask("embedded_app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    for command in COMMANDS:
        app.cli.add_command(command)
    return app


def _connect_database(app: Flask, config: Config) -> None:
    from embedded_app import models  # noqa: F401  the migrations compare the tables it declares
    from embedded_app.db import db, engine_options

    app.config["SQLALCHEMY_DATABASE_URI"] = config.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options()
    db.init_app(app)


def _blueprints() -> list[Blueprint]:
    from embedded_app.web.activity import activity
    from embedded_app.web.admission import admission
    from embedded_app.web.alerts import alerts
    from embedded_app.web.home import home
    from embedded_app.web.imports import imports
    from embedded_app.web.mapping import mapping
    from embedded_app.web.mapping_changes import mapping_changes
    from embedded_app.web.mapping_history import mapping_versions
    from embedded_app.web.mapping_rules import mapping_rules
    from embedded_app.web.metrics import metrics
    from embedded_app.web.preview import preview
    from embedded_app.web.settings import settings
    from embedded_app.web.setup import setup
    from embedded_app.web.start import start
    from embedded_app.web.story import story
    from embedded_app.web.webhooks import webhooks
    from embedded_app.web.xero_connect import xero_callback, xero_connect

    return [
        start,
        metrics,
        webhooks,
        admission,
        xero_connect,
        xero_callback,
        home,
        setup,
        preview,
        settings,
        alerts,
        mapping,
        mapping_rules,
        mapping_changes,
        mapping_versions,
        activity,
        story,
        imports,
    ]


def _app_without_config(error: ConfigError) -> Flask:
    app = _bare_app()
    app.extensions = _MissingParts(error)

    @app.before_request
    def refuse() -> tuple[str, int, dict[str, str]]:
        return str(error), 503, {"Content-Type": "text/plain; charset=utf-8"}

    return app


class _MissingParts(dict[str, Any]):
    """The extensions of an app without a config: to ask for any of them says why it is not there."""

    def __init__(self, error: ConfigError) -> None:
        self.error = error
        super().__init__()

    def __missing__(self, name: str) -> NoReturn:
        import click

        raise click.ClickException(str(self.error))
