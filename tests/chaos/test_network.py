"""The connection to the broker turns silent, slow, or breaks, while the broker itself lives."""

import time

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.broker import PASSWORD
from tests.chaos.harness.lab import Lab

pytestmark = [pytest.mark.integration, pytest.mark.chaos]


@pytest.fixture(scope="module")
def lab_behind_proxy(tmp_path_factory, images, proxy):
    """The programs reach the broker through the proxy alone; the test looks into it past the proxy."""
    data = tmp_path_factory.mktemp("proxied") / "data"
    url = f"redis://:{PASSWORD}@127.0.0.1:{proxy.port}/0"
    with Lab(data, scan_root=images.folder, broker_port=proxy.target_port, broker_url=url) as lab:
        yield lab


@pytest.fixture
def proxied(lab_behind_proxy, proxy):
    proxy.be("pass")
    lab_behind_proxy.settle()
    return lab_behind_proxy


@pytest.mark.parametrize("hole_s", [20, 60, 120])
def test_f9_the_connection_is_a_black_hole_for_a_while(proxied, proxy, images, rng, recoveries, hole_s):
    proxied.behave(s_per_page=0.05)
    job_id = proxied.submit(images.job(1000))
    proxied.wait_for(job_id, rng.randrange(1, 200))

    proxy.be("hole")
    time.sleep(hole_s)
    proxy.be("pass")
    recoveries.end(proxied, job_id)

    audit(proxied)


def test_f9_every_connection_is_reset_again_and_again(proxied, proxy, images, rng, recoveries):
    proxied.behave(s_per_page=0.02)
    job_id = proxied.submit(images.job(2000))

    cut = 0
    for _ in range(10):
        proxied.wait_for(job_id, proxied.n_ended(job_id) + rng.randrange(1, 150))
        cut += proxy.reset()
        recoveries.next_commit(proxied, job_id)
    recoveries.end(proxied, job_id)

    assert cut > 0
    audit(proxied)


def test_f9_a_slow_connection_is_no_fault(proxied, proxy, images, recoveries):
    proxy.be("pass", delay_s=0.2)

    job_id = proxied.submit(images.job(300))
    recoveries.end(proxied, job_id)

    assert audit(proxied)[job_id].n_read_again == 0
