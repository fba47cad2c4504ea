"""All form templates that a program knows, by name."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from formdigits.errors import FormTemplateInvalid, UnknownForm
from formdigits.form_template.model import SINGLE_DIGIT, FormTemplate
from formdigits.form_template.parsing import parse_form
from formdigits.shipped import shipped_folder

Stamp = tuple[int, int]
"""Time of change and size of a file: while they stay, what was parsed of it stays good."""


class FormShelf:
    """The form templates in some folders (`*.yaml`, `*.yml`), the shipped ones and the built-in one.

    Files may come, change and go at any time.  Where two files have the same name and version, the first folder wins.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = (*folders, shipped_folder("forms"))
        self._parsed: dict[Path, tuple[Stamp, FormTemplate | FormTemplateInvalid]] = {}

    def names(self) -> list[str]:
        """The names of all valid forms, sorted."""
        return sorted({form.id for form in self._forms()})

    def get(self, name_or_ref: str) -> FormTemplate:
        """The form with this name, in its newest version, or with this `name@version`.

        Raises:
            UnknownForm: saying which there are.
        """
        if name_or_ref in (SINGLE_DIGIT.id, SINGLE_DIGIT.ref):
            return SINGLE_DIGIT
        found = [form for form in self._forms() if name_or_ref in (form.id, form.ref)]
        if not found:
            known = ", ".join(self.names())
            notes = "".join(f"\n{problem}" for problem in self.problems())
            raise UnknownForm(f"there is no form template {name_or_ref[:100]!r}; there are: {known}{notes}")
        return max(found, key=lambda form: form.version)  # of equal ones the first

    def problems(self) -> list[FormTemplateInvalid]:
        """What is wrong with the files that are not valid."""
        return [parsed for parsed in self._all() if isinstance(parsed, FormTemplateInvalid)]

    def _forms(self) -> Iterator[FormTemplate]:
        yield from (parsed for parsed in self._all() if isinstance(parsed, FormTemplate))
        yield SINGLE_DIGIT

    def _all(self) -> Iterator[FormTemplate | FormTemplateInvalid]:
        for folder in self._folders:
            for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
                yield self._read(path)

    def _read(self, path: Path) -> FormTemplate | FormTemplateInvalid:
        try:
            status = path.stat()
            stamp = status.st_mtime_ns, status.st_size
            if path not in self._parsed or self._parsed[path][0] != stamp:
                self._parsed[path] = stamp, parse_file(path)
        except OSError as error:
            return FormTemplateInvalid(f"{path.name}: cannot be read: {error.strerror}")
        return self._parsed[path][1]


def parse_file(path: Path) -> FormTemplate | FormTemplateInvalid:
    """One file's form template, or what is wrong with it."""
    try:
        return parse_form(path.read_text(encoding="utf-8"), path.name)
    except FormTemplateInvalid as error:
        return error
    except UnicodeDecodeError:
        return FormTemplateInvalid(f"{path.name}: not UTF-8 text; save it as UTF-8")
