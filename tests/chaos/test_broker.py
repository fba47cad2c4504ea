"""The broker is killed, frozen, wiped, filled and fed with nonsense in the middle of a job."""

import base64
import json
import time
from contextlib import contextmanager
from itertools import cycle

import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.broker import QUEUE
from tests.chaos.harness.waiting import wait_until

pytestmark = pytest.mark.integration
IN_FULL = pytest.mark.chaos
FAST_S = 5
"""A person waits no longer for an answer, be it that nothing is taken now."""


@contextmanager
def frozen_workers(lab):
    """Nobody takes a message: what is sent lies in the queue, which is empty before."""
    wait_until(lambda: lab.broker.n_waiting() == 0, 10)
    lab.freeze("worker")
    try:
        yield
    finally:
        lab.programs.thaw("worker")


@pytest.fixture
def running_job(light, images, rng):
    """A job somewhere in its middle."""
    light.behave(s_per_page=0.01)
    job_id = light.submit(images.job(800))
    light.wait_for(job_id, rng.randrange(1, 400))
    return job_id


@pytest.mark.parametrize("n_kills", [1, pytest.param(20, marks=IN_FULL)])
def test_f7_the_broker_is_killed_at_any_moment_and_comes_back(light, images, rng, recoveries, n_kills):
    light.behave(s_per_page=0.004)
    job_id = light.submit(images.job(1600 * n_kills))

    for _ in range(n_kills):
        light.wait_for(job_id, light.n_ended(job_id) + rng.randrange(1, 300))
        light.broker.kill()
        time.sleep(rng.uniform(0.05, 3))
        light.broker.start()
        recoveries.next_commit(light, job_id)
    light.wait_for_end(job_id)

    audit(light)


@pytest.mark.parametrize("frozen_s", [pytest.param(60, marks=IN_FULL)])
def test_f8_while_the_broker_hangs_submitting_is_refused_at_once_and_then_all_goes_on(
    light, images, running_job, recoveries, frozen_s
):
    light.broker.freeze()
    began = time.monotonic()
    answers = [wait_for_refusal(light, images.job(5))]
    while time.monotonic() - began < frozen_s:
        answers.append(light.post_job(images.job(5)))
        time.sleep(0.5)
    light.broker.thaw()
    recoveries.end(light, running_job)

    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["Retry-After"].isdecimal() for answer in answers)
    assert max(answer.elapsed.total_seconds() for answer in answers) < FAST_S
    audit(light)


def test_f10_the_end_of_the_broker_s_file_is_cut_off(light, running_job, recoveries):
    light.broker.kill()
    file = light.broker.append_only_file()
    with file.open("r+b") as end:
        end.truncate(max(0, file.stat().st_size - 4096))

    light.broker.start()
    recoveries.end(light, running_job)

    audit(light)


@pytest.mark.parametrize("rebuilt", [False, True], ids=["left alone", "rebuilt"])
@pytest.mark.parametrize("wiped", ["its messages", "everything"])
def test_f11_f12_the_broker_loses_messages_and_nothing_else_is_lost(light, running_job, recoveries, wiped, rebuilt):
    if wiped == "everything":
        light.broker.client.flushall()
    else:
        light.broker.client.delete(QUEUE)
    if rebuilt:
        light.ledger.rebuild()
    recoveries.end(light, running_job)

    assert audit(light)[running_job].n_read_again == 0


def test_f13_every_message_comes_twice(light, images):
    light.behave(s_per_page=0.002, sends_twice=True)
    with frozen_workers(light):
        job_id = light.submit(images.job(800))
        light.broker.client.rpush(QUEUE, *queued(light))
    light.wait_for_end(job_id)

    assert audit(light)[job_id].n_read_again == 0


def test_f14_a_full_broker_takes_no_job_and_the_running_one_ends(light, images, running_job, recoveries):
    light.broker.fill()
    refused = wait_for_refusal(light, images.job(50))
    light.broker.make_room()
    wait_until(light.takes_jobs, 5)
    recoveries.end(light, running_job)

    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "broker_unavailable"
    assert refused.headers["Retry-After"].isdecimal()
    audit(light)


def test_f26_a_message_of_another_version_is_refused_and_its_chunk_is_read(light, images, recoveries):
    with frozen_workers(light):
        job_id = light.submit(images.job(100))
        foreign = [of_version(message, version) for message, version in zip(queued(light), cycle([1, 3]), strict=False)]
        light.broker.client.delete(QUEUE)
        light.broker.client.rpush(QUEUE, *foreign)
    readers = {reader.pid for reader in light.programs.readers()}
    recoveries.end(light, job_id)

    assert {reader.pid for reader in light.programs.readers()} == readers, "a foreign message cost a process"
    assert audit(light)[job_id].n_read_again == 0


def queued(lab):
    """The first messages of a job, once they lie in the queue; who waits for one has taken it off already."""
    window = 4 * lab.settings.worker_processes
    wait_until(lambda: lab.broker.n_waiting() >= window - lab.settings.worker_processes, 10)
    return lab.broker.client.lrange(QUEUE, 0, -1)


def wait_for_refusal(lab, manifest):
    """The page looks at its broker once a second; a job that it takes until then is taken."""
    for _ in range(100):
        answer = lab.post_job(manifest)
        if answer.status_code != 202:
            return answer
        lab.manifests[answer.json()["id"]] = manifest
        time.sleep(0.1)
    raise AssertionError("jobs are still taken")


def of_version(raw: bytes, version: int) -> bytes:
    """A message as a program of another release would write it."""
    message = json.loads(raw)
    arguments, named, embedded = json.loads(base64.b64decode(message["body"]))
    named["message"]["schema_version"] = version
    message["body"] = base64.b64encode(json.dumps([arguments, named, embedded]).encode()).decode()
    return json.dumps(message).encode()
