"""A hot folder: what a scanner lays there is submitted, a job each, and put aside.

Every file ends in one of three folders beside it: `submitted/`, `duplicate/` for what was submitted before, or
`failed/` with a text that says why.  A journal in the folder remembers what was submitted.  Killed at any moment, the
next run goes on: the key of a job is made of the file's content, so that a file which was submitted and not yet moved
makes no second job.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from formdigits.aside import synchronise
from formdigits.errors import FormdigitsError, NotAuthorised, NotPermitted, UnknownForm
from submit_ui.scan_files import SCAN_SUFFIXES, natural

JOURNAL = ".formdigits-watch.jsonl"
FOLDERS = ("submitted", "duplicate", "failed")
NOT_OF_THE_FILE = (NotAuthorised, NotPermitted, UnknownForm)
"""Errors that every other file would meet, too."""
EMPTY_FOR_S = 60.0

Stamp = tuple[int, int]
"""Size, and time of the last change."""


class Submitted(NamedTuple):
    """A job that was made of a file."""

    job_id: str
    problem: str
    """Why not a single page of it can be read; empty where that is not known."""


class Event(NamedTuple):
    """What happened to one file."""

    event: Literal["submitted", "duplicate", "failed", "waiting"]
    file: str
    moved_to: str
    """Where it lies now, below the folder; empty while it waits."""
    job: str
    message: str


class HotFolder:
    """Looks into a folder now and then.

    Args:
        folder: absolute; subfolders are looked into, hidden ones and those that files are put aside into are not.
        form: name of the form template.
        submit: makes a job of a file, and the same job for the same key.
    """

    def __init__(self, folder: Path, form: str, submit: Callable[[Path, str], Submitted]) -> None:
        self._folder = folder
        self._form = form
        self._submit = submit
        self._stamps: dict[Path, Stamp] = {}
        self._done = read_journal(folder / JOURNAL)

    def look(self) -> Iterator[Event]:
        """Take the files that have not changed since the last look; a server that takes none for now ends the look.

        Raises:
            FormdigitsError: one that is no fault of a file.
        """
        before, self._stamps = self._stamps, dict(self._files())
        for path, stamp in self._stamps.items():
            if before.get(path) != stamp or is_just_made(stamp):
                continue
            try:
                yield self._take(path)
            except FileNotFoundError:  # somebody took it away
                continue
            except FormdigitsError as error:
                if not error.retryable:
                    raise
                yield Event("waiting", self._name(path), "", "", str(error))
                return

    def _files(self) -> Iterator[tuple[Path, Stamp]]:
        for parent, folders, names in os.walk(self._folder):
            own = FOLDERS if parent == str(self._folder) else ()
            folders[:] = sorted((name for name in folders if not name.startswith(".") and name not in own), key=natural)
            for name in sorted(names, key=natural):
                if name.lower().endswith(SCAN_SUFFIXES) and not name.startswith("."):
                    path = Path(parent, name)
                    with suppress(FileNotFoundError):
                        status = path.stat()
                        yield path, (status.st_size, status.st_mtime_ns)

    def _take(self, path: Path) -> Event:
        if not path.stat().st_size:
            return self._failed(path, "", "the file is empty")
        key = content_key(path, self._form)
        known = self._done.get(key)
        if known and (known["file"] != self._name(path) or (self._folder / known["moved_to"]).exists()):
            moved = self._move(path, self._place("duplicate", path))
            return Event("duplicate", self._name(path), moved, known["job"], "the same content was submitted before")
        try:
            done = Submitted(known["job"], "") if known else self._submit(path, key)
        except NOT_OF_THE_FILE:
            raise
        except FormdigitsError as error:
            if error.retryable:
                raise
            return self._failed(path, "", str(error))
        if done.problem:
            return self._failed(path, done.job_id, done.problem)
        target = self._folder / known["moved_to"] if known else self._place("submitted", path)
        if not known:
            self._remember(key, path, target, done.job_id)
        return Event("submitted", self._name(path), self._move(path, target), done.job_id, "")

    def _failed(self, path: Path, job: str, why: str) -> Event:
        target = self._place("failed", path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.with_name(f"{target.name}.txt").write_text(f"{why}\n", encoding="utf-8")
        return Event("failed", self._name(path), self._move(path, target), job, why)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    def _place(self, kind: str, path: Path) -> Path:
        """A free name in today's folder of this kind."""
        today = datetime.now().astimezone().date().isoformat()
        wanted = self._folder / kind / today / path.relative_to(self._folder)
        target, number = wanted, 1
        while target.exists():
            number += 1
            target = wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        return target

    def _move(self, path: Path, target: Path) -> str:
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
        return self._name(target)

    def _remember(self, key: str, path: Path, target: Path, job_id: str) -> None:
        """Write down what was submitted, before it is moved: a kill between the two is mended by the next run."""
        self._done[key] = {"key": key, "file": self._name(path), "moved_to": self._name(target), "job": job_id}
        journal = self._folder / JOURNAL
        with journal.open("a", encoding="utf-8") as lines:
            lines.write("\n" * bool(lines.tell()) + json.dumps(self._done[key]))
        synchronise(journal)


def is_just_made(stamp: Stamp) -> bool:
    """Whether a file is empty and new: a scanner makes it first, and fills it when the page is through."""
    return stamp[0] == 0 and stamp[1] / 1e9 > time.time() - EMPTY_FOR_S


def content_key(path: Path, form: str) -> str:
    """What names the job of a file: its content and the form that it is read with."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return "watch-" + hashlib.sha256(f"{form} {content}".encode()).hexdigest()


def read_journal(path: Path) -> dict[str, dict[str, str]]:
    """What was submitted, by key; a line that a kill cut short is left out."""
    done: dict[str, dict[str, str]] = {}
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                with suppress(ValueError, KeyError):
                    entry = json.loads(line)
                    done[entry["key"]] = {name: str(entry[name]) for name in ("key", "file", "moved_to", "job")}
    return done
