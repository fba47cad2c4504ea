"""What the story of model versions needs of the place where files lie, be it a folder or a part of a bucket."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol


class Seen(NamedTuple):
    """A file as it was when it was looked at."""

    data: bytes
    tag: str = ""
    """What S3 calls this state of it."""


class SmallFiles(Protocol):
    """Files by name, such as `versions/1/manifest.json`.

    Reading what is not there raises FileNotFoundError; a place that cannot be reached raises StoreUnreachable.
    """

    def read(self, name: str) -> bytes:
        """The whole file."""

    def read_each(self, names: Sequence[str]) -> Iterator[bytes | OSError]:
        """Whole files in their order, each or why it cannot be read."""

    def look(self, name: str) -> Seen | None:
        """The file as it is now; None where there is none."""

    def replace(self, name: str, data: bytes) -> None:
        """Write a file; who reads sees the old one or the new one."""

    def swap(self, name: str, data: bytes, seen: Seen | None) -> bool:
        """Replace a file where it still is as it was seen, and say whether it was."""

    def names(self, folder: str) -> list[str]:
        """The files below a folder, by their names from there; none where there is no such folder."""

    def add(self, folder: str) -> AbstractContextManager[Path]:
        """A local folder to be filled, which is put in place whole when the block ends; nothing is, where it fails."""

    def folder(self, folder: str) -> Path:
        """A local folder with the files of a folder."""
