"""What the trainer process holds: made once, on first use, and passed inwards."""

import os
import socket
from functools import cache

from formdigits.ledger import open_ledger
from formdigits.model_store import open_models
from formdigits.settings import Settings
from trainer.training_desk import TrainingDesk


@cache
def training_desk() -> TrainingDesk:
    """The desk of this process."""
    # TensorFlow must not be imported by the process that starts the training one, which imports this module too.
    from trainer.retraining import retrain  # noqa: PLC0415

    settings = Settings()
    name = f"trainer-{socket.gethostname()}-{os.getpid()}"
    return TrainingDesk(name=name, ledger=open_ledger(settings.ledger_url), models=open_models(settings), train=retrain)
