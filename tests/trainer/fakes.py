"""What stands in for the ledger and for training in tests of the door."""

from typing import NamedTuple

from formdigits.ledger import Fence
from formdigits.messages import Recipe


class FakeLedger:
    """One retrain, in memory."""

    def __init__(self, *, state="waiting", recipe=None):
        self.state, self.recipe = state, recipe or Recipe(epochs=2)
        self.epochs, self.version, self.promoted, self.message = [], None, False, ""

    def claim_retrain(self, retrain_id, *, worker, lease_s):
        if self.state != "waiting":
            return None
        self.state = "running"
        return Fence(retrain_id, self.recipe)

    def record_epoch(self, fence, *, epoch, lease_s, **figures):
        if self.state == "running":
            self.epochs.append((epoch, figures))
        return self.state == "running"

    def finish_retrain(self, fence, *, state, version, promoted, message):
        if self.state != "running":
            return False
        self.state, self.version, self.promoted, self.message = state, version, promoted, message
        return True

    def hold_retrain(self, fence, *, lease_s):
        return self.state == "running"


class Trained(NamedTuple):
    version: str = "20261123T060000000Z-0123abcd"
    promoted: bool = True
    message: str = "promoted: better"
