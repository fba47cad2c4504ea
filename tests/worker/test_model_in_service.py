"""Which network a worker reads with, and how it changes under it."""

import errno
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from formdigits.errors import ModelRefused, StoreUnreachable
from formdigits.model_store import ModelStore
from tests.fakes import FakeClassifier
from tests.models import publish as publish_in
from worker import model_in_service
from worker.model_in_service import ModelInService


class Loader:
    """Loads any version but the ones that it was told are broken, and nothing while the disk is full."""

    def __init__(self):
        self.broken = set()
        self.full = False
        self.loaded = []

    def __call__(self, folder):
        self.loaded.append(folder.name)
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        if folder.name in self.broken:
            raise ModelRefused(f"{folder.name} is broken")
        return FakeClassifier(version=folder.name)


class Waiting:
    """A store that may be away, and that knows when somebody has looked into it in vain."""

    def __init__(self, store, *, is_away=False):
        self.store, self.is_away = store, is_away
        self.n_looks = 0

    def come_back(self):
        self.is_away = False

    def latest_first(self):
        self.n_looks += 1
        return self._reached().latest_first()

    def current(self):
        return self._reached().current()

    def folder(self, version):
        return self._reached().folder(version)

    def service_after(self, loader, event):
        """The service of a process that starts, looks twice, and then sees the event happen."""
        with ThreadPoolExecutor(1) as process:
            service = process.submit(ModelInService, self, loader)
            while self.n_looks < 2:
                time.sleep(0.01)
            event()
            return service.result(timeout=30)

    def _reached(self):
        if self.is_away:
            raise StoreUnreachable("away")
        return self.store


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path / "models")


@pytest.fixture
def publish(store):
    return lambda content: publish_in(store, content)


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


@pytest.fixture
def quick(monkeypatch):
    """Looks follow each other at once."""
    monkeypatch.setattr(model_in_service, "LOOK_EVERY_S", 0.01)


def test_a_worker_on_an_empty_store_waits_for_the_first_version(store, publish, loader, quick):
    waiting = Waiting(store)

    service = waiting.service_after(loader, lambda: store.promote(publish(b"first")))

    assert service.classifier.version == store.current()
    assert service.error is None


def test_a_worker_whose_versions_are_all_broken_waits_for_another_and_tries_none_of_them_twice(
    store, publish, loader, quick
):
    only = publish(b"only")
    store.promote(only)
    loader.broken = {only}
    waiting = Waiting(store)

    service = waiting.service_after(loader, lambda: store.promote(publish(b"good")))

    assert service.classifier.version == store.current()
    assert loader.loaded.count(only) == 1


def test_a_worker_that_starts_while_the_store_is_away_waits_for_it(store, publish, loader, quick):
    store.promote(publish(b"first"))
    waiting = Waiting(store, is_away=True)

    service = waiting.service_after(loader, waiting.come_back)

    assert service.classifier.version == store.current()


def test_a_store_that_is_away_refuses_no_version(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    waiting = Waiting(store)
    service = ModelInService(waiting, loader)
    store.promote(second)
    waiting.is_away = True

    with pytest.raises(StoreUnreachable):
        service.look()
    waiting.come_back()
    service.look()

    assert service.classifier.version == second
    assert service.error is None


def test_a_version_that_cannot_be_fetched_for_now_is_reported_and_tried_again(store, publish, loader):
    first, second = publish(b"first"), publish(b"second")
    store.promote(first)
    service = ModelInService(store, loader)
    store.promote(second)
    loader.full = True

    with pytest.raises(OSError, match="No space left"):
        service.look()
    reported = service.error
    loader.full = False
    service.look()

    assert f"{second} cannot be fetched" in reported
    assert (service.classifier.version, service.error) == (second, None)


def test_every_refused_version_is_reported_and_none_is_loaded_again_and_again(store, publish, loader):
    versions = [publish(content) for content in (b"1", b"2", b"3")]
    store.promote(versions[0])
    service = ModelInService(store, loader)
    loader.broken = set(versions[1:])

    for version in versions[1:]:
        store.promote(version)
        service.look()
        service.look()

    assert versions[2] in service.error
    assert loader.loaded == versions


def test_a_process_reports_that_it_lives_while_the_store_is_away(store, publish, loader, quick):
    store.promote(publish(b"first"))
    waiting = Waiting(store)
    service = ModelInService(waiting, loader)
    waiting.is_away = True
    reported = threading.Event()

    service.follow(each_look=reported.set)

    assert reported.wait(timeout=30)
