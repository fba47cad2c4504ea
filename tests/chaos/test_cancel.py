"""A cancelled job stays cancelled, whatever is killed after it."""

import pytest

from tests.chaos.audit import audit

pytestmark = pytest.mark.integration
IN_FULL = pytest.mark.chaos
N_PAGES = 1600


@pytest.mark.parametrize("share", [pytest.param(0.1, marks=IN_FULL), 0.5, pytest.param(0.99, marks=IN_FULL)])
def test_f18_nothing_is_committed_after_a_cancel_though_everything_is_restarted(light, images, share):
    light.behave(s_per_page=0.004)
    job_id = light.submit(images.job(N_PAGES))
    light.wait_for(job_id, round(N_PAGES * share) - 48)
    light.behave(s_per_page=0.05)  # so that there is time to cancel the very last chunk
    light.wait_for(job_id, round(N_PAGES * share))

    light.client.cancel(job_id)
    at_cancel = light.n_ended(job_id)
    light.programs.kill("worker")
    light.programs.kill("page")
    light.broker.kill()
    light.broker.start()
    light.settle()
    later = light.submit(images.job(200))
    light.wait_for_end(later)

    found = audit(light)[job_id]
    assert found.job.state == "cancelled"
    assert found.job.n_ended == at_cancel
    assert sum(row.state == "cancelled" for row in found.pages) == N_PAGES - at_cancel > 0
