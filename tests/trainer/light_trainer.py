"""A trainer without a network: the real desk, ledger, store and handover around a training that takes no time.

python -m tests.trainer.light_trainer DATA RETRAIN_ID LEASE_S WHEN

It says `published` when its candidate is in the store.  WHEN says where it waits for a line before it goes on: `before`
it asks whether it may promote, or `after`.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from formdigits.ledger import open_ledger
from formdigits.messages import Retrain
from formdigits.model_store import open_models
from formdigits.settings import Settings
from tests.models import publish
from trainer.handover import take_over
from trainer.training_desk import TrainingDesk


class Trained(NamedTuple):
    version: str
    promoted: bool
    message: str


def training(content, *, pause):
    """A training whose network is `content`."""

    def train(recipe, *, models, on_epoch, is_cancelled, may_promote):
        compared_with = models.current()
        version = publish(models, content)

        def still():
            may = may_promote() if pause == "after" else None
            wait_for_a_line()
            return may_promote() if may is None else may

        hindrance = take_over(models, version, compared_with=compared_with, may_promote=still)
        return Trained(version, promoted=hindrance is None, message=hindrance or "promoted")

    return train


def wait_for_a_line():
    print("published", flush=True)  # noqa: T201
    sys.stdin.readline()


def main():
    data, retrain_id, lease_s, pause = sys.argv[1:]
    settings = Settings(data_dir=Path(data))
    desk = TrainingDesk(
        name="trainer-zombie",
        ledger=open_ledger(settings.ledger_url),
        models=open_models(settings),
        train=training(b"of the zombie", pause=pause),
        lease_s=float(lease_s),
    )
    desk.retrain(Retrain(retrain_id=int(retrain_id)))


if __name__ == "__main__":
    main()
