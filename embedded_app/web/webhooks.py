"""The door for store webhooks: verify, record, answer. No network and no rules here.

A 200 promises that the delivery is on disk; every other answer makes the store deliver again.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from embedded_app import inbox
from embedded_app.channels import CHANNELS
from embedded_app.channels.errors import BadDelivery
from embedded_app.clock import now
from embedded_app.db import db

MAX_BODY_BYTES = 2 * 1024 * 1024

webhooks = Blueprint("webhooks", __name__)
log = structlog.get_logger()


@webhooks.post("/webhooks/shopify")
def shopify() -> tuple[str, int]:
    """Take in one Shopify webhook.

    200 recorded, repeated, or of a shop we do not know · 400 a header is missing · 401 not signed with our current or
    previous secret · 413 over 2 MB · 503 the database is away, please deliver again.
    """
    channel = CHANNELS["shopify"]
    config = current_app.extensions["crossfoot.config"]
    request.max_content_length = MAX_BODY_BYTES
    body = request.get_data(cache=False)
    headers = dict(request.headers)  # asked for several: werkzeug's own translates every name again for each

    if not channel.verify(headers, body, config.shopify_secrets):
        return "The signature is not ours.", 401
    try:
        note = channel.note(headers, body)
    except BadDelivery as problem:
        return str(problem), 400

    # One id goes with the change from here to Xero's answer: grep a log for it.
    told = log.bind(webhook=note.webhook_id, topic=note.topic, shop=note.shop)
    try:
        receipt = inbox.receive(db.session(), "shopify", note, now=now())
        db.session.commit()
    except (DBAPIError, PoolTimeout) as problem:
        db.session.rollback()
        told.error("delivery not recorded", problem=type(problem).__name__)
        return "Not recorded; please deliver again.", 503
    told.info("delivery taken in", receipt=receipt.value)
    return receipt.value, 200
