"""Workers: who is alive, and with which model."""

from sqlalchemy import delete, select

from formdigits.ledger.engine import Database, Now, door, upsert
from formdigits.ledger.rows import WorkerRow
from formdigits.ledger.schema import workers

FORGET_AFTER_S = 86_400


class Workers(Database):
    """The part of the ledger that knows the workers."""

    @door
    def beat(self, worker: str, *, model_version: str | None, model_error: str | None) -> None:
        """Give a sign of life, with the model in service and why it is not the current one."""
        seen = {"model_version": model_version, "model_error": model_error, "seen_at": Now()}
        with self._writing.begin() as connection:
            new = upsert(connection, workers).values(name=worker, **seen)
            connection.execute(new.on_conflict_do_update(index_elements=[workers.c.name], set_=seen))
            connection.execute(delete(workers).where(workers.c.seen_at < Now() - FORGET_AFTER_S))

    @door
    def workers(self, seen_within_s: float = 30) -> list[WorkerRow]:
        """The workers that gave a sign of life lately, by name."""
        lately = workers.c.seen_at >= Now() - seen_within_s
        query = select(*workers.c, Now() - workers.c.seen_at).where(lately).order_by(workers.c.name)
        with self._reading.connect() as connection:
            return [WorkerRow._make(row) for row in connection.execute(query)]
