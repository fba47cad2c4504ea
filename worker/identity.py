"""The names of reading processes, and whether the one behind a name still lives."""

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path


def name_prefix() -> str:
    """What the names begin with of all processes that this one can see: the machine, and its table of processes.

    Containers may share a host name and not see each other; so the kernel's number of the table is in it.
    """
    table = ""
    with suppress(OSError):
        table = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    return f"{socket.gethostname()}.{hashlib.sha256(table.encode()).hexdigest()[:6]}-"


def own_name() -> str:
    """The name of this process."""
    return f"{name_prefix()}{os.getpid()}"


def is_alive(name: str) -> bool:
    """Whether the process of this name, which begins with the prefix, still runs."""
    number = name.removeprefix(name_prefix())
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        return True
    return not _is_zombie(number)


def _is_zombie(number: str) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False
