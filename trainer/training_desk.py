"""Where a retrain is begun, watched and ended in the ledger."""

import time
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

import structlog

from formdigits.errors import FormdigitsError, ServerUnreachable
from formdigits.ledger import Fence
from formdigits.messages import Recipe, Retrain
from formdigits.model_store import ModelStore
from trainer.progress import Cancelled, Epoch, IsCancelled, MayPromote, OnEpoch

LEASE_S = 120.0
"""How long a trainer may be silent before its retrain counts as lost; it holds on to it every few seconds."""
PAUSE_S = 1.0

log = structlog.get_logger(__name__)


class RetrainLedger(Protocol):
    """What training needs of the ledger, and nothing more."""

    def claim_retrain(self, retrain_id: int, *, worker: str, lease_s: float) -> Fence | None: ...
    def record_epoch(
        self,
        fence: Fence,
        *,
        epoch: int,
        loss: float,
        accuracy: float,
        val_loss: float,
        val_accuracy: float,
        lease_s: float,
    ) -> bool: ...
    def finish_retrain(
        self,
        fence: Fence,
        *,
        state: Literal["done", "failed", "cancelled"],
        version: str | None,
        promoted: bool,
        message: str,
    ) -> bool: ...
    def hold_retrain(self, fence: Fence, *, lease_s: float) -> bool: ...


class Trained(Protocol):
    """What a training hands back."""

    @property
    def version(self) -> str: ...
    @property
    def promoted(self) -> bool: ...
    @property
    def message(self) -> str: ...


class Train(Protocol):
    """The story: `trainer.retraining.retrain`."""

    def __call__(
        self,
        recipe: Recipe,
        *,
        models: ModelStore,
        on_epoch: OnEpoch,
        is_cancelled: IsCancelled,
        may_promote: MayPromote,
    ) -> Trained: ...


class TrainingDesk(NamedTuple):
    """Takes a message to its training and writes down what becomes of it."""

    name: str
    """Of this process, in the ledger."""
    ledger: RetrainLedger
    models: ModelStore
    train: Train
    lease_s: float = LEASE_S

    def retrain(self, message: Retrain) -> None:
        """Train, unless the retrain was begun or cancelled before.  However it ends, the ledger knows."""
        fence = self.ledger.claim_retrain(message.retrain_id, worker=self.name, lease_s=self.lease_s)
        if fence is None:
            log.info("retrain is not waiting", retrain_id=message.retrain_id)
            return
        try:
            trained = self._train(fence)
        except Cancelled:
            self._finish(fence, "cancelled", "cancelled")
        except FormdigitsError as error:
            self._finish(fence, "failed", str(error))
        except Exception as error:
            log.exception("retrain failed", retrain_id=fence.retrain_id)
            self._finish(fence, "failed", f"training broke off: {type(error).__name__}; the trainer's log says where")
        else:
            self._finish(fence, "done", trained.message, version=trained.version, promoted=trained.promoted)

    def _train(self, fence: Fence) -> Trained:
        def record(epoch: Epoch) -> None:
            log.info("epoch", retrain_id=fence.retrain_id, **epoch._asdict())
            number, loss, accuracy, val_loss, val_accuracy = epoch
            held = self._patiently(
                lambda: self.ledger.record_epoch(
                    fence,
                    epoch=number,
                    loss=loss,
                    accuracy=accuracy,
                    val_loss=val_loss,
                    val_accuracy=val_accuracy,
                    lease_s=self.lease_s,
                )
            )
            if not held:
                raise Cancelled

        def is_cancelled() -> bool:
            try:
                return not self.ledger.hold_retrain(fence, lease_s=self.lease_s)
            except ServerUnreachable:  # the end of the epoch asks again, and by then it must answer
                log.warning("ledger does not answer", retrain_id=fence.retrain_id)
                return False

        def may_promote() -> bool:
            # A trainer that was stopped for longer than its lease learns here that it has lost the retrain.
            return self._patiently(lambda: self.ledger.hold_retrain(fence, lease_s=self.lease_s))

        return self.train(
            fence.recipe, models=self.models, on_epoch=record, is_cancelled=is_cancelled, may_promote=may_promote
        )

    def _patiently(self, ask: Callable[[], bool]) -> bool:
        """Ask the ledger until it answers: an hour of training does not end because a database is started anew.

        Raises:
            ServerUnreachable: it was silent for so long that the retrain is lost.
        """
        give_up_at_s = time.monotonic() + self.lease_s
        while True:
            try:
                return ask()
            except ServerUnreachable as error:
                if time.monotonic() > give_up_at_s:
                    raise
                log.warning("ledger does not answer", reason=str(error))
                time.sleep(PAUSE_S)

    def _finish(
        self,
        fence: Fence,
        state: Literal["done", "failed", "cancelled"],
        message: str,
        *,
        version: str | None = None,
        promoted: bool = False,
    ) -> None:
        was_ours = self._patiently(
            lambda: self.ledger.finish_retrain(fence, state=state, version=version, promoted=promoted, message=message)
        )
        event = "retrain ended" if was_ours else "retrain had been cancelled or lost"
        log.info(event, retrain_id=fence.retrain_id, state=state, version=version, message=message)
