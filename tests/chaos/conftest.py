"""Labs, seeds, and the table of recoveries."""

import os
import random
import secrets

import pytest

from submit_ui import stack
from tests.chaos.harness.images import Images, draw_digits
from tests.chaos.harness.lab import Lab
from tests.chaos.harness.proxy import Proxy
from tests.chaos.harness.recovery import Recoveries, written_down

SEED = os.environ.get("CHAOS_SEED") or secrets.token_hex(4)


def pytest_report_header() -> str:
    return f"chaos: CHAOS_SEED={SEED} repeats these timings"


@pytest.fixture
def rng(request) -> random.Random:
    """All of a test's random timings; the same for the same seed."""
    request.node.add_report_section("setup", "seed", f"CHAOS_SEED={SEED} repeats these timings")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture(scope="session")
def all_recoveries():
    with written_down() as recoveries:
        yield recoveries


@pytest.fixture
def recoveries(request, all_recoveries):
    """Notes how long this test's faults take to be got over."""
    mine = Recoveries(request.node.name.removeprefix("test_").replace("_", " "), SEED)
    yield mine
    if request.node.get_closest_marker("chaos"):
        all_recoveries.extend(mine.seen)


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> Images:
    return draw_digits(tmp_path_factory.mktemp("chaos") / "scans")


@pytest.fixture(scope="module")
def proxy():
    """What stands before a broker that a test starts on its target port."""
    with Proxy(stack.free_port("127.0.0.1", 0, exactly=True)) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def light_lab(tmp_path_factory, images):
    with Lab(tmp_path_factory.mktemp("light") / "data", scan_root=images.folder) as lab:
        yield lab


@pytest.fixture
def light(light_lab):
    """A whole formdigits with a light network, shared by tests that leave it as they found it."""
    light_lab.settle()
    return light_lab


@pytest.fixture(scope="session")
def real_lab(tmp_path_factory, images):
    data = tmp_path_factory.mktemp("real") / "data"
    with Lab(data, scan_root=images.folder, worker="tests.chaos.real_worker", lease_s=30, time_limit_s=25) as lab:
        yield lab


@pytest.fixture
def real(real_lab):
    """A whole formdigits with its own network, shared likewise."""
    real_lab.settle()
    return real_lab
