"""Trainers are killed while they publish, and two of them start at once."""

import pytest

from tests.chaos.harness.lab import Lab
from tests.chaos.harness.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.keras, pytest.mark.chaos]
QUICK = {"epochs": 1, "n_digits": 1000}
TRAIN_QUEUE = "formdigits:train"


@pytest.fixture(scope="module")
def training(tmp_path_factory, images):
    data = tmp_path_factory.mktemp("training") / "data"
    with Lab(data, scan_root=images.folder, trainers=2) as lab:
        yield lab


def test_f21_two_trainers_are_told_to_train_and_one_of_them_does(training):
    versions = {manifest.version for manifest in training.models.versions()}
    training.programs.freeze("trainer")
    training.programs.freeze("trainer2")
    retrain_id = training.client.retrain(**QUICK)
    wait_until(lambda: training.broker.client.llen(TRAIN_QUEUE) > 0, 10)
    training.broker.client.rpush(TRAIN_QUEUE, *training.broker.client.lrange(TRAIN_QUEUE, 0, -1) * 3)
    training.programs.thaw("trainer")
    training.programs.thaw("trainer2")

    ended = training.client.wait_retrain(retrain_id, timeout_s=300)
    wait_until(lambda: training.broker.client.llen(TRAIN_QUEUE) == 0, 30)

    assert ended["state"] == "done"
    new = {manifest.version for manifest in training.models.versions()} - versions
    assert new == {ended["version"]}
    assert len(ended["epochs"]) == 1


def test_f21_a_trainer_that_is_killed_while_it_publishes_leaves_no_version(training):
    training.wait_until_ready()
    versions = {manifest.version for manifest in training.models.versions()}
    current = training.models.current()
    folder = training.settings.models / "versions"

    retrain_id = training.client.retrain(**QUICK)
    wait_until(lambda: list(folder.glob(".aside-*")), 300, every_s=0.001)
    training.programs.kill("trainer")
    training.programs.kill("trainer2")
    ended = training.client.wait_retrain(retrain_id, timeout_s=300)

    assert ended["state"] == "failed"
    assert {manifest.version for manifest in training.models.versions()} == versions
    assert training.models.current() == current
    again = training.client.wait_retrain(training.client.retrain(**QUICK), timeout_s=300)
    assert again["state"] == "done"
