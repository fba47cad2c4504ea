"""Small files under one address on S3."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from formdigits.errors import StoreUnreachable
from formdigits.model_cache import ModelCache
from formdigits.s3 import S3, Listed
from formdigits.small_files import Seen

MOST_BYTES = 100_000_000
"""No file of a model version is nearly as large."""
ABANDONED_AFTER_S = 86_400.0
"""Age at which files without the last one of their folder have no writer any more."""


class S3Files:
    """The objects below one address.

    S3 has no folders that could be renamed.  Instead one file, `last`, is written when all others of its folder are
    there, and a folder without it counts as none.
    """

    def __init__(self, url: str, cache: ModelCache, *, last: str) -> None:
        self._url = url.rstrip("/")
        self._cache = cache
        self._last = last
        self._s3 = S3()

    def read(self, name: str) -> bytes:
        return self._seen(name).data

    def read_each(self, names: Sequence[str]) -> Iterator[bytes | OSError]:
        return self._s3.get_each([f"{self._url}/{name}" for name in names], most_bytes=MOST_BYTES)

    def look(self, name: str) -> Seen | None:
        try:
            return self._seen(name)
        except FileNotFoundError:
            return None

    def replace(self, name: str, data: bytes) -> None:
        self._s3.put(f"{self._url}/{name}", data)

    def swap(self, name: str, data: bytes, seen: Seen | None) -> bool:
        if self._s3.put_over(f"{self._url}/{name}", data, tag=seen.tag if seen else None):
            return True
        now = self.look(name)  # an answer that was lost, and the request made again: then the change was ours
        return now is not None and now.data == data

    def names(self, folder: str) -> list[str]:
        above = f"{self._url}/{folder}/"
        return [listed.url.removeprefix(above) for listed in self._s3.under(above)]

    @contextmanager
    def add(self, folder: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="formdigits-") as aside:
            yield Path(aside)
            self._remove_abandoned(folder.rpartition("/")[0])
            names = [path.relative_to(aside).as_posix() for path in Path(aside).rglob("*") if path.is_file()]
            for name in sorted(names, key=lambda name: name == self._last):
                self._s3.put(f"{self._url}/{folder}/{name}", (Path(aside) / name).read_bytes())

    def folder(self, folder: str) -> Path:
        return self._cache.folder(folder.rpartition("/")[2], lambda name: self.read(f"{folder}/{name}"))

    def _seen(self, name: str) -> Seen:
        try:
            return Seen(*self._s3.get(f"{self._url}/{name}", most_bytes=MOST_BYTES))
        except PermissionError as error:
            raise StoreUnreachable("S3 does not let these keys read the models") from error

    def _remove_abandoned(self, above: str) -> None:
        """Remove what a writer left behind that was killed long ago."""
        folders: dict[str, list[Listed]] = defaultdict(list)
        for listed in self._s3.under(f"{self._url}/{above}"):
            folders[listed.url.removeprefix(f"{self._url}/{above}/").partition("/")[0]].append(listed)
        for name, files in folders.items():
            is_whole = any(file.url.endswith(f"/{name}/{self._last}") for file in files)
            if not is_whole and max(file.changed_at for file in files) < time.time() - ABANDONED_AFTER_S:
                for file in files:
                    self._s3.delete(file.url)
