"""A job is read over a broker that dies in its middle; every page ends once."""

import pytest

from formdigits.settings import Settings
from tests.chaos.audit import audit
from tests.chaos.harness.images import draw_digits
from tests.fleet.other_brokers import lab_on
from tests.sentinels import Sentinels

pytestmark = pytest.mark.integration


@pytest.fixture
def images(tmp_path):
    return draw_digits(tmp_path / "scans")


@pytest.mark.rabbitmq
def test_rabbitmq_is_killed_and_comes_back_in_the_middle_of_a_job(tmp_path, images, rabbitmq):
    with lab_on(Settings(broker_url=rabbitmq.url), tmp_path / "data", scan_root=images.folder) as lab:
        lab.behave(s_per_digit=0.01)
        job_id = lab.submit(images.job(400))
        lab.wait_for(job_id, 100)

        rabbitmq.kill()
        rabbitmq.start()
        lab.wait_for_end(job_id)

        audit(lab)


@pytest.mark.fleet
def test_a_sentinel_s_master_is_killed_in_the_middle_of_a_job(tmp_path, images):
    with Sentinels() as sentinels, lab_on(sentinels.settings(), tmp_path / "data", scan_root=images.folder) as lab:
        lab.behave(s_per_digit=0.01)
        job_id = lab.submit(images.job(1200))
        lab.wait_for(job_id, 100)

        sentinels.kill(sentinels.master())
        lab.wait_for_end(job_id)

        audit(lab)
