"""The floor of taking webhooks in: a bare Flask view that checks one HMAC and inserts one row.

`gunicorn benchmarks.bare:app`, with DATABASE_URL and SHOPIFY_API_SECRET in the environment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading

import psycopg
from flask import Flask, request

INSERT = "INSERT INTO bare_delivery (webhook_id, shop) VALUES (%s, %s)"

app = Flask(__name__)
_local = threading.local()
_url = os.environ["DATABASE_URL"]
_secret = os.environ["SHOPIFY_API_SECRET"].encode()


@app.get("/healthz")
def healthz() -> str:
    """200 while it answers."""
    return "ok"


@app.post("/webhooks/shopify")
def take_in() -> tuple[str, int]:
    """One HMAC, one row, one commit, on a connection of the thread's own."""
    body = request.get_data(cache=False)
    expected = base64.b64encode(hmac.new(_secret, body, hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(expected, request.headers["X-Shopify-Hmac-Sha256"]):
        return "no", 401
    connection = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = psycopg.connect(_url)
    connection.execute(INSERT, (request.headers["X-Shopify-Webhook-Id"], request.headers["X-Shopify-Shop-Domain"]))
    connection.commit()
    return "recorded", 200
