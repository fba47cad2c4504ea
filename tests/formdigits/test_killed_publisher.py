"""Publishers that are killed at any moment leave whole versions, a whole pointer and no rubbish."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from formdigits import aside, s3_files
from formdigits.model_store import ModelStore
from formdigits.model_version import MANIFEST_FILE
from formdigits.s3 import S3
from tests.models import publish

HOME = Path(__file__).parent.parent.parent


def publish_and_be_killed(root, cache, *, n_kills, seed, span_s):
    command = [sys.executable, "-m", "tests.formdigits.killed_publisher", root, cache, n_kills, seed, span_s]
    subprocess.run([str(word) for word in command], check=True, cwd=HOME, env=os.environ, timeout=120)


def audit(store):
    """Every version that is listed is whole, and so is the pointer; returns how many there are."""
    versions = {manifest.version for manifest in store.versions()}
    assert all(store.verify(version) for version in versions)
    assert set(store.latest_first()) <= versions
    return len(versions)


@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_folder(tmp_path, monkeypatch, seed):
    root = tmp_path / "models"
    publish_and_be_killed(root, tmp_path / "cache", n_kills=15, seed=seed, span_s=0.1)
    store = ModelStore(root)
    n_found = audit(store)
    monkeypatch.setattr(aside, "ABANDONED_AFTER_S", -60)  # a day later

    store.promote(publish(store, b"after all"))

    assert n_found >= 15
    assert list((root / "versions").glob(".aside-*")) == []
    assert audit(store) == n_found + 1
    assert (root / "mnist_cnn.h5").read_bytes() == b"after all"


def test_on_s3(s3_bucket, tmp_path, monkeypatch):
    root = f"{s3_bucket}/models"
    publish_and_be_killed(root, tmp_path / "cache", n_kills=6, seed=1, span_s=0.5)
    store = ModelStore(root, tmp_path / "cache")
    n_found = audit(store)
    monkeypatch.setattr(s3_files, "ABANDONED_AFTER_S", -60)  # a day later

    store.promote(publish(store, b"after all"))

    assert n_found >= 6
    assert audit(store) == n_found + 1
    names = {listed.url.split("/")[5] for listed in S3().under(f"{root}/versions")}
    assert all(S3().changed_at(f"{root}/versions/{name}/{MANIFEST_FILE}") for name in names)
    assert S3().get(f"{root}/mnist_cnn.h5", most_bytes=100).data == b"after all"


def test_what_another_process_is_writing_is_left_alone(tmp_path):
    store = ModelStore(tmp_path / "models")
    inner = []

    class Slow(type(tmp_path)):
        """A report that takes so long to copy that another version is published meanwhile."""

        def __fspath__(self):
            if not inner:
                inner.append(publish(ModelStore(tmp_path / "models"), b"inner"))
            return super().__fspath__()

    (tmp_path / "report").mkdir()
    outer = publish(store, b"outer", report=Slow(tmp_path / "report"))

    assert {manifest.version for manifest in store.versions()} == {outer, *inner}
