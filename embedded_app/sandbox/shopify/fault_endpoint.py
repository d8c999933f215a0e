"""GET and POST /sandbox/faults: what may go wrong at the stores is set and counted from outside, as at the sandbox's
Xero. The body of a POST is the fields of `faults.Fault`, kind first.
"""

from flask import Blueprint, Response, jsonify, request

from embedded_app.sandbox.cues import told
from embedded_app.sandbox.shopify.world import World


def fault_blueprint(world: World) -> Blueprint:
    """The endpoints over this world's faults."""
    pages = Blueprint("faults", __name__)

    @pages.get("/sandbox/faults")
    def ordered() -> Response:
        with world.lock:
            return jsonify(world.faults.told())

    @pages.post("/sandbox/faults")
    def order() -> tuple[Response, int]:
        try:
            with world.lock:
                fault = world.faults.add(**request.get_json())
        except (TypeError, ValueError) as error:
            return jsonify(error=f"No such fault: {error}"), 400
        return jsonify(told(fault)), 201

    return pages
