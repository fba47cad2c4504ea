"""Small files in a folder of this machine, or of one that all machines mount."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from formdigits.aside import folder_aside, lock, replace_file
from formdigits.small_files import Seen


class LocalFiles:
    """The files under one folder, which is made when something is first written."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, name: str) -> bytes:
        return (self._root / name).read_bytes()

    def read_each(self, names: Sequence[str]) -> Iterator[bytes | OSError]:
        for name in names:
            try:
                yield self.read(name)
            except OSError as error:
                yield error

    def look(self, name: str) -> Seen | None:
        with suppress(FileNotFoundError):
            return Seen(self.read(name))
        return None

    def replace(self, name: str, data: bytes) -> None:
        with self._alone():
            replace_file(self._root / name, data)

    def swap(self, name: str, data: bytes, seen: Seen | None) -> bool:
        with self._alone():
            if self.look(name) != seen:
                return False
            replace_file(self._root / name, data)
            return True

    def names(self, folder: str) -> list[str]:
        top = self._root / folder
        # Not by `rglob`, which fails at a folder that is renamed meanwhile, as the one of a publish under way is.
        found = ((Path(place), file) for place, _, files in os.walk(top) for file in files)
        return [(place / file).relative_to(top).as_posix() for place, file in found]

    def add(self, folder: str) -> AbstractContextManager[Path]:
        return folder_aside(self._root / folder)

    def folder(self, folder: str) -> Path:
        return self._root / folder

    def _alone(self) -> AbstractContextManager[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        return lock(self._root / ".lock")
