"""Owners, priorities, turns, messages of several chunks, tokens and counters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTERS = (
    "pages_read pages_failed digits_read fields_review fields_accepted "
    "lease_expiries messages_resent late_commits chunks_split pages_lost"
).split()


def upgrade() -> None:
    """Bring the tables of 0001 to what jobs of several owners need."""
    extend_jobs_and_pages()
    extend_chunks()
    op.add_column("retrains", sa.Column("queued_at", sa.Double))
    op.execute("UPDATE retrains SET queued_at = submitted_at")
    create_tokens()
    create_counters()


def extend_jobs_and_pages() -> None:
    """Jobs that are there belong to the operator, and so do their keys.

    Whether their scans were uploaded is not known, so they stay.
    """
    op.add_column("jobs", sa.Column("owner", sa.Text, nullable=False, server_default="operator"))
    op.add_column("jobs", sa.Column("priority", sa.Text, nullable=False, server_default="normal"))
    op.add_column("jobs", sa.Column("chunk_size", sa.Integer, nullable=False, server_default="256"))
    op.execute("UPDATE jobs SET idempotency_key = '8:operator/' || idempotency_key")
    op.execute(
        "UPDATE jobs SET chunk_size = (SELECT max(last - first + 1) FROM chunks WHERE job_id = jobs.id)"
        " WHERE id IN (SELECT job_id FROM chunks)"
    )
    op.create_index("ix_jobs_owner", "jobs", ["owner", "id"])
    create_partial_index("ix_jobs_not_ended", "jobs", ["owner"], "state IN ('open', 'running', 'paused')")
    op.add_column("pages", sa.Column("is_upload", sa.Boolean, nullable=False, server_default=sa.false()))
    create_partial_index("ix_pages_upload", "pages", ["path"], "is_upload")


def extend_chunks() -> None:
    """Chunks under way keep their message, and those of a cancelled job are cancelled, as its pages are.

    The others stand in line as if all jobs had just come, and not one job behind the other.
    """
    op.add_column("chunks", sa.Column("n_lost", sa.Integer, nullable=False, server_default="0"))
    op.add_column("chunks", sa.Column("turn", sa.Double, nullable=False, server_default="0"))
    op.add_column("chunks", sa.Column("message", sa.Integer))
    op.execute("UPDATE chunks SET message = id")
    op.execute(
        "UPDATE chunks SET state = 'cancelled' WHERE state NOT IN ('done', 'split')"
        " AND job_id IN (SELECT id FROM jobs WHERE state = 'cancelled')"
    )
    op.execute(
        "UPDATE chunks SET turn = (first - (SELECT min(first) FROM chunks AS mine"
        " WHERE mine.job_id = chunks.job_id AND mine.state = 'pending'))"
        " * 1.0 / (SELECT chunk_size FROM jobs WHERE id = chunks.job_id) WHERE state = 'pending'"
    )
    create_partial_index("ix_chunks_pending", "chunks", ["turn", "id"], "state = 'pending'")
    create_partial_index("ix_chunks_under_way", "chunks", ["message"], "state IN ('queued', 'claimed')")


def create_tokens() -> None:
    """One row a token beside the operator's."""
    op.create_table(
        "tokens",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False, unique=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("quota", sa.Integer),
        sa.Column("created_at", sa.Double, nullable=False),
    )


def create_counters() -> None:
    """Sixteen rows whose sum counts."""
    table = op.create_table(
        "counters",
        sa.Column("row", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in COUNTERS),
    )
    op.bulk_insert(table, [{"row": row, **dict.fromkeys(COUNTERS, 0)} for row in range(16)])


def create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    """An index over the rows of which the condition is true."""
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
