"""Retrains: one at a time, fenced by a lease."""

from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, insert, select, update
from sqlalchemy.exc import IntegrityError

from formdigits.errors import NotFound, RetrainBusy
from formdigits.ledger.engine import Database, Now, door, upsert
from formdigits.ledger.rows import EpochRow, Fence, RetrainRow
from formdigits.ledger.schema import epochs, retrains
from formdigits.messages import Recipe, Retrain

LOST = "trainer lost"
_IS_LOST: ColumnElement[bool] = and_(retrains.c.state == "running", retrains.c.lease_until < Now())
_COLUMNS = (
    retrains.c.id,
    case((_IS_LOST, "failed"), else_=retrains.c.state).label("state"),
    retrains.c.recipe,
    retrains.c.worker,
    retrains.c.version,
    retrains.c.promoted,
    case((_IS_LOST, LOST), else_=retrains.c.message).label("message"),
    retrains.c.submitted_at,
    retrains.c.started_at,
    case((_IS_LOST, retrains.c.lease_until), else_=retrains.c.ended_at).label("ended_at"),
)


class Retrains(Database):
    """The part of the ledger that knows who trains."""

    @door
    def add_retrain(self, recipe: Recipe) -> int:
        """Ask for a retrain.

        Raises:
            RetrainBusy: another one waits or runs.
        """
        row = {"slot": 1, "state": "waiting", "recipe": recipe.model_dump_json(), "promoted": False, "message": ""}
        ask = insert(retrains).values(**row, submitted_at=Now(), queued_at=Now()).returning(retrains.c.id)
        try:
            with self._durable.begin() as connection:
                end_lost(connection)
                retrain_id: int = connection.execute(ask).scalar_one()
        except IntegrityError as error:
            raise RetrainBusy("another retrain waits or runs; wait for it or cancel it") from error
        return retrain_id

    @door
    def overdue_retrain(self, *, resend_after_s: float) -> Retrain | None:
        """The retrain that nobody began, when its message was sent so long ago; the caller sends it again."""
        overdue = and_(retrains.c.state == "waiting", retrains.c.queued_at <= Now() - resend_after_s)
        with self._reading.connect() as connection:
            if connection.execute(select(retrains.c.id).where(overdue)).first() is None:
                return None
        with self._writing.begin() as connection:
            again = update(retrains).where(overdue).values(queued_at=Now()).returning(retrains.c.id)
            row = connection.execute(again).first()
            return None if row is None else Retrain(retrain_id=row.id)

    @door
    def claim_retrain(self, retrain_id: int, *, worker: str, lease_s: float) -> Fence | None:
        """Begin a retrain that waits; None when it was begun or cancelled before."""
        waiting = and_(retrains.c.id == retrain_id, retrains.c.state == "waiting")
        begun = {"state": "running", "worker": worker, "started_at": Now(), "lease_until": Now() + lease_s}
        with self._writing.begin() as connection:
            row = connection.execute(update(retrains).where(waiting).values(begun).returning(retrains.c.recipe)).first()
            if row is None:
                _require(connection, retrain_id)
                return None
            return Fence(retrain_id, Recipe.model_validate_json(row.recipe))

    @door
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
    ) -> bool:
        """Write down an epoch and hold the fence `lease_s` seconds more; False when it is lost or cancelled: stop."""
        row = EpochRow(epoch, loss, accuracy, val_loss, val_accuracy)._asdict()
        with self._writing.begin() as connection:
            if not _hold(connection, fence, lease_s):
                return False
            new = upsert(connection, epochs).values(retrain_id=fence.retrain_id, **row)
            connection.execute(new.on_conflict_do_nothing())  # it came before, and its answer was lost
            return True

    @door
    def hold_retrain(self, fence: Fence, *, lease_s: float) -> bool:
        """Hold the fence `lease_s` seconds more; False when it is lost or the retrain cancelled: stop."""
        with self._writing.begin() as connection:
            return _hold(connection, fence, lease_s)

    @door
    def finish_retrain(
        self,
        fence: Fence,
        *,
        state: Literal["done", "failed", "cancelled"],
        version: str | None,
        promoted: bool,
        message: str,
    ) -> bool:
        """End a retrain; False, with nothing written, when the fence was lost or the retrain cancelled."""
        ended = {"state": state, "version": version, "promoted": promoted, "message": message}
        end = update(retrains).where(_holds(fence)).values(**ended, slot=None, ended_at=Now())
        with self._writing.begin() as connection:
            return connection.execute(end.returning(retrains.c.id)).first() is not None

    @door
    def cancel_retrain(self, retrain_id: int) -> None:
        """Cancel a retrain; the trainer sees it at its next epoch.  One that ended stays as it is."""
        active = and_(retrains.c.id == retrain_id, retrains.c.slot == 1)
        with self._writing.begin() as connection:
            _require(connection, retrain_id)
            end_lost(connection)
            connection.execute(update(retrains).where(active).values(state="cancelled", slot=None, ended_at=Now()))

    @door
    def retrain(self, retrain_id: int) -> RetrainRow:
        """One retrain with its epochs so far."""
        with self._reading.connect() as connection:
            _require(connection, retrain_id)
            [row] = _rows(connection, select(*_COLUMNS).where(retrains.c.id == retrain_id))
        return row

    @door
    def retrains(self, limit: int = 20) -> list[RetrainRow]:
        """The newest retrains, newest first."""
        with self._reading.connect() as connection:
            return _rows(connection, select(*_COLUMNS).order_by(retrains.c.id.desc()).limit(limit))


def end_lost(connection: Connection) -> None:
    """Write down that a retrain whose lease expired has failed; until then it only shows so."""
    failed = {"state": "failed", "slot": None, "message": LOST, "ended_at": retrains.c.lease_until}
    connection.execute(update(retrains).where(_IS_LOST).values(failed))


def _holds(fence: Fence) -> ColumnElement[bool]:
    live = and_(retrains.c.state == "running", retrains.c.lease_until >= Now())
    return and_(retrains.c.id == fence.retrain_id, live)


def _hold(connection: Connection, fence: Fence, lease_s: float) -> bool:
    extend = update(retrains).where(_holds(fence)).values(lease_until=Now() + lease_s)
    return connection.execute(extend.returning(retrains.c.id)).first() is not None


def _require(connection: Connection, retrain_id: int) -> None:
    if connection.execute(select(retrains.c.id).where(retrains.c.id == retrain_id)).first() is None:
        raise NotFound(f"there is no retrain {retrain_id}")


def _rows(connection: Connection, query: Select[Any]) -> list[RetrainRow]:
    return [_row(connection, row) for row in connection.execute(query).all()]


def _row(connection: Connection, row: Row[Any]) -> RetrainRow:
    its = select(*(epochs.c[name] for name in EpochRow._fields)).where(epochs.c.retrain_id == row.id)
    curve = tuple(EpochRow._make(values) for values in connection.execute(its.order_by(epochs.c.epoch)))
    values = {**row._mapping, "recipe": Recipe.model_validate_json(row.recipe)}  # noqa: SLF001 -- its public name
    return RetrainRow(**values, epochs=curve)
