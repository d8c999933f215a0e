"""Connecting Xero: out of the admin's frame to the consent page, back into it, choosing the organisation; and the end.

The callback is opened by the browser itself, outside the admin and without a token; all it may do is what its state was
signed for. Everything else is admitted.
"""

from __future__ import annotations

from urllib.parse import quote

import structlog
from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.config import Config
from embedded_app.db import db
from embedded_app.pipeline import connecting, drafts
from embedded_app.pipeline.connecting import NotConnected
from embedded_app.web.admission import admit, merchant, the_store
from embedded_app.xero.errors import XeroError

LONGEST_CODE = 512

xero_connect = Blueprint("xero_connect", __name__)
xero_callback = Blueprint("xero_callback", __name__)
admit(xero_connect)
log = structlog.get_logger()


@xero_connect.post("/xero/connect")
def connect() -> Response:
    """Begin: {"open": the address of Xero's consent page}, which has to be opened outside the frame."""
    return jsonify(open=connecting.begin(db.session(), the_store(), user_id=merchant().user_id))


@xero_callback.get(connecting.CALLBACK_PATH)
def callback() -> AnyResponse:
    """Where Xero sends the person back to; on to the admin, with the return code if they consented."""
    code = request.args.get("code")
    if code is not None and not 0 < len(code) <= LONGEST_CODE:
        return _outside("The answer from Xero cannot be read. Open Crossfoot and connect Xero again.")
    try:
        store, return_code = connecting.come_back(db.session(), state=request.args.get("state", ""), code=code)
    except NotConnected as problem:
        return _outside(str(problem))
    except XeroError as problem:
        log.warning("consent not traded", why=problem.sentence)
        return _outside(f"{problem.sentence} Open Crossfoot and connect Xero again.")
    config: Config = current_app.extensions["crossfoot.config"]
    path = f"/xero/finish/{quote(return_code)}" if return_code else "/xero/refused"
    return _private(redirect(config.app_in_admin(store.external_id) + path, 302))


@xero_connect.get("/xero/refused")
def refused() -> str:
    """What is said to a person who clicked Cancel at Xero."""
    return render_template("xero_refused.html")


@xero_connect.get("/xero/finish/<return_code>")
def finish(return_code: str) -> str | tuple[str, int]:
    """The organisations the person may choose; what was connected before is chosen at once."""
    try:
        offers = connecting.offers(db.session(), the_store(), user_id=merchant().user_id, return_code=return_code)
    except (NotConnected, XeroError) as problem:
        return render_template("xero_refused.html", sentence=str(problem)), 409
    return render_template(
        "xero_choose.html",
        offers=offers,
        return_code=return_code,
        again=next((offer for offer in offers if offer.current), None),
    )


@xero_connect.post("/xero/choose")
def choose() -> Response | tuple[Response, int]:
    """Take one of them: {"go": where to go on}, or 409 and {"sentence": why not}."""
    try:
        connecting.choose(
            db.session(),
            the_store(),
            user_id=merchant().user_id,
            return_code=request.form.get("return_code", ""),
            tenant_id=request.form.get("tenant_id", ""),
        )
    except (NotConnected, XeroError) as problem:
        return jsonify(sentence=str(problem)), 409
    # What was found of the organisation is shown first; a store that is set up already goes on where it stood.
    return jsonify(go="/" if drafts.latest_mapping(db.session(), the_store()) else "/setup/connect")


@xero_connect.post("/xero/disconnect")
def disconnect() -> Response:
    """Disconnect the store: {"go": …}, with {"sentence": …} where Xero itself could not be told."""
    try:
        connecting.disconnect(db.session(), the_store(), actor=merchant().actor)
    except XeroError as problem:
        db.session.rollback()
        log.warning("disconnected here only", why=problem.sentence)
        return jsonify(
            go="/",
            sentence="Crossfoot no longer posts. Xero could not be told: remove Crossfoot there under Connected apps.",
        )
    return jsonify(go="/")


def _outside(sentence: str) -> Response:
    return _private(make_response(render_template("outside.html", sentence=sentence), 400))


def _private(answer: AnyResponse) -> AnyResponse:
    """Neither kept by anyone nor told to the next site: the address holds Xero's code."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    return answer
