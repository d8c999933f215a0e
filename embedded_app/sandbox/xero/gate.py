"""The door of the accounting API: every call passes the same checks, in this order, before it reads or writes.

User-Agent, token, tenant, scope, Accept and Content-Type, rate limits, faults on cue, size, idempotency key, JSON.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from flask import Request, Response

from embedded_app.sandbox.broken import dropped, half
from embedded_app.sandbox.xero.batches import Call
from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.faults import Fault, FaultKind, answer_under
from embedded_app.sandbox.xero.organisation import Organisation
from embedded_app.sandbox.xero.wire import Answer, Refused, api_error, load, parse_since, problem, text_answer

API_PATH = "/api.xro/2.0"
MAX_BODY_BYTES = 3_500_000
WRITES = frozenset({"PUT", "POST", "PATCH"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one endpoint and method ask for: a scope, and the query parameters they know."""

    scope: str
    parameters: frozenset[str] = frozenset()


def guarded(books: Books, request: Request, rule: Rule, act: Callable[[Call], Answer]) -> Response:
    """Answer one request to the accounting API, or drop its connection when a fault wants that."""
    try:
        with books.lock:
            organisation = _admit(books, request, rule)
            tenant_id = organisation.tenant_id
            path = request.path.removeprefix(API_PATH)
            key = request.headers.get("Idempotency-Key", "")
            fault = books.faults.take(request.method, path, tenant_id, request.get_data(), key=key)
    except Refused as refusal:
        return response(refusal.answer)
    try:
        answer = answer_under(books.faults, fault, lambda: _act(books, request, organisation, rule, fault, act))
    finally:
        with books.lock:
            books.limits.release(tenant_id)
            headers = books.limits.headers(tenant_id)
    if answer is None:
        return dropped()
    sent = response(answer, (*headers, ("Xero-Correlation-Id", str(uuid.uuid4()))))
    return half(sent) if fault is not None and fault.kind is FaultKind.HALF_ANSWER else sent


def response(answer: Answer, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """An Answer as Flask's response."""
    sent = Response(answer.body, answer.status, content_type=answer.content_type)
    for name, value in (*answer.headers, *headers):
        sent.headers[name] = value
    return sent


def check_user_agent(request: Request) -> None:
    """Xero's outer layer was seen to refuse callers without a User-Agent with a page of HTML."""
    if not request.headers.get("User-Agent"):
        raise Refused(
            text_answer("<html><body><h1>Access Denied</h1></body></html>\n", 403, "text/html; charset=utf-8")
        )


def check_token(books: Books, request: Request) -> tuple[str, str]:
    """(user id, scopes) of the call's bearer token. Raises Refused with 401."""
    bearer = books.identity.bearer(request.headers.get("Authorization", ""), books.clock.now())
    if bearer is None:
        raise Refused(problem(401, "Unauthorized", "TokenExpired or AuthenticationUnsuccessful"))
    return bearer


def _admit(books: Books, request: Request, rule: Rule) -> Organisation:
    check_user_agent(request)
    user_id, scopes = check_token(books, request)
    tenant_id = request.headers.get("xero-tenant-id", "").lower()
    connected = {connection.tenant_id for connection in books.identity.connections_of(user_id)}
    if tenant_id not in connected:
        raise Refused(problem(403, "Forbidden", "AuthenticationUnsuccessful"))
    if rule.scope not in scopes.split() and rule.scope.removesuffix(".read") not in scopes.split():
        challenge = (("WWW-Authenticate", 'Bearer error="insufficient_scope"'),)
        raise Refused(problem(401, "Unauthorized", "AuthorizationUnsuccessful", challenge))
    if "application/json" not in request.headers.get("Accept", ""):
        raise Refused(text_answer("Send Accept: application/json; Xero would answer XML.\n", 406))
    if request.method in WRITES and request.mimetype != "application/json":
        raise Refused(text_answer("Send Content-Type: application/json; Xero would read XML.\n", 415))
    refused = books.limits.admit(tenant_id, books.clock.now())
    if refused is not None:
        headers = refused.headers + books.limits.headers(tenant_id)
        raise Refused(Answer(status=429, body=refused.body, content_type=refused.content_type, headers=headers))
    return books.organisation(tenant_id)


def _act(
    books: Books,
    request: Request,
    organisation: Organisation,
    rule: Rule,
    fault: Fault | None,
    act: Callable[[Call], Answer],
) -> Answer:
    """Read the body and run the endpoint under the lock, behind the idempotency cache when the call has a key."""
    body = request.get_data()
    if len(body) > MAX_BODY_BYTES:
        return text_answer(f"The request is larger than {MAX_BODY_BYTES} bytes.\n", 413)
    key = request.headers.get("Idempotency-Key", "")
    with books.lock:
        if not key or request.method not in WRITES:
            return _run(books, request, organisation, rule, fault, act)
        return books.idempotency.answer(
            key,
            method=request.method,
            url=request.full_path,
            body=body,
            now=books.clock.now(),
            act=lambda: _run(books, request, organisation, rule, fault, act),
        )


def _run(
    books: Books,
    request: Request,
    organisation: Organisation,
    rule: Rule,
    fault: Fault | None,
    act: Callable[[Call], Answer],
) -> Answer:
    if fault is not None and fault.kind is FaultKind.INTERNAL_ERROR:
        return api_error(0, "InternalError", "An error occurred in Xero.", 500)
    try:
        return act(_call(books, request, organisation, rule, fault))
    except Refused as refusal:
        return refusal.answer


def _call(books: Books, request: Request, organisation: Organisation, rule: Rule, fault: Fault | None) -> Call:
    unknown = sorted(set(request.args) - rule.parameters)
    if unknown:  # Xero ignores them and answers more than was asked for: the strict reading.
        raise Refused(api_error(16, "QueryParseException", f"The query parameter '{unknown[0]}' is not known here."))
    if request.args.get("unitdp", "2") not in ("2", "4"):
        raise Refused(api_error(16, "QueryParseException", "The query parameter 'unitdp' must be 2 or 4."))
    since = request.headers.get("If-Modified-Since")
    try:
        body = load(request.get_data()) if request.method in WRITES else None
        modified_since = parse_since(since) if since and request.method == "GET" else None
    except ValueError as error:
        raise Refused(api_error(14, "PostDataInvalidException", f"The request could not be read: {error}.")) from error
    return Call(
        organisation=organisation,
        query=dict(request.args.items()),
        body=body,
        modified_since=modified_since,
        fault=fault,
        now=books.clock.now(),
    )
