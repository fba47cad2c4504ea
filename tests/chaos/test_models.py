"""Model versions change, and some are bad, while the real network reads."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from formdigits.errors import FormdigitsError
from formdigits.model_store import ModelStore
from formdigits.model_version import DEFAULT_MODEL, MODEL_FILE, ManifestDraft, read_golden, read_manifest
from tests.chaos.audit import audit
from tests.chaos.harness.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.keras, pytest.mark.chaos]

GROWTH_BYTES = 100_000_000
"""A network has 4 MB; fifty that are never given back would be twice this."""


def publish(store: ModelStore, h5: Path = DEFAULT_MODEL / MODEL_FILE) -> str:
    """Publish a network as a new version, with the manifest and the golden batch of the shipped one."""
    manifest = read_manifest(DEFAULT_MODEL)
    draft = ManifestDraft(**{name: getattr(manifest, name) for name in ManifestDraft.model_fields})
    crops, probabilities = read_golden(DEFAULT_MODEL)
    return store.publish(h5, draft=draft, golden_crops=crops, golden_probabilities=probabilities).version


def changed(folder: Path, change) -> Path:
    """A copy of the shipped network with something changed in it."""
    h5 = folder / MODEL_FILE
    shutil.copyfile(DEFAULT_MODEL / MODEL_FILE, h5)
    with h5py.File(h5, "r+") as file:
        change(file)
    return h5


def with_nan_weights(file: h5py.File) -> None:
    def poison(_name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.dtype.kind == "f":
            item[...] = np.nan

    file["model_weights"].visititems(poison)


def with_lambda(file: h5py.File) -> None:
    config = json.loads(file.attrs["model_config"])
    config["config"]["layers"][-1]["class_name"] = "Lambda"
    file.attrs["model_config"] = json.dumps(config)


def with_other_shape(file: h5py.File) -> None:
    config = json.loads(file.attrs["model_config"])
    dense = next(layer for layer in reversed(config["config"]["layers"]) if "units" in layer["config"])
    dense["config"]["units"] += 1
    file.attrs["model_config"] = json.dumps(config)


def cut_short(h5: Path) -> None:
    h5.write_bytes(h5.read_bytes()[:-1000])


def with_one_bit_changed(h5: Path) -> None:
    data = bytearray(h5.read_bytes())
    data[len(data) // 2] ^= 1
    h5.write_bytes(data)


@pytest.fixture
def good(real):
    """The version in service before and after a test."""
    version = real.models.current()
    yield version
    real.models.promote(version)
    wait_until(lambda: all(worker.model_version == version for worker in real.ledger.workers(seen_within_s=3)), 60)


def refused_by_all(lab, version: str) -> bool:
    return all(worker.model_error and version in worker.model_error for worker in lab.ledger.workers(seen_within_s=3))


def read_beside(lab, images, bad: str, good: str, recoveries) -> None:
    """A job that is read while the pointer leads to a bad version is read with the good one."""
    lab.behave(s_per_page=0.004)
    job_id = lab.submit(images.job(2000))
    lab.wait_for(job_id, 100)
    lab.models.promote(bad)
    wait_until(lambda: refused_by_all(lab, bad), 60)
    recoveries.end(lab, job_id)

    versions = {row.model_version for row in audit(lab)[job_id].pages}
    assert versions == {good}


@pytest.mark.parametrize("change", [with_nan_weights, with_lambda, with_other_shape])
def test_f19_a_bad_network_that_was_published_never_reads(real, images, good, tmp_path, recoveries, change):
    bad = publish(real.models, changed(tmp_path, change))

    read_beside(real, images.without_texts(), bad, good, recoveries)


@pytest.mark.parametrize("damage", [cut_short, with_one_bit_changed])
def test_f19_a_network_that_was_damaged_after_it_was_published_never_reads(
    real, images, good, recoveries, monkeypatch, damage
):
    bad = publish(real.models)
    damage(real.models.folder(bad) / MODEL_FILE)
    with pytest.raises(FormdigitsError):
        real.models.promote(bad)

    monkeypatch.setattr(real.models, "verify", lambda _version: None)  # as if it was damaged right after
    read_beside(real, images.without_texts(), bad, good, recoveries)


def test_f20_fifty_publishes_and_roll_backs_under_load(real, images, good, rng):
    images = images.without_texts()
    real.behave(s_per_page=0.004)
    jobs = [real.submit(images.job(2000))]
    memory, n_ours = [], 0

    for _ in range(50):
        if n_ours > 1 and rng.random() < 0.3:
            n_ours -= 1
            version = real.models.roll_back()
        else:
            n_ours += 1
            version = publish(real.models)
            real.models.promote(version)
        wait_until(lambda version=version: in_service_everywhere(real, version), 60)
        if real.ledger.progress(jobs[-1]).state == "done":
            jobs.append(real.submit(images.job(2000)))
        memory.append(max(reader.memory_info().rss for reader in real.programs.readers()))
    for job_id in jobs:
        real.wait_for_end(job_id)

    found = audit(real)
    versions = {row.model_version for job_id in jobs for row in found[job_id].pages}
    assert len(versions) > 10
    assert sum(found[job_id].n_read_again for job_id in jobs) == 0
    assert memory[-1] - memory[5] < GROWTH_BYTES


def in_service_everywhere(lab, version: str) -> bool:
    return all(worker.model_version == version for worker in lab.ledger.workers(seen_within_s=3))
