"""PostgreSQL is restarted, or killed, in the middle of a job."""

import time

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.database import DatabaseServer
from tests.chaos.harness.lab import Lab

pytestmark = [pytest.mark.integration, pytest.mark.postgresql, pytest.mark.chaos]


@pytest.fixture(scope="module")
def database():
    with DatabaseServer() as server:
        yield server


@pytest.fixture(scope="module")
def lab_on_postgresql(tmp_path_factory, images, database):
    data = tmp_path_factory.mktemp("postgresql") / "data"
    with Lab(data, scan_root=images.folder, database_url=database.url) as lab:
        yield lab


@pytest.fixture
def on_postgresql(lab_on_postgresql):
    lab_on_postgresql.settle()
    return lab_on_postgresql


@pytest.mark.parametrize("n_restarts", [5])
def test_the_database_crashes_and_is_started_again(on_postgresql, database, images, rng, recoveries, n_restarts):
    on_postgresql.behave(s_per_page=0.01)
    job_id = on_postgresql.submit(images.job(3000))

    for _ in range(n_restarts):
        on_postgresql.wait_for(job_id, on_postgresql.n_ended(job_id) + rng.randrange(1, 200))
        database.restart_hard()
        recoveries.next_commit(on_postgresql, job_id)
    recoveries.end(on_postgresql, job_id)

    audit(on_postgresql)


def test_the_database_is_gone_for_a_while(on_postgresql, database, images, rng, recoveries):
    on_postgresql.behave(s_per_page=0.01)
    job_id = on_postgresql.submit(images.job(1000))
    on_postgresql.wait_for(job_id, rng.randrange(1, 400))

    database.kill()
    refused = on_postgresql.post_job(images.job(10))
    time.sleep(rng.uniform(5, 15))
    database.start()
    recoveries.end(on_postgresql, job_id)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"].isdecimal()
    audit(on_postgresql)
