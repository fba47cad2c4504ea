"""Connections to the database, its clock, and the door where its errors become ours."""

import os
import sqlite3
import weakref
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from time import monotonic, sleep
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Double, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from formdigits.errors import BadRequest, LedgerFull, ServerUnreachable

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one; the submission of a million pages takes several seconds."""
LOOK_AGAIN_S = 0.0005
PRIMARY_CODE = 0xFF
"""What SQLite adds to a code above this says how it came about."""

NO_ROOM = ("database or disk is full", "No space left on device")
"""How the messages of SQLite and PostgreSQL end when there is no room."""
NEEDS = "the ledger needs sqlite:///FILE or postgresql://HOST/DATABASE"

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """An open database.  Threads share it; a forked child gets connections of its own."""

    def __init__(self, url: str) -> None:
        self._reading = make_engine(url)
        # A writer takes SQLite's lock when it begins, not at its first write: there it could only fail.
        self._writing = self._reading.execution_options(begin="BEGIN IMMEDIATE")
        # What a person was told is done is on the disk, also when the power goes.  What a worker writes may be lost
        # then, because it can be done again.
        self._durable = self._writing.execution_options(synchronous="FULL")

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        self._reading.dispose()


def door(method: Callable[P, T]) -> Callable[P, T]:
    """Make a database that does not answer a `ServerUnreachable`, and one without room a `LedgerFull`."""

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            reason = str(error.orig).partition("\n")[0]
            if reason.endswith(NO_ROOM):
                raise LedgerFull("the disk of the ledger is full; make room, nothing of this was written") from error
            raise ServerUnreachable(f"the database of the ledger does not answer: {reason}") from error
        except PoolTimeout as error:
            raise ServerUnreachable("the database of the ledger does not answer: all connections are busy") from error

    return call


def upsert(connection: Connection, table: Table) -> Any:
    """An insert that can say what to do where the row is there already; SQLAlchemy has one for each database."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


class Now(FunctionElement[float]):
    """Seconds since 1970 by the database's clock, the only clock that all processes share."""

    type = Double()
    inherit_cache = True


@compiles(Now, "sqlite")
def _now_in_sqlite(_element: Now, _compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(Now, "postgresql")
def _now_in_postgresql(_element: Now, _compiler: Any, **_: Any) -> str:
    # The clock itself: now() would be the time at which the transaction began, before it waited for a lock.
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


def make_engine(text: str) -> Engine:
    """Make the pool of connections; none is opened yet."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise BadRequest(NEEDS) from error
    match url.get_backend_name():
        case "sqlite" if url.database:
            engine = _sqlite_engine(url)
        case "postgresql":
            engine = _postgresql_engine(url)
        case _:
            raise BadRequest(NEEDS)
    _forget_connections_after_fork(engine)
    return engine


def _sqlite_engine(url: URL) -> Engine:
    with suppress(OSError):  # connecting says what is wrong
        Path(url.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if (begin := options.get("begin")) is None:
        connection.exec_driver_sql("BEGIN")
        return
    raw: Any = connection.connection.driver_connection  # past SQLAlchemy: an error for every look would cost more
    raw.execute(f"PRAGMA synchronous = {options.get('synchronous', 'NORMAL')}")
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        _wait_for_lock(raw, begin)
    except sqlite3.OperationalError as error:
        raise OperationalError(begin, None, error) from error
    finally:
        raw.execute(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}")


def _wait_for_lock(raw: sqlite3.Connection, begin: str) -> None:
    """Begin as soon as nobody else writes.

    SQLite itself waits longer from look to look, up to a tenth of a second, and a lock here is mostly held for a
    millisecond or two: where many write, most of the time went by with nobody writing.
    """
    give_up_at = monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            raw.execute(begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY_CODE != sqlite3.SQLITE_BUSY or monotonic() > give_up_at:
                raise
        else:
            return
        sleep(LOOK_AGAIN_S)


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,  # a restarted server costs nobody an error
        connect_args={"connect_timeout": 5, "tcp_user_timeout": 10_000},
    )


def _forget_connections_after_fork(engine: Engine) -> None:
    reference = weakref.ref(engine)

    def forget() -> None:
        if (inherited := reference()) is not None:
            inherited.dispose(close=False)  # the parent goes on with them

    os.register_at_fork(after_in_child=forget)
