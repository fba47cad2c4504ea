"""Several machines on this one: each has an address, a name, processes and a disk of its own, and sees no other's."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

NAMESPACES = ["--uts", "--net", "--pid", "--mount"]
STARTS_WITHIN_S = 10
SUBNET = "10.77.43"


class Fleet:
    """A network of hosts.  The test itself is on it too, as the first address."""

    def __init__(self) -> None:
        self._own_cable = f"fd{secrets.token_hex(3)}"
        self.disk = Path(tempfile.mkdtemp(prefix="formdigits-fleet-"))
        """Where every host finds a disk of its own, and the test an empty folder."""
        self.logs = Path(tempfile.mkdtemp(prefix="formdigits-fleet-logs-"))
        self._hosts: list[Host] = []

    def __enter__(self) -> Self:
        # The switch is a machine too: rules of this one, such as a container engine's, do not reach it.
        self._switch = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        self._wait_for_switch()
        self.switch("link", "add", "bridge", "type", "bridge")
        self.switch("link", "set", "bridge", "up")
        ip("link", "add", self._own_cable, "type", "veth", "peer", "name", "test", "netns", str(self._switch.pid))
        ip("addr", "add", f"{SUBNET}.1/24", "dev", self._own_cable)
        ip("link", "set", self._own_cable, "up")
        self.switch("link", "set", "test", "master", "bridge", "up")
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        for host in self._hosts:
            host.kill()
        ip("link", "del", self._own_cable)
        self._switch.kill()
        self._switch.wait()
        self.disk.rmdir()
        if kind is None:
            shutil.rmtree(self.logs)

    def _wait_for_switch(self) -> None:
        """Until it has a network of its own: its first link is there, and none of ours."""
        while os.readlink(f"/proc/{self._switch.pid}/ns/net") == os.readlink("/proc/self/ns/net"):  # noqa: PTH115
            time.sleep(0.01)

    def switch(self, *words: str) -> None:
        """Change the network between the hosts."""
        subprocess.run(
            ["nsenter", "--target", str(self._switch.pid), "--net", "ip", *words], check=True, capture_output=True
        )

    def plug(self, cable: str, process: int) -> None:
        """Put a cable into the switch whose other end is in the machine of a process."""
        self.switch("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(process))
        self.switch("link", "set", cable, "master", "bridge", "up")

    def host(self, name: str) -> "Host":
        """A new machine."""
        made = Host(self, name, number=len(self._hosts) + 2)
        self._hosts.append(made)
        return made


class Host:
    """One machine, from when it is started until it is killed; then it may be started again, with an empty disk."""

    def __init__(self, fleet: Fleet, name: str, *, number: int) -> None:
        self.name = name
        self.address = f"{SUBNET}.{number}"
        self.disk = fleet.disk
        self._fleet = fleet
        self._cable = f"cable-{number}"
        self._programs: list[subprocess.Popen[bytes]] = []
        self.start()

    def start(self) -> None:
        first = f"hostname {self.name} && mount -t tmpfs {self.name} {self.disk} && exec sleep infinity"
        self._keeper = subprocess.Popen(
            ["unshare", *NAMESPACES, "--fork", "--mount-proc", "--kill-child", "sh", "-c", first],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._first = self._first_process()
        self._fleet.plug(self._cable, self._first)
        for words in ("link set lo up", f"addr add {self.address}/24 dev eth0", "link set eth0 up"):
            self.call("ip", *words.split())

    def run(self, *command: str, environment: Mapping[str, str] | None = None, again: bool = False) -> None:
        """Start a program in the background; `again`: whenever it ends, as a service is."""
        if again:
            command = ("sh", "-c", 'while true; do "$@"; sleep 1; done', "sh", *command)
        with (self._fleet.logs / f"{self.name}.log").open("ab") as log:
            started = subprocess.Popen(
                self._entered(command), env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._programs.append(started)

    def call(self, *command: str, environment: Mapping[str, str] | None = None) -> str:
        """Run a program to its end."""
        done = subprocess.run(self._entered(command), env=environment, capture_output=True, check=False, text=True)
        assert done.returncode == 0, f"{self.name}: {command}: {done.stderr}"
        return done.stdout

    def kill(self) -> None:
        """Cut the power: every process of this machine ends at once, and its disk is gone."""
        with suppress(ProcessLookupError):
            os.kill(self._first, signal.SIGKILL)
        for process in (self._keeper, *self._programs):
            process.wait()
        self._programs.clear()

    def cut(self) -> None:
        """Pull the network cable."""
        self._fleet.switch("link", "set", self._cable, "down")

    def join(self) -> None:
        """Plug it in again."""
        self._fleet.switch("link", "set", self._cable, "up")

    def log(self) -> str:
        return (self._fleet.logs / f"{self.name}.log").read_text(errors="replace")

    def _entered(self, command: Sequence[str]) -> list[str]:
        return ["nsenter", "--target", str(self._first), "--all", "--wd=/", "--", *command]

    def _first_process(self) -> int:
        """The process that all others of the machine hang on, once it has its disk."""
        give_up_at = time.monotonic() + STARTS_WITHIN_S
        while True:
            for child in psutil.Process(self._keeper.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if child.cmdline()[:1] == ["sleep"]:
                        return child.pid
            assert self._keeper.poll() is None, f"{self.name} does not start"
            assert time.monotonic() < give_up_at, f"{self.name} does not start"
            time.sleep(0.02)


def ip(*words: str) -> None:
    """Change this machine's network."""
    subprocess.run(["ip", *words], check=True, capture_output=True)


def why_not() -> str | None:
    """Why there can be no fleet here; None where there can."""
    missing = [tool for tool in ("ip", "unshare", "nsenter") if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} missing; on Debian: apt-get install iproute2 util-linux"
    probe = ["unshare", *NAMESPACES, "--fork", "ip", "link", "add", "probe", "type", "veth", "peer", "name", "other"]
    done = subprocess.run(probe, capture_output=True, check=False, text=True)
    return f"namespaces need root and a kernel that allows them: {done.stderr.strip()}" if done.returncode else None
