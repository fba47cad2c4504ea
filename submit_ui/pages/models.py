"""The model page: which version reads, how good it is, and how to get a better one."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from formdigits.errors import BadRequest
from formdigits.messages import Recipe
from submit_ui.api.retrains import start_retrain
from submit_ui.pages.blueprint import pages
from submit_ui.pages.buttons import done
from submit_ui.parts import parts
from submit_ui.shapes import models_json, retrain_json


@pages.get("/models")
def models_page() -> ResponseReturnValue:
    """Versions, workers and retrains."""
    ledger = parts().ledger
    models = models_json(parts().models)["models"]
    retrains = [retrain_json(row) for row in ledger.retrains(limit=5)]
    return render_template(
        "models.html",
        models=models,
        current=next((model for model in models if model["current"]), None),
        workers=ledger.workers(),
        retrains=retrains,
        running=next((retrain for retrain in retrains if retrain["state"] in ("waiting", "running")), None),
        recipe=Recipe(),
    )


@pages.post("/models/<version>/promote")
def promote(version: str) -> ResponseReturnValue:
    """The button beside a version."""
    said = f"{version} is current; workers pick it up by themselves."
    return done(lambda: parts().models.promote(version), said, to=url_for("pages.models_page"))


@pages.post("/models/roll-back")
def roll_back() -> ResponseReturnValue:
    """The button that undoes a promotion."""
    return done(parts().models.roll_back, "Rolled back to the version before.", to=url_for("pages.models_page"))


@pages.post("/retrains")
def retrain() -> ResponseReturnValue:
    """The retrain button."""
    try:
        recipe = Recipe.model_validate(
            {name: value for name, value in request.form.items() if name in ("epochs", "seed")}
        )
    except ValidationError as error:
        raise BadRequest(error.errors()[0]["msg"]) from error
    said = "The trainer has been asked for a new model."
    return done(lambda: start_retrain(parts(), recipe), said, to=url_for("pages.models_page"))


@pages.post("/retrains/<int:retrain_id>/cancel")
def cancel_retrain(retrain_id: int) -> ResponseReturnValue:
    """The button that stops a retrain."""
    said = "The retrain stops after the batch it is at."
    return done(lambda: parts().ledger.cancel_retrain(retrain_id), said, to=url_for("pages.models_page"))
