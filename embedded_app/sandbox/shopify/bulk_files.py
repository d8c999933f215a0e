"""GET /{shop}/bulk/{number}.jsonl: the file of a bulk operation, whole or from some byte on, for whoever knows it."""

from flask import Blueprint, Response, request

from embedded_app.sandbox.shopify.faults import BULK_FILE, Sight, StoreCall
from embedded_app.sandbox.shopify.world import World

# What the storage behind the real addresses says once one has expired.
_EXPIRED = (
    "<?xml version='1.0'?><Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>"
)


def file_blueprint(world: World) -> Blueprint:
    """The files of all stores of this world."""
    files = Blueprint("bulk_files", __name__)

    @files.get("/<domain>/bulk/<number>.jsonl")
    def file(domain: str, number: str) -> Response:
        def act(sight: Sight) -> Response:
            with world.lock:
                shop = world.shops.get(domain)
                text = shop.bulk.file(number) if shop else None
            if text is None:
                return Response(_EXPIRED, 400, content_type="application/xml")
            content = text.encode()
            answer = Response(content, content_type="application/jsonl")
            return answer.make_conditional(request, accept_ranges=True, complete_length=len(content))

        call = StoreCall(shop=domain, operation=BULK_FILE)
        with world.lock:
            fault = world.faults.take(call)
        return world.faults.answer(call, fault, act)

    return files
