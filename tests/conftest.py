"""What all tests share: no setting of this machine reaches a test, and a missing tool skips a test or fails it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from tests.s3 import s3_bucket, s3_server  # noqa: F401 fixtures

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)  # a busy machine is no failure
hypothesis.settings.load_profile("house")

for name in [name for name in os.environ if name.startswith(("FORMDIGITS_", "AWS_"))]:
    del os.environ[name]


def find_chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def find_postgresql() -> str | None:
    debian = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))
    return shutil.which("initdb") or (debian[-1] if debian else None)


def find_rabbitmq() -> str | None:
    server = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # not the one in the PATH, which changes the user
    return str(server) if server.exists() else None


NEEDS: dict[str, tuple[Callable[[], str | None], str]] = {
    "browser": (find_chromium, "Chromium is missing; on Debian: apt-get install chromium"),
    "postgresql": (find_postgresql, "PostgreSQL is missing; on Debian: apt-get install postgresql"),
    "rabbitmq": (find_rabbitmq, "RabbitMQ is missing; on Debian: apt-get install rabbitmq-server"),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; CI runs everything, so there it is a failure."""
    for marker, (find, sentence) in NEEDS.items():
        if item.get_closest_marker(marker) and find() is None:
            end = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            end(sentence)


@pytest.fixture(scope="session")
def rabbitmq():
    """A RabbitMQ that all tests share; who kills it starts it again."""
    from tests.rabbitmq import RabbitMq

    with RabbitMq() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_metrics_folder_stays(monkeypatch):
    """A test that makes a folder for metrics names it in the environment; the next test has its own."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
