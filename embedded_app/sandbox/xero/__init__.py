"""A small, strict Xero with state: identity, the accounting endpoints that Crossfoot uses, and a page of its books.

It refuses what the real one refuses. Where the real behaviour is not known for sure it takes the strict reading, and a
comment says so. It shares no code with the program's own `xero` package, so that the two can disagree.
"""

from flask import Flask, Response

from embedded_app.clock import Clock
from embedded_app.sandbox.xero.api import api_blueprint
from embedded_app.sandbox.xero.books import Books, demo_books
from embedded_app.sandbox.xero.consent import consent_blueprint
from embedded_app.sandbox.xero.pages import pages_blueprint
from embedded_app.sandbox.xero.token_endpoints import identity_blueprint

__all__ = ["Books", "create_xero", "demo_books"]


def create_xero(books: Books | None = None, *, clock: Clock) -> Flask:
    """The sandbox's Xero as a Flask app over `books`; without any, over the UK demo company.

    The books are found again as `app.extensions["xero_books"]`.
    """
    if books is None:
        books, _, _ = demo_books(clock)
    app = Flask(__name__, template_folder="templates", static_folder=None)
    app.extensions["xero_books"] = books
    app.register_blueprint(api_blueprint(books))
    app.register_blueprint(identity_blueprint(books))
    app.register_blueprint(consent_blueprint(books))
    app.register_blueprint(pages_blueprint(books))

    @app.after_request
    def date(response: Response) -> Response:
        response.date = books.clock.now()
        return response

    return app
