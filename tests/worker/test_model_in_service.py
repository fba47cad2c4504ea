"""Which network a worker reads with, and how it changes under it."""

import numpy as np
import pytest

from formdigits.errors import ModelRefused
from formdigits.model_store import ModelStore
from tests.fakes import MANIFEST_DRAFT, FakeClassifier
from worker.model_in_service import ModelInService


class Loader:
    """Loads any version but the ones that it was told are broken."""

    def __init__(self):
        self.broken = set()

    def __call__(self, folder):
        if folder.name in self.broken:
            raise ModelRefused(f"{folder.name} is broken")
        return FakeClassifier(version=folder.name)


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.fixture
def publish(store, tmp_path):
    def publish(content):
        (tmp_path / "new.h5").write_bytes(content)
        crops, golden = np.ones((1, 28, 28, 1), np.float32), np.ones((1, 11), np.float32)
        manifest = store.publish(
            tmp_path / "new.h5", draft=MANIFEST_DRAFT, golden_crops=crops, golden_probabilities=golden
        )
        return manifest.version

    return publish


def test_a_promoted_version_takes_over(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    service = ModelInService(store, loader)

    store.promote(second)
    service.look()

    assert service.classifier.version == second
    assert service.error is None


def test_whoever_took_the_old_one_for_a_chunk_keeps_it(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    service = ModelInService(store, loader)
    taken = service.classifier

    store.promote(second)
    service.look()

    assert taken.version == first


def test_a_broken_version_is_refused_and_the_old_one_goes_on(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    service = ModelInService(store, loader)
    loader.broken = {second}

    store.promote(second)
    service.look()
    service.look()

    assert service.classifier.version == first
    assert "is broken" in service.error


def test_rolling_back_after_a_refusal_clears_it(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    service = ModelInService(store, loader)
    loader.broken = {second}
    store.promote(second)
    service.look()

    store.roll_back()
    service.look()

    assert service.error is None
    assert service.classifier.version == first


def test_a_worker_that_starts_with_a_broken_current_version_serves_the_one_before(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    store.promote(second)
    loader.broken = {second}

    service = ModelInService(store, loader)

    assert service.classifier.version == first
    assert second in service.error


def test_a_store_without_a_servable_version_is_an_error(store, publish, loader):
    only = publish(b"only")
    store.promote(only)
    loader.broken = {only}

    with pytest.raises(ModelRefused, match="no model version"):
        ModelInService(store, loader)
