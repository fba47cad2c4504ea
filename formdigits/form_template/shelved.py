"""Where form templates come from: files in folders, forms that were saved in the ledger, and the built-in one."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import yaml

from formdigits.errors import FormTemplateInvalid, NotFound
from formdigits.form_template.model import SINGLE_DIGIT, FormTemplate
from formdigits.form_template.parsing import parse_form

LIST_S = 1.0
"""A form that was saved by another process is in the list after so many seconds; by its version it is known at once."""
MAX_FILE_BYTES = 50_000_000

Stamp = tuple[int, int]
"""Time of change and size of a file: while they stay, what was parsed of it stays good."""


class Beside(Protocol):
    """The files beside a form template."""

    def read(self, name: str) -> bytes:
        """What a file holds; raises NotFound."""

    def stamp(self, name: str) -> Stamp:
        """Another one when the file has changed; raises NotFound."""


class Shelved(NamedTuple):
    """A form template with what lies beside it."""

    form: FormTemplate
    text: str
    """Its YAML."""
    beside: Beside


class SavedForm(Protocol):
    """A row of the ledger."""

    @property
    def yaml(self) -> str: ...


class FormLedger(Protocol):
    """What a shelf needs of the ledger."""

    def forms(self) -> list[str]: ...
    def form(self, ref: str) -> SavedForm: ...
    def form_file(self, ref: str, name: str) -> bytes: ...


class InFolder(NamedTuple):
    """Files of a folder.  The format of form templates has no names that lead out of it."""

    folder: Path

    def read(self, name: str) -> bytes:
        with self._found(name).open("rb") as file:
            return file.read(MAX_FILE_BYTES)

    def stamp(self, name: str) -> Stamp:
        status = self._found(name).stat()
        return status.st_mtime_ns, status.st_size

    def _found(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise NotFound(f"there is no file {name}")
        return path


class InLedger(NamedTuple):
    """Files that were saved with a form, and that never change."""

    ledger: Callable[[], FormLedger]
    ref: str

    def read(self, name: str) -> bytes:
        return self.ledger().form_file(self.ref, name)

    def stamp(self, name: str) -> Stamp:  # noqa: ARG002 the same for all
        return 0, 0


class Nothing:
    """What lies beside the built-in form."""

    def read(self, name: str) -> bytes:
        raise NotFound(f"there is no file {name}")

    def stamp(self, name: str) -> Stamp:
        raise NotFound(f"there is no file {name}")


class FormFolders:
    """The `*.yaml` and `*.yml` files in some folders, which may come, change and go at any time; or single files."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._parsed: dict[Path, tuple[Stamp, Shelved | FormTemplateInvalid]] = {}

    def all(self) -> Iterator[Shelved | FormTemplateInvalid]:
        """Every file as a form, or what is wrong with it."""
        for folder in self._folders:
            for path in [folder] if folder.is_file() else sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
                yield self._read(path)

    def _read(self, path: Path) -> Shelved | FormTemplateInvalid:
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if path not in self._parsed or self._parsed[path][0] != stamp:
                self._parsed[path] = stamp, parse_file(path)
        except OSError as error:
            return FormTemplateInvalid(f"{path.name}: cannot be read: {error.strerror}")
        return self._parsed[path][1]


class SavedForms:
    """The forms in the ledger.  They never change, and so each is fetched once."""

    def __init__(self, ledger: Callable[[], FormLedger]) -> None:
        self._ledger = ledger
        self._parsed: dict[str, Shelved | FormTemplateInvalid] = {}
        self._refs: list[str] = []
        self._listed_at = float("-inf")

    def refs(self) -> list[str]:
        """All `name@version`, as they were a second ago at most."""
        if time.monotonic() - self._listed_at > LIST_S:
            self._refs = self._ledger().forms()
            self._listed_at = time.monotonic()
        return self._refs

    def forget_list(self) -> None:
        """Ask for it again when it is needed."""
        self._listed_at = float("-inf")

    def get(self, ref: str) -> Shelved | FormTemplateInvalid | None:
        """The form that was saved as this `name@version`; None where none was."""
        if ref not in self._parsed:
            try:
                text = self._ledger().form(ref).yaml
            except NotFound:
                return None
            self._parsed[ref] = parse_text(text, ref, InLedger(self._ledger, ref))
        return self._parsed[ref]


def parse_file(path: Path) -> Shelved | FormTemplateInvalid:
    """One file's form template, or what is wrong with it."""
    try:
        return parse_text(path.read_text(encoding="utf-8"), path.name, InFolder(path.parent))
    except UnicodeDecodeError:
        return FormTemplateInvalid(f"{path.name}: not UTF-8 text; save it as UTF-8")


def parse_text(text: str, source: str, beside: Beside) -> Shelved | FormTemplateInvalid:
    """A form template of its YAML, or what is wrong with it."""
    try:
        return Shelved(parse_form(text, source), text, beside)
    except FormTemplateInvalid as error:
        return error


def yaml_of(form: FormTemplate) -> str:
    """The YAML of a form that has none of its own."""
    values = form.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump({"format": form.format} | values, sort_keys=False, allow_unicode=True)


BUILT_IN = Shelved(SINGLE_DIGIT, yaml_of(SINGLE_DIGIT), Nothing())
