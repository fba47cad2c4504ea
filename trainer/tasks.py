"""The door: a message comes in, and the desk does what it says."""

from typing import Any

from celery import shared_task

from formdigits.messages import RETRAIN, Retrain
from trainer.wiring import training_desk


# A training takes longer than the broker waits for an acknowledgement, and the ledger fences it: acknowledged at once.
@shared_task(name=RETRAIN, acks_late=False, time_limit=None, soft_time_limit=None)
def retrain(message: dict[str, Any]) -> None:
    """Train a new model version.  Safe to deliver twice: a retrain is claimed once."""
    training_desk().retrain(Retrain.model_validate(message))
