"""An S3 server for the tests: moto's, on the loopback address, in a process that a test may stop and kill."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import httpx
import pytest

HOME = Path(__file__).parent.parent
numbers = count(1)


class S3Server:
    """One server; it forgets everything when it ends."""

    def __init__(self, *, delay_s: float = 0) -> None:
        self._delay_s = delay_s
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        # By name, as most servers within a company are addressed: a bucket is no part of the host name then either.
        return f"http://localhost:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every program for S3 is told."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "tester",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def start(self) -> None:
        """Start it, on the port that it had."""
        command = [sys.executable, "-m", "tests.s3_server", str(self._port), str(self._delay_s)]
        self.process = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._port = int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def refuse_all(self, *, down: bool) -> None:
        """Answer nobody, or everybody again; what is there stays."""
        httpx.get(f"{self.url}/-/{'down' if down else 'up'}").raise_for_status()

    def new_bucket(self, address: str | None = None) -> str:
        """Make an empty bucket and return its address."""
        address = address or f"s3://bucket-{next(numbers)}"
        httpx.put(f"{self.url}/{address.removeprefix('s3://')}").raise_for_status()
        return address


@contextmanager
def running_s3(*, delay_s: float = 0) -> Iterator[S3Server]:
    """A server for one test alone."""
    server = S3Server(delay_s=delay_s)
    try:
        yield server
    finally:
        server.end()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A server for all tests."""
    with running_s3() as server:
        yield server


@pytest.fixture
def s3_bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty bucket, and the environment that leads to it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server.new_bucket()
