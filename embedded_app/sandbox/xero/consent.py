"""The stand-in for login.xero.com: a page on which a person chooses an organisation and clicks Allow access.

Signing in is left out: who may connect several users' organisations sees all of them. One consent connects one
organisation, as outside Xero's largest plan.
"""

from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.sandbox.xero.books import Books
from embedded_app.sandbox.xero.identity import SCOPES

# What an app made since March 2026 may ask for besides what the sandbox's own app asks for.
_OTHERS = frozenset({"accounting.settings", "accounting.contacts.read", "accounting.invoices.read"})
_GRANTED = frozenset(SCOPES.split()) | _OTHERS


def consent_blueprint(books: Books) -> Blueprint:
    """GET and POST /identity/connect/authorize."""
    consent = Blueprint("consent", __name__, template_folder="templates")

    @consent.get("/identity/connect/authorize")
    def ask() -> AnyResponse | str:
        refusal = _refusal(books)
        if refusal is not None:
            return refusal
        with books.lock:
            offered = [
                (f"{user_id} {tenant_id}", books.organisation(tenant_id).name)
                for user_id, tenants in books.members.items()
                for tenant_id in tenants
            ]
        return render_template("consent.html", offered=offered, scopes=request.args["scope"].split())

    @consent.post("/identity/connect/authorize")
    def decide() -> AnyResponse:
        refusal = _refusal(books)
        if refusal is not None:
            return refusal
        user_id, _, tenant_id = request.form.get("organisation", "").partition(" ")
        if request.form.get("answer") != "allow" or tenant_id not in books.members.get(user_id, ()):
            return _back({"error": "access_denied"})
        redirect_uri, scopes = request.args["redirect_uri"], request.args["scope"]
        with books.lock:
            code = books.identity.consent(user_id, tenant_id, redirect_uri, scopes, books.clock.now())
        return _back({"code": code, "scope": scopes})

    return consent


def _refusal(books: Books) -> AnyResponse | None:
    """What Xero answers at once: an error page where it cannot trust the address to go back to, else an error there."""
    asked = request.args
    if asked.get("client_id") != books.identity.client_id or asked.get("response_type") != "code":
        return Response("Error: unauthorized_client\n", 400, content_type="text/plain")
    if not _is_registered(books, asked.get("redirect_uri", "")):
        return Response("Error: Invalid redirect_uri\n", 400, content_type="text/plain")
    if not asked.get("state"):
        return Response("Error: state is missing\n", 400, content_type="text/plain")
    scopes = set(asked.get("scope", "").split())
    if not scopes or not scopes <= _GRANTED:
        return _back({"error": "invalid_scope"})
    return None


def _is_registered(books: Books, address: str) -> bool:
    """Xero takes https, and plain http for localhost by that name only."""
    parts = urlsplit(address)
    lawful = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "localhost")
    return lawful and (not books.identity.redirect_uris or address in books.identity.redirect_uris)


def _back(told: dict[str, str]) -> AnyResponse:
    return redirect(f"{request.args['redirect_uri']}?{urlencode({**told, 'state': request.args['state']})}", 302)
