"""The tables.  A change here needs a new migration, and `REVISION` names the newest one."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    literal_column,
    text,
)

REVISION = "0004"
NEEDS_REVIEW = text("n_review > 0")
HAS_FAILED = text("state = 'failed'")
IS_UPLOAD = text("is_upload")

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    # Of its owner: `stored_key` puts the owner's name before it.
    Column("idempotency_key", Text, unique=True),
    Column("owner", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("max_error", Double, nullable=False),
    Column("chunk_size", Integer, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("n_pages", Integer, nullable=False),
    Column("n_read", Integer, nullable=False),
    Column("n_failed", Integer, nullable=False),
    Column("n_digits", Integer, nullable=False),
    Column("n_review", Integer, nullable=False),
    Column("n_accepted", Integer, nullable=False),
    Column("submitted_at", Double, nullable=False),
    Column("ended_at", Double),
    # Rises with every commit that brings fields to match with a roster; how far matching has come; who does it now.
    Column("to_match", Integer, nullable=False, server_default="0"),
    Column("matched", Integer, nullable=False, server_default="0"),
    Column("matching_until", Double),
    # The database itself refuses a page that would count twice.
    CheckConstraint("n_read + n_failed <= n_pages", name="ck_jobs_no_page_counts_twice"),
    Index("ix_jobs_owner", "owner", "id"),
)
IS_SEEN: ColumnElement[bool] = jobs.c.state != "purging"
IS_UNMATCHED: ColumnElement[bool] = jobs.c.to_match > jobs.c.matched
Index("ix_jobs_unmatched", jobs.c.id, sqlite_where=IS_UNMATCHED, postgresql_where=IS_UNMATCHED)

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
    Column("is_upload", Boolean, nullable=False),
    Column("model_version", Text),
    Column("result", Text),
    # Of the paper on the scan, as JSON, where a person placed them.
    Column("corners", Text),
    # The result before a roster changed it; empty where none did.
    Column("as_read", Text),
    sqlite_with_rowid=False,
)
Index("ix_pages_review", pages.c.job_id, pages.c.number, sqlite_where=NEEDS_REVIEW, postgresql_where=NEEDS_REVIEW)
Index("ix_pages_failed", pages.c.job_id, pages.c.number, sqlite_where=HAS_FAILED, postgresql_where=HAS_FAILED)
# A scan that is uploaded twice is one file; it may go when no page refers to it any more.
Index("ix_pages_upload", pages.c.path, sqlite_where=IS_UPLOAD, postgresql_where=IS_UPLOAD)

# pending -> queued -> claimed -> done; back to pending when a lease expires; split when it was lost too often.
# paused and cancelled follow the job, so that what may be handed out is found without looking at jobs.
chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job_id", Integer, ForeignKey("jobs.id"), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("state", Text, nullable=False),
    # The fence: it only ever rises, and only the newest attempt may commit.
    Column("attempt", Integer, nullable=False),
    Column("n_lost", Integer, nullable=False),
    Column("turn", Double, nullable=False),
    Column("message", Integer),
    Column("queued_at", Double),
    Column("lease_until", Double),
    Column("worker", Text),
    Index("ix_chunks_job_state", "job_id", "state", "first"),
)
# Written out, not bound: so the databases see that a query is about the few rows that these indexes hold.
IS_NOT_ENDED: ColumnElement[bool] = jobs.c.state.in_(
    [literal_column(f"'{it}'") for it in ("open", "running", "paused")]
)
IS_PENDING: ColumnElement[bool] = chunks.c.state == literal_column("'pending'")
IS_UNDER_WAY: ColumnElement[bool] = chunks.c.state.in_([literal_column("'queued'"), literal_column("'claimed'")])
Index("ix_jobs_not_ended", jobs.c.owner, sqlite_where=IS_NOT_ENDED, postgresql_where=IS_NOT_ENDED)
Index("ix_chunks_pending", chunks.c.turn, chunks.c.id, sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
Index("ix_chunks_under_way", chunks.c.message, sqlite_where=IS_UNDER_WAY, postgresql_where=IS_UNDER_WAY)

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
    Column("queued_at", Double),
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

tokens = Table(
    "tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("quota", Integer),
    Column("created_at", Double, nullable=False),
)

# A version of a form never changes, and neither do the files that lie beside it.
forms = Table(
    "forms",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("yaml", Text, nullable=False),
    # The name of the token that it was saved with.
    Column("by", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

form_files = Table(
    "form_files",
    metadata,
    Column("ref", Text, ForeignKey("forms.ref"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

# What happened since the ledger was made, over all jobs that ever were.  In several rows, of which a writer takes any,
# so that commits do not wait for each other; the sum counts.
COUNTER_ROWS = 16
COUNTERS = (
    "pages_read",
    "pages_failed",
    "digits_read",
    "fields_review",
    "fields_accepted",
    "lease_expiries",
    "messages_resent",
    "late_commits",
    "chunks_split",
    "pages_lost",
)
counters = Table(
    "counters",
    metadata,
    Column("row", Integer, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in COUNTERS),
)
