"""The identity endpoints: /connect/token, /connect/revocation, /connections, as the real ones on their own hosts."""

import base64
import binascii
import hmac
from collections.abc import Callable

from flask import Blueprint, Response, request

from embedded_app.sandbox.broken import dropped
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.faults import answer_under
from embedded_app.sandbox.xero.gate import check_token, check_user_agent, response
from embedded_app.sandbox.xero.identity import ACCESS_LIFE
from embedded_app.sandbox.xero.wire import Answer, JsonObject, Refused, json_answer, text_answer


def identity_blueprint(books: Books) -> Blueprint:
    """The endpoints over these books' identity server."""
    identity = Blueprint("identity", __name__)

    @identity.post("/connect/token")
    def token() -> Response:
        fault = books.faults.take("POST", "/connect/token", "")
        answer = answer_under(books.faults, fault, lambda: _token(books))
        return dropped() if answer is None else response(answer)

    @identity.post("/connect/revocation")
    def revocation() -> Response:
        return response(_revoked(books))

    @identity.get("/connections")
    def connections() -> Response:
        with books.lock:
            return response(_refusable(lambda: _connections(books)))

    @identity.delete("/connections/<connection_id>")
    def disconnect(connection_id: str) -> Response:
        with books.lock:
            return response(_refusable(lambda: _disconnect(books, connection_id)))

    return identity


def _refusable(act: Callable[[], Answer]) -> Answer:
    try:
        check_user_agent(request)
        return act()
    except Refused as refusal:
        return refusal.answer


def _token(books: Books) -> Answer:
    if not _client_is_known(books):
        return json_answer({"error": "invalid_client"}, 400)
    given, now = request.form, books.clock.now()
    with books.lock:
        if given.get("grant_type") == "refresh_token":
            pair = books.identity.refresh(given.get("refresh_token", ""), now)
        elif given.get("grant_type") == "authorization_code":
            pair = books.identity.exchange(given.get("code", ""), given.get("redirect_uri", ""), now)
        else:
            return json_answer({"error": "unsupported_grant_type"}, 400)
    if pair is None:
        return json_answer({"error": "invalid_grant"}, 400)
    body: JsonObject = {
        "access_token": pair.access,
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "token_type": "Bearer",
        "refresh_token": pair.refresh,
        "scope": pair.scopes,
    }
    return json_answer(body)


def _revoked(books: Books) -> Answer:
    """RFC 7009: a token that is not known is no error. Xero ends all of the user's connections with it."""
    if not _client_is_known(books):
        return json_answer({"error": "invalid_client"}, 400)
    with books.lock:
        user_id = books.identity.user_of_refresh_token(request.form.get("token", ""))
        if user_id is not None:
            books.identity.revoke(user_id)
    return text_answer("", 200)


def _client_is_known(books: Books) -> bool:
    """True for the app's own `Authorization: Basic base64(id:secret)`."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True) if scheme == "Basic" else b""
    except binascii.Error:
        return False
    return hmac.compare_digest(given, f"{books.identity.client_id}:{books.identity.client_secret}".encode())


def _connections(books: Books) -> Answer:
    user_id, _ = check_token(books, request)
    wanted = request.args.get("authEventId")
    shown = [
        {
            "id": connection.connection_id,
            "authEventId": connection.auth_event_id,
            "tenantId": connection.tenant_id,
            "tenantType": "ORGANISATION",
            "tenantName": books.organisation(connection.tenant_id).name,
            "createdDateUtc": f"{connection.created_at:%Y-%m-%dT%H:%M:%S.%f}0",
            "updatedDateUtc": f"{connection.created_at:%Y-%m-%dT%H:%M:%S.%f}0",
        }
        for connection in books.identity.connections_of(user_id)
        if wanted in (None, connection.auth_event_id)
    ]
    return json_answer(shown)


def _disconnect(books: Books, connection_id: str) -> Answer:
    user_id, _ = check_token(books, request)
    connection = books.identity.connections.get(connection_id)
    if connection is None or connection.user_id != user_id:
        return text_answer("", 404)
    del books.identity.connections[connection_id]
    return text_answer("", 204)
