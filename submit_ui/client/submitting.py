"""Submitting: a small job in one request, a large one in parts, so that any size costs the page the same memory."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from formdigits.documents import is_document
from formdigits.errors import BadRequest, FormdigitsError
from submit_ui.client.base import Client, FilePath
from submit_ui.connection import PATIENCE_S, Connection, Json
from submit_ui.scan_files import batches, common_folder, find_scans, is_on_s3, lie_under

PART_PAGES = 20_480
"""A multiple of the usual chunk sizes, so that no chunk is cut short at the end of a part."""
PART_DOCUMENTS = 200
"""The server looks into each of them before it answers."""

Progress = Callable[[int, int], None]
Pages = Callable[[int, int], Json]
"""Gives the files from one index to another as the API takes them."""


class Submitting(Client):
    """The part of the client that submits."""

    def submit(
        self,
        paths: Iterable[FilePath],
        *,
        form: str = "single-digit",
        max_error: float | None = None,
        priority: str = "normal",
        by_path: bool | None = None,
        key: str | None = None,
        on_progress: Progress = lambda _done, _of: None,
    ) -> str:
        """Submit files, and the scans in folders, as one job.

        Args:
            paths: files and folders, and addresses such as `s3://bucket/scans` where the server may read.
            form: name of the form template.
            max_error: error budget; None: as the server is set.
            priority: `high`, `normal` or `low`.
            by_path: True: the server reads the files itself; False: they are uploaded; None: by path where every
                file lies under a scan root of the server, or on S3.
            key: names the job: submitting the same files with the same key again goes on where it broke off, and
                makes no second job.  None: a key of its own, and a job that breaks off is cancelled.
            on_progress: called with how many of how many files the server has.

        Returns:
            The job's id.
        """
        files = find_scans(paths)
        if by_path is None:
            by_path = lie_under(files, self._roots)
        if not by_path and any(map(is_on_s3, files)):
            raise BadRequest("scans on S3 are read where they lie; submit files and addresses as jobs of their own")
        pages = _by_path(files) if by_path else _uploaded(self._page, files, on_progress)
        job: Json = {"form": form, "max_error": max_error, "priority": priority}
        # One key for all tries: an answer that got lost does not make a second job.
        used_key = key or secrets.token_hex(16)
        has_documents = any(map(is_document, files))
        if len(cut(files, has_documents=has_documents)) == 1:
            job |= pages(0, len(files))
            return str(self._page.post("jobs", job, key=used_key, patience_s=PATIENCE_S)["id"])
        answer = self._page.post("jobs", job | {"open": True}, key=used_key, patience_s=PATIENCE_S)
        if answer["state"] == "open":
            with self._cancelled_if_broken_off(answer["id"], but_kept=key is not None):
                # Which files are there is known where each is one page; what has documents is sent from its start.
                n_there = 0 if has_documents else answer["n_pages"]
                parts = cut(files, n_there, has_documents=has_documents)
                self._send_parts(answer["id"], pages, parts, on_progress)
        return str(answer["id"])

    def _send_parts(self, job_id: str, pages: Pages, parts: Sequence[range], on_progress: Progress) -> None:
        first = parts[0].start + 1
        for some in filter(len, parts):
            part = {"first": first, **pages(some.start, some.stop)}
            answer = self._page.post(f"jobs/{job_id}/pages", part, patience_s=PATIENCE_S)
            first = answer.get("next_first", first + len(some))
            on_progress(some.stop, parts[-1].stop)
        self._page.post(f"jobs/{job_id}/start", patience_s=PATIENCE_S)

    @contextmanager
    def _cancelled_if_broken_off(self, job_id: str, *, but_kept: bool) -> Iterator[None]:
        try:
            yield
        except BaseException:
            if not but_kept:
                with suppress(FormdigitsError):  # what cannot be cancelled now is purged in a day
                    self._page.post(f"jobs/{job_id}/cancel")
            raise


def cut(files: Sequence[str], start: int = 0, *, has_documents: bool) -> list[range]:
    """Cut files, from `start` on, into parts of a request each: so many files, and so many documents among them."""
    if not has_documents:
        starts = range(start, len(files), PART_PAGES) or [start]
        return [range(at, min(at + PART_PAGES, len(files))) for at in starts]
    parts: list[range] = []
    n_documents = 0
    for i in range(start, len(files)):
        n_documents += is_document(files[i])
        if i - start == PART_PAGES or n_documents > PART_DOCUMENTS:
            parts.append(range(start, i))
            start, n_documents = i, int(is_document(files[i]))
    return [*parts, range(start, len(files))]


def _by_path(files: Sequence[str]) -> Pages:
    """The server reads them where they lie."""
    return lambda start, stop: {"paths": files[start:stop]}


def _uploaded(page: Connection, files: Sequence[str], on_progress: Progress) -> Pages:
    """They are sent, under their names below the folder that holds them all."""
    n_shared = len(common_folder(files))

    def upload(start: int, stop: int) -> Json:
        scans: list[Json] = []
        for batch in batches(files[start:stop]):
            with ExitStack() as opened:
                bodies = [("scan", (path[n_shared:], opened.enter_context(Path(path).open("rb")))) for path in batch]
                scans += page.post("scans", files=bodies, patience_s=PATIENCE_S)["scans"]
            on_progress(start + len(scans), len(files))
        return {"scans": scans}

    return upload
