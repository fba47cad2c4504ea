"""Retrains: start one, watch its epochs, cancel it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from formdigits.errors import ServerUnreachable
from formdigits.messages import Recipe, Retrain
from submit_ui.parts import Parts, parts
from submit_ui.shapes import retrain_json

retrains = Blueprint("retrains", __name__)


@retrains.post("/retrains")
def start() -> ResponseReturnValue:
    """Ask the trainer for a new model version; 409 while another retrain runs."""
    recipe = Recipe.model_validate_json(request.get_data() or b"{}")
    retrain_id = start_retrain(parts(), recipe)
    return retrain_json(parts().ledger.retrain(retrain_id)), 202


@retrains.get("/retrains")
def listing() -> ResponseReturnValue:
    """The newest retrains."""
    return {"retrains": [retrain_json(row) for row in parts().ledger.retrains()]}


@retrains.get("/retrains/<int:retrain_id>")
def show(retrain_id: int) -> ResponseReturnValue:
    """One retrain with its epochs so far."""
    return retrain_json(parts().ledger.retrain(retrain_id))


@retrains.post("/retrains/<int:retrain_id>/cancel")
def cancel(retrain_id: int) -> ResponseReturnValue:
    """Stop it after the batch that it is at."""
    parts().ledger.cancel_retrain(retrain_id)
    return retrain_json(parts().ledger.retrain(retrain_id))


def start_retrain(parts: Parts, recipe: Recipe) -> int:
    """Write it down and tell the trainer."""
    retrain_id = parts.ledger.add_retrain(recipe)
    try:
        parts.broker.send_retrain(Retrain(retrain_id=retrain_id))
    except ServerUnreachable:
        parts.ledger.cancel_retrain(retrain_id)  # nobody would ever take it
        raise
    return retrain_id
