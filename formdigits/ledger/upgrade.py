"""Creates and upgrades the tables, whoever of several processes comes first."""

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

from formdigits.errors import FormdigitsError
from formdigits.ledger.engine import BUSY_TIMEOUT_S, Database
from formdigits.ledger.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x666F726D
"""PostgreSQL's advisory lock that one upgrade holds; the number only has to be the same everywhere."""


class Upgrade(Database):
    """The part of the ledger that makes its own tables."""

    def bring_up_to_date(self) -> None:
        """Run the migrations that are missing.  Costs a query or two when there are none."""
        with self._reading.connect() as connection:
            is_current = revision(connection) == REVISION
        if self._reading.dialect.name == "sqlite":
            switch_to_wal(self._reading)  # each time: a copy that a back-up made may have lost it
        if is_current:
            return
        with self._writing.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            migrate(connection)


def revision(connection: Connection) -> str | None:
    """Name of the newest migration that ran; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def switch_to_wal(engine: Engine) -> None:
    """Let readers and a writer work side by side.  The file remembers it."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except engine.dialect.loaded_dbapi.OperationalError as error:
            # SQLite does not wait by itself here when another process switches the same new file.
            if time.monotonic() > give_up_at:
                raise OperationalError(None, None, error) from error
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()


def migrate(connection: Connection) -> None:
    """Run Alembic on a connection that holds the lock."""
    from alembic import command  # noqa: PLC0415 -- only who creates or upgrades a ledger pays for it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise FormdigitsError(f"the ledger is of another version of formdigits, install that one: {error}") from error
