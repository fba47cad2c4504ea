"""The ledger: the database that knows every job, page, chunk, retrain and worker.  The queue is only a hint beside it.

Read it in this order: `rows` (what goes in and comes out), `schema`, `engine`, `upgrade`, `locks`, `line` (whose turn
it is), `submission`, `jobs`, `control`, `pages`, `chunks`, `commits`, `matchings`, `sweep`, `purge`, `overview`,
`retrains`, `workers`, `tokens`, `forms`.
"""

from formdigits.ledger.commits import Commits
from formdigits.ledger.control import Control
from formdigits.ledger.engine import door
from formdigits.ledger.forms import Forms
from formdigits.ledger.jobs import Jobs
from formdigits.ledger.matchings import Matchings
from formdigits.ledger.overview import Overviews
from formdigits.ledger.pages import Pages
from formdigits.ledger.purge import Purge
from formdigits.ledger.retrains import Retrains
from formdigits.ledger.rows import (
    OPERATOR,
    Amended,
    Claim,
    EpochRow,
    Fence,
    FormRow,
    JobId,
    JobProgress,
    Matching,
    NewPage,
    Overview,
    PageRow,
    Priority,
    Purged,
    RetrainRow,
    Scope,
    TokenRow,
    WorkerRow,
    no_job,
)
from formdigits.ledger.submission import NewJob
from formdigits.ledger.sweep import Sweep
from formdigits.ledger.tokens import Tokens
from formdigits.ledger.upgrade import Upgrade
from formdigits.ledger.workers import Workers

__all__ = [
    "OPERATOR",
    "Amended",
    "Claim",
    "EpochRow",
    "Fence",
    "FormRow",
    "JobId",
    "JobProgress",
    "Ledger",
    "Matching",
    "NewJob",
    "NewPage",
    "Overview",
    "PageRow",
    "Priority",
    "Purged",
    "RetrainRow",
    "Scope",
    "TokenRow",
    "WorkerRow",
    "no_job",
    "open_ledger",
]


class Ledger(
    Upgrade, Jobs, Control, Pages, Sweep, Commits, Matchings, Purge, Overviews, Retrains, Workers, Tokens, Forms
):
    """All that is known, for every thread of one process; `open_ledger` makes one.

    Every method raises `ServerUnreachable` when the database does not answer, and `NotFound` for an id that it does
    not know.  Times are seconds since 1970 by the database's clock.
    """


@door
def open_ledger(url: str) -> Ledger:
    """Open the ledger, and create or upgrade its tables first where they are missing or old.

    Args:
        url: SQLAlchemy URL of an SQLite file or of a PostgreSQL database.
    """
    ledger = Ledger(url)
    try:
        ledger.bring_up_to_date()
    except BaseException:
        ledger.close()
        raise
    return ledger
