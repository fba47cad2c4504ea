"""Jobs, pages, chunks, retrains, epochs, workers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    create_jobs()
    create_pages()
    create_chunks()
    create_retrains()
    create_workers()


def create_jobs() -> None:
    """One row a job, with its counters."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("public_id", sa.Text, nullable=False, unique=True),
        sa.Column("idempotency_key", sa.Text, unique=True),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("max_error", sa.Double, nullable=False),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("n_pages", sa.Integer, nullable=False),
        sa.Column("n_read", sa.Integer, nullable=False),
        sa.Column("n_failed", sa.Integer, nullable=False),
        sa.Column("n_digits", sa.Integer, nullable=False),
        sa.Column("n_review", sa.Integer, nullable=False),
        sa.Column("n_accepted", sa.Integer, nullable=False),
        sa.Column("submitted_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
        sa.CheckConstraint("n_read + n_failed <= n_pages", name="ck_jobs_no_page_counts_twice"),
    )


def create_pages() -> None:
    """One row a page, found by job and number."""
    op.create_table(
        "pages",
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("n_review", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("model_version", sa.Text),
        sa.Column("result", sa.Text),
        sqlite_with_rowid=False,
    )
    for name, condition in (("ix_pages_review", "n_review > 0"), ("ix_pages_failed", "state = 'failed'")):
        where = sa.text(condition)
        op.create_index(name, "pages", ["job_id", "number"], sqlite_where=where, postgresql_where=where)


def create_chunks() -> None:
    """One row a range of pages that travel in one message."""
    op.create_table(
        "chunks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("queued_at", sa.Double),
        sa.Column("lease_until", sa.Double),
        sa.Column("worker", sa.Text),
    )
    op.create_index("ix_chunks_job_state", "chunks", ["job_id", "state", "first"])


def create_retrains() -> None:
    """One row a retrain, and one for each of its epochs."""
    op.create_table(
        "retrains",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("slot", sa.Integer, unique=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("version", sa.Text),
        sa.Column("promoted", sa.Boolean, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
    )
    op.create_table(
        "epochs",
        sa.Column("retrain_id", sa.Integer, sa.ForeignKey("retrains.id"), primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("loss", sa.Double, nullable=False),
        sa.Column("accuracy", sa.Double, nullable=False),
        sa.Column("val_loss", sa.Double, nullable=False),
        sa.Column("val_accuracy", sa.Double, nullable=False),
    )


def create_workers() -> None:
    """One row a worker, with its last sign of life."""
    op.create_table(
        "workers",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("model_version", sa.Text),
        sa.Column("model_error", sa.Text),
        sa.Column("seen_at", sa.Double, nullable=False),
    )
