"""The clock of one machine jumps by an hour: the ledger goes by the database's clock alone."""

from pathlib import Path

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.database import DatabaseServer
from tests.chaos.harness.lab import HOME, Lab

pytestmark = [pytest.mark.integration, pytest.mark.postgresql, pytest.mark.chaos]


@pytest.fixture
def clock(tmp_path):
    """By how many seconds the second worker's clock is wrong."""
    file = tmp_path / "clock"
    file.write_text("0")
    return file


@pytest.fixture
def lab(tmp_path, images, clock):
    """Two workers as if on two machines, each with a clock, and a database with its own."""
    path = f"{Path(__file__).parent / 'wrong_clock'}:{HOME}"
    with DatabaseServer() as database, Lab(
        tmp_path / "data", scan_root=images.folder, groups=2, worker_processes=1, database_url=database.url,
        environments={"worker2": {"PYTHONPATH": path, "CHAOS_CLOCK": str(clock)}},
    ) as lab:  # fmt: skip
        yield lab


@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_f23_a_worker_whose_clock_jumps_by_an_hour_takes_no_lease_from_others(lab, images, clock, recoveries, jump_s):
    lab.behave(s_per_page=0.01)
    job_id = lab.submit(images.job(1500))
    lab.wait_for(job_id, 300)

    clock.write_text(str(jump_s))
    recoveries.end(lab, job_id)

    assert audit(lab)[job_id].n_read_again == 0
    counters = lab.ledger.overview().counters
    assert (counters["lease_expiries"], counters["late_commits"]) == (0, 0)
