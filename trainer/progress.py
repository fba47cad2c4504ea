"""What training says on its way; light, so that the door needs no TensorFlow to know the words."""

from collections.abc import Callable
from typing import NamedTuple


class Epoch(NamedTuple):
    """How one epoch went."""

    number: int
    """Counts from 1."""
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


class Cancelled(Exception):
    """Raised out of a training that was cancelled, between two batches."""


OnEpoch = Callable[[Epoch], None]
IsCancelled = Callable[[], bool]
MayPromote = Callable[[], bool]
