"""The purge: what is old goes, a slice at a time, so that nobody waits for it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, and_, delete, or_, select, update

from formdigits.documents import page_address, split_address
from formdigits.errors import BadRequest, NotFound
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.locks import steering, wait_for_turn
from formdigits.ledger.rows import JobId, Purged
from formdigits.ledger.schema import IS_UPLOAD, chunks, jobs, pages

IN_ONE_QUERY = 500
GONE = Purged(0, [], done=True)


class Purge(Database):
    """The part of the ledger that forgets."""

    @door
    def purge(self, job_id: JobId, *, limit: int = 5000) -> Purged:
        """Take up to `limit` pages of a job away, and with its last page the job; call it until it is done.

        From the first call on nobody else sees the job.  A job that is gone is done.

        Raises:
            BadRequest: the job has not ended; cancel it first.
        """
        try:
            with steering(self._writing, job_id, or_what_is_left=True) as (connection, job):
                if job.state in ("running", "paused"):
                    raise BadRequest(f"job {job_id} is {job.state}; cancel it before it is purged")
                unseen = update(jobs).where(jobs.c.id == job.id).values(state="purging", idempotency_key=None)
                connection.execute(unseen)
                wait_for_turn(connection, "purge")  # or two at once would each think that the other needs an upload
                return _take_slice(connection, job.id, limit)
        except NotFound:
            return GONE

    @door
    def purgeable(self, *, older_than_s: float, open_longer_than_s: float) -> list[JobId]:
        """Jobs that may go, oldest first: those that ended so long ago, and those whose submitting broke off.

        A purge that was interrupted is among them.
        """
        broke_off = and_(jobs.c.state == "open", jobs.c.submitted_at < Now() - open_longer_than_s)
        old = or_(jobs.c.state == "purging", jobs.c.ended_at < Now() - older_than_s, broke_off)
        with self._reading.connect() as connection:
            return list(connection.execute(select(jobs.c.public_id).where(old).order_by(jobs.c.id)).scalars())

    @door
    def unused_uploads(self, paths: Sequence[str]) -> list[str]:
        """Those of some uploaded scans to which no page refers."""
        with self._reading.connect() as connection:
            return _unused(connection, paths)


def _take_slice(connection: Connection, job: int, limit: int) -> Purged:
    slice_ = _take_pages(connection, job, limit)
    if slice_.done:
        connection.execute(delete(chunks).where(chunks.c.job_id == job))
        connection.execute(delete(jobs).where(jobs.c.id == job))
    return slice_


def _take_pages(connection: Connection, job: int, limit: int) -> Purged:
    mine = pages.c.job_id == job
    columns = (pages.c.number, pages.c.path, pages.c.is_upload)
    rows = connection.execute(select(*columns).where(mine).order_by(pages.c.number).limit(limit)).all()
    if not rows:
        return GONE
    connection.execute(delete(pages).where(mine, pages.c.number <= rows[-1].number))
    unused = _unused(connection, {row.path for row in rows if row.is_upload})
    return Purged(len(rows), unused, done=len(rows) < limit)


def _unused(connection: Connection, paths: Collection[str]) -> list[str]:
    # Whoever refers to pages of a document refers to the first one, too.
    wanted = sorted({split_address(path).path for path in paths})
    used: set[str] = set()
    for start in range(0, len(wanted), IN_ONE_QUERY):
        some = wanted[start : start + IN_ONE_QUERY]
        asked = [*some, *(page_address(path, 1) for path in some)]
        found = connection.execute(select(pages.c.path).where(IS_UPLOAD, pages.c.path.in_(asked))).scalars()
        used.update(split_address(path).path for path in found)
    return [path for path in wanted if path not in used]
