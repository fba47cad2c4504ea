"""A PostgreSQL server that a test may stop in the middle of everything, and start again with the same data."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

import psycopg

from tests.postgresql import find_programs

START_WITHIN_S = 30


class DatabaseServer:
    """Listens on a socket in a folder of its own; it writes as in production, for it is to survive its own death."""

    def __enter__(self) -> Self:
        programs = find_programs()
        assert programs is not None, "PostgreSQL is missing"
        self._programs = programs
        # Not pytest's tmp_path: only its owner may enter that, and the server runs as another user when this is root.
        self.folder = Path(tempfile.mkdtemp(prefix="formdigits-postgresql-"))
        user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        shutil.chown(self.folder, user)
        group = pwd.getpwnam(user).pw_gid
        self._as_user = {"user": user, "group": group, "extra_groups": []} if os.geteuid() == 0 else {}
        self._run("initdb", "-U", "formdigits", "-E", "UTF8", "--no-locale", "--no-sync")
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", check=False)
        shutil.rmtree(self.folder)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://formdigits@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c shared_buffers=32MB"
        self._run("pg_ctl", "start", "-w", "-t", str(START_WITHIN_S), "-o", options, "-l", str(self.folder / "log"))

    def restart_hard(self) -> None:
        """As a crash does it: every connection breaks, and what was not committed is gone."""
        self._run("pg_ctl", "stop", "-m", "immediate")
        self.start()

    def kill(self) -> None:
        """Kill the server; its children notice and end."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        while self.answers():
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), user="formdigits", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *options: str, check: bool = True) -> None:
        command = [self._programs / program, "-D", self.folder / "data", *options]
        subprocess.run(
            command, check=check, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as_user
        )
