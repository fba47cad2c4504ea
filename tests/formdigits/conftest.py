"""Model stores in a folder and on S3, each as its programs and its operator see it."""

import pytest

from formdigits.model_store import ModelStore
from formdigits.s3 import S3
from tests.models import publish as publish_in


class Folder:
    """The place of a store, as an operator sees it."""

    def __init__(self, root, cache):
        self.root, self.cache = root, cache

    def store(self):
        return ModelStore(self.root, self.cache)

    def read(self, name):
        return (self.root / name).read_bytes()

    def write(self, name, data):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_bytes(data)

    def remove(self, name):
        (self.root / name).unlink()


class Bucket(Folder):
    """The same on S3."""

    def read(self, name):
        return S3().get(f"{self.root}/{name}", most_bytes=10**9).data

    def write(self, name, data):
        S3().put(f"{self.root}/{name}", data)

    def remove(self, name):
        S3().delete(f"{self.root}/{name}")


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "folder":
        return Folder(tmp_path / "models", tmp_path / "cache")
    return Bucket(f"{request.getfixturevalue('s3_bucket')}/the/models", tmp_path / "cache")


@pytest.fixture
def store(place):
    return place.store()


@pytest.fixture
def publish(store):
    return lambda content, report=None: publish_in(store, content, report)
