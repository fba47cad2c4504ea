"""Saved forms with their files, and corners of the paper that a person placed on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables of 0002 to what saved forms and repaired pages need."""
    create_forms()
    let_people_place_corners()


def let_people_place_corners() -> None:
    """A page keeps the corners that it is read with; of the pages that are there nobody placed any."""
    op.add_column("pages", sa.Column("corners", sa.Text))


def create_forms() -> None:
    """One row a version of a form, and one for each file that lies beside it."""
    op.create_table(
        "forms",
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("yaml", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_table(
        "form_files",
        sa.Column("ref", sa.Text, sa.ForeignKey("forms.ref"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
