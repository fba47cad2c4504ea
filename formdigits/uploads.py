"""Where uploaded scans are kept: each under the hash of its content, in a folder or on S3."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from formdigits.documents import Kind
from formdigits.errors import PathNotAllowed, StoreUnreachable
from formdigits.s3 import AT_A_TIME, S3
from formdigits.scan_files import copy_named, save_file, saved_files, synchronise_all
from formdigits.scan_paths import as_prefix, is_on_s3, last_part

UPLOAD = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}(\.(pdf|tif|zip))?|incoming-\w+")
FRESH_S = 10.0
"""An upload on S3 that comes again this soon is not written again; later it is, for its age decides when it goes."""


class Uploads:
    """Uploaded scans.

    Args:
        uploads: the root that they are kept in; a folder is made when it is first needed.
        max_file_bytes: larger scans are refused.
        max_document_bytes: likewise documents.
    """

    def __init__(self, uploads: Path | str, max_file_bytes: int, max_document_bytes: int) -> None:
        on_s3 = is_on_s3(str(uploads))
        self._uploads = as_prefix(str(uploads) if on_s3 else str(Path(uploads).absolute()))
        self._max_file_bytes = max_file_bytes
        self._max_document_bytes = max_document_bytes
        self._s3 = S3()

    def save(self, stream: BinaryIO) -> str:
        """Keep an uploaded scan under the hash of its content: the same scan twice is one file.

        Returns:
            Its path, which `read` takes.

        Raises:
            TooLarge: it is larger than allowed; nothing of it is kept.
            StoreUnreachable: it cannot be kept for now.
        """
        [path] = self.save_many([stream])
        return path

    def save_many(self, streams: Iterable[BinaryIO]) -> list[str]:
        """Keep several, and return their paths in order when no power cut can take them any more."""
        try:
            if is_on_s3(self._uploads):
                with ThreadPoolExecutor(AT_A_TIME) as beside:
                    return list(beside.map(self._save_object, streams))
            folder = Path(self._uploads)
            paths = [str(save_file(stream, folder, most_bytes=self._most_bytes)) for stream in streams]
            synchronise_all(paths)
        except OSError as error:
            raise StoreUnreachable(f"uploads cannot be kept: {error.strerror}") from error
        return paths

    def upload_id(self, path: str) -> str:
        """What an uploaded scan is called: its path among the uploads."""
        return path.removeprefix(self._uploads)

    def uploads(self, *, older_than_s: float) -> Iterator[str]:
        """Paths of the uploads that were sent longer ago than this."""
        for path, sent_at in self._all_uploads():
            if sent_at < time.time() - older_than_s and UPLOAD.fullmatch(path, len(self._uploads)):
                yield path

    def delete(self, path: str, *, older_than_s: float) -> bool:
        """Remove an upload that was sent longer ago than this, and say whether it went.

        Raises:
            PathNotAllowed: it is no upload.
            StoreUnreachable: it cannot be removed for now.
        """
        if not (path.startswith(self._uploads) and UPLOAD.fullmatch(path, len(self._uploads))):
            raise PathNotAllowed(f"{last_part(path)!r} is no uploaded scan")
        try:
            sent_at = self._s3.changed_at(path) if is_on_s3(path) else os.stat(path).st_mtime  # noqa: PTH116 a str
            if sent_at is None or sent_at >= time.time() - older_than_s:
                return False
            if is_on_s3(path):
                self._s3.delete(path)
            else:
                os.unlink(path)  # noqa: PTH108
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreUnreachable(f"uploads cannot be removed: {error.strerror}") from error
        return True

    def _all_uploads(self) -> Iterator[tuple[str, float]]:
        return self._s3.under(self._uploads) if is_on_s3(self._uploads) else saved_files(Path(self._uploads))

    def _most_bytes(self, kind: Kind | None) -> int:
        return self._max_document_bytes if kind in ("pdf", "tiff", "zip") else self._max_file_bytes

    def _save_object(self, stream: BinaryIO) -> str:
        with TemporaryFile() as part:
            path = self._uploads + copy_named(stream, part, most_bytes=self._most_bytes)
            sent_at = self._s3.changed_at(path)
            if sent_at is None or sent_at < time.time() - FRESH_S:
                part.seek(0)
                self._s3.put(path, part)
        return path
