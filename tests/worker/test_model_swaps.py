"""Versions come and go under a process that reads, with real networks: every batch is read by one whole version."""

import pytest

from formdigits.model_store import ModelStore
from tests.worker.reader_under_load import Reader
from tests.worker.telling_models import CROPS, publish
from worker.model_in_service import ModelInService

pytestmark = pytest.mark.keras


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.fixture
def service(store, tmp_path):
    from worker.digit_classifier import DigitClassifier

    store.promote(publish(store, tmp_path, 0))
    return ModelInService(store, DigitClassifier)


def test_every_batch_is_read_by_one_whole_version_while_versions_come_and_go(service, store, tmp_path):
    digit_of = {store.current(): 0}
    with Reader(service) as reader:
        for digit in (1, 2):
            version = publish(store, tmp_path, digit)
            digit_of[version] = digit
            store.promote(version)
            service.look()
            reader.next_of(version)
        for _ in range(2):
            store.roll_back()
            service.look()
            reader.next_of(store.current())

    assert service.classifier.version == min(digit_of)
    assert {(version, digit_of[version]) for version, *_ in reader.said} == set(reader.said)


def test_a_version_that_fails_its_self_test_is_reported_and_never_read_with(service, store, tmp_path):
    good = store.current()
    store.promote(publish(store, tmp_path, 1, golden_digit=2))

    with Reader(service) as reader:
        service.look()
        refused = service.error
        store.roll_back()
        service.look()
        reader.next_of(good)

    assert "golden" in refused
    assert service.error is None
    assert set(reader.said) == {(good, 0)}


def test_whoever_took_a_version_for_a_chunk_reads_on_with_it(service, store, tmp_path):
    taken = service.classifier

    for digit in (1, 2, 3, 4):
        store.promote(publish(store, tmp_path, digit))
        service.look()

    assert set(taken.predict(CROPS).argmax(axis=1)) == {0}
    assert set(service.classifier.predict(CROPS).argmax(axis=1)) == {4}
