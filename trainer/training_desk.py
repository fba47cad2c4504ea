"""Where a retrain is begun, watched and ended in the ledger."""

from typing import Literal, NamedTuple, Protocol

import structlog

from formdigits.errors import FormdigitsError, ServerUnreachable
from formdigits.ledger import Fence
from formdigits.messages import Recipe, Retrain
from formdigits.model_store import ModelStore
from trainer.progress import Cancelled, Epoch, IsCancelled, OnEpoch

LEASE_S = 120.0
"""How long a trainer may be silent before its retrain counts as lost; it holds on to it every few seconds."""

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
        self, recipe: Recipe, *, models: ModelStore, on_epoch: OnEpoch, is_cancelled: IsCancelled
    ) -> Trained: ...


class TrainingDesk(NamedTuple):
    """Takes a message to its training and writes down what becomes of it."""

    name: str
    """Of this process, in the ledger."""
    ledger: RetrainLedger
    models: ModelStore
    train: Train

    def retrain(self, message: Retrain) -> None:
        """Train, unless the retrain was begun or cancelled before.  However it ends, the ledger knows."""
        fence = self.ledger.claim_retrain(message.retrain_id, worker=self.name, lease_s=LEASE_S)
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
            held = self.ledger.record_epoch(
                fence,
                epoch=number,
                loss=loss,
                accuracy=accuracy,
                val_loss=val_loss,
                val_accuracy=val_accuracy,
                lease_s=LEASE_S,
            )
            if not held:
                raise Cancelled

        def is_cancelled() -> bool:
            try:
                return not self.ledger.hold_retrain(fence, lease_s=LEASE_S)
            except ServerUnreachable:  # the end of the epoch asks again, and by then it must answer
                log.warning("ledger does not answer", retrain_id=fence.retrain_id)
                return False

        return self.train(fence.recipe, models=self.models, on_epoch=record, is_cancelled=is_cancelled)

    def _finish(
        self,
        fence: Fence,
        state: Literal["done", "failed", "cancelled"],
        message: str,
        *,
        version: str | None = None,
        promoted: bool = False,
    ) -> None:
        log.info("retrain ended", retrain_id=fence.retrain_id, state=state, version=version, message=message)
        self.ledger.finish_retrain(fence, state=state, version=version, promoted=promoted, message=message)
