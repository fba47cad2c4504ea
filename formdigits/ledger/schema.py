"""The tables.  A change here needs a new migration, and `REVISION` names the newest one."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

REVISION = "0001"
NEEDS_REVIEW = text("n_review > 0")
HAS_FAILED = text("state = 'failed'")

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("idempotency_key", Text, unique=True),
    Column("form", Text, nullable=False),
    Column("max_error", Double, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("n_pages", Integer, nullable=False),
    Column("n_read", Integer, nullable=False),
    Column("n_failed", Integer, nullable=False),
    Column("n_digits", Integer, nullable=False),
    Column("n_review", Integer, nullable=False),
    Column("n_accepted", Integer, nullable=False),
    Column("submitted_at", Double, nullable=False),
    Column("ended_at", Double),
    # The database itself refuses a page that would count twice.
    CheckConstraint("n_read + n_failed <= n_pages", name="ck_jobs_no_page_counts_twice"),
)

# A page of a cancelled job that nobody read stays `waiting` here: so a cancel is one write, however large the job.
pages = Table(
    "pages",
    metadata,
    Column("job_id", Integer, ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("n_review", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("model_version", Text),
    Column("result", Text),
    sqlite_with_rowid=False,
)
Index("ix_pages_review", pages.c.job_id, pages.c.number, sqlite_where=NEEDS_REVIEW, postgresql_where=NEEDS_REVIEW)
Index("ix_pages_failed", pages.c.job_id, pages.c.number, sqlite_where=HAS_FAILED, postgresql_where=HAS_FAILED)

# pending -> queued -> claimed -> done; back to queued when a lease expires; split when the attempts are used up.
chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, ForeignKey("jobs.id"), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("queued_at", Double),
    Column("lease_until", Double),
    Column("worker", Text),
    Index("ix_chunks_job_state", "job_id", "state", "first"),
)

retrains = Table(
    "retrains",
    metadata,
    Column("id", Integer, primary_key=True),
    # 1 while it waits or runs, and NULL, which is never a duplicate, once it ended: one retrain at a time.
    Column("slot", Integer, unique=True),
    Column("state", Text, nullable=False),
    Column("recipe", Text, nullable=False),
    Column("worker", Text),
    Column("lease_until", Double),
    Column("version", Text),
    Column("promoted", Boolean, nullable=False),
    Column("message", Text, nullable=False),
    Column("submitted_at", Double, nullable=False),
    Column("started_at", Double),
    Column("ended_at", Double),
)

epochs = Table(
    "epochs",
    metadata,
    Column("retrain_id", Integer, ForeignKey("retrains.id"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("loss", Double, nullable=False),
    Column("accuracy", Double, nullable=False),
    Column("val_loss", Double, nullable=False),
    Column("val_accuracy", Double, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("model_version", Text),
    Column("model_error", Text),
    Column("seen_at", Double, nullable=False),
)
