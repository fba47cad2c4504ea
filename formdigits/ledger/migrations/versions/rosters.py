"""Jobs whose pages are matched with a roster when all of them have ended, and what was read before that."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNMATCHED = sa.text("to_match > matched")


def upgrade() -> None:
    """Bring the tables of 0003 to what rosters need; jobs that are there have nothing to match."""
    op.add_column("pages", sa.Column("as_read", sa.Text))
    op.add_column("jobs", sa.Column("to_match", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("matched", sa.Integer, nullable=False, server_default="0"))
    op.add_column("jobs", sa.Column("matching_until", sa.Double))
    op.create_index("ix_jobs_unmatched", "jobs", ["id"], sqlite_where=UNMATCHED, postgresql_where=UNMATCHED)
