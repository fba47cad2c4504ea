"""Clients lose their connection, and the page dies under them."""

import threading
import time
from contextlib import suppress

import httpx
import pytest

from submit_ui.client import connect
from tests.chaos.audit import audit
from tests.chaos.harness.waiting import wait_until

pytestmark = pytest.mark.integration
IN_FULL = pytest.mark.chaos


def test_f24_a_client_that_drops_and_resumes_has_every_page_once(light, images, rng):
    light.behave(s_per_page=0.004)
    job_id = light.submit(images.job(600))
    seen, after = [], 0

    while after < 600:
        with connect(light.settings) as client:  # a connection of its own for every few slices
            for _ in range(rng.randrange(1, 4)):
                ended = in_order(client.pages(job_id, after=after, limit=rng.randrange(1, 60)))
                seen += ended
                after = ended[-1]["page"] if ended else after
        time.sleep(rng.uniform(0, 0.05))

    assert [page["page"] for page in seen] == list(range(1, 601))
    assert all(page["fields"] for page in seen)
    audit(light)


def in_order(pages: list) -> list:
    """The pages up to the first one that has not ended yet."""
    waiting = next((n for n, page in enumerate(pages) if page["state"] == "waiting"), len(pages))
    return pages[:waiting]


@pytest.mark.parametrize("n_kills", [1, pytest.param(10, marks=IN_FULL)])
def test_f25_the_page_is_killed_while_it_takes_a_job_and_the_client_asks_again(light, images, rng, n_kills):
    before = len(light.manifests)

    for _ in range(n_kills):
        light.wait_until_ready()
        light.programs.forgive()
        key = f"order {rng.random()}"
        submitting = threading.Thread(target=submit_stubbornly, args=(light, images.job(2000), key))
        submitting.start()
        time.sleep(rng.uniform(0, 0.15))  # submitting takes about so long
        light.programs.kill("page")
        submitting.join(60)
    wait_until(lambda: not light.ledger.overview().n_waiting_pages, 120)
    for job_id in light.manifests:
        light.wait_for_end(job_id)

    assert len(light.manifests) == before + n_kills
    audit(light)


def submit_stubbornly(lab, manifest, key):
    """Until there is an answer, with the same key every time."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        with suppress(httpx.TransportError):
            answer = lab.post_job(manifest, key=key)
            if answer.status_code == 202:
                lab.manifests[answer.json()["id"]] = manifest
                return
        time.sleep(0.1)
