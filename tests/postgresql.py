"""A PostgreSQL server for the tests: the one that the environment names, or a new one in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ADVICE = "PostgreSQL is missing: apt-get install postgresql, or set FORMDIGITS_TEST_POSTGRESQL_URL"
START_WITHIN_S = 30


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty database.  Skips where there is no PostgreSQL, and fails there when CI is true."""
    if url := os.environ.get("FORMDIGITS_TEST_POSTGRESQL_URL"):
        yield url
    elif programs := find_programs():
        yield from serve(programs)
    elif os.environ.get("CI") == "true":
        pytest.fail(ADVICE)
    else:
        pytest.skip(ADVICE)


def find_programs() -> Path | None:
    """The folder with initdb and postgres: Debian keeps them out of the PATH, one folder a version."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), default=None)


def serve(programs: Path) -> Iterator[str]:
    """Run a server on a socket in a folder of its own until the tests are over."""
    # Not pytest's tmp_path: only its owner may enter that, and the server runs as another user when this is root.
    folder = Path(tempfile.mkdtemp(prefix="formdigits-postgresql-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    shutil.chown(folder, user)
    as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "formdigits", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(initdb, check=True, cwd=folder, capture_output=True, **as_user)
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "shared_buffers=32MB")
    options = [option for setting in settings for option in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *options], cwd=folder, stdout=log, stderr=log, **as_user
        )
    try:
        wait_for(server, folder)
        yield f"postgresql+psycopg://formdigits@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGQUIT)  # nothing of it is kept
        server.wait(timeout=START_WITHIN_S)
        shutil.rmtree(folder)


def wait_for(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the server takes connections."""
    give_up_at = time.monotonic() + START_WITHIN_S
    while True:
        try:
            psycopg.connect(host=str(folder), user="formdigits", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up_at:
                pytest.fail(f"PostgreSQL does not start:\n{(folder / 'log').read_text()}")
            time.sleep(0.05)
        else:
            return
