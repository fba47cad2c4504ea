"""All form templates that a program knows, by name, with what lies beside them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from formdigits.arrays import GreyPage
from formdigits.errors import FormTemplateInvalid, NotFound, PageError, UnknownForm
from formdigits.form_template.model import SINGLE_DIGIT, FormTemplate
from formdigits.form_template.rosters import check_roster, parse_roster
from formdigits.form_template.shelved import BUILT_IN, FormFolders, FormLedger, SavedForms, Shelved, Stamp
from formdigits.scan import decode
from formdigits.shipped import shipped_folder

MOST_PICTURES = 8
"""Reference pictures that are kept decoded; one of A4 at 300 dpi has 9 MB."""

FileKey = tuple[str, str, Stamp]
"""Of which form, its name, and when it changed."""


class FormShelf:
    """The form templates in some folders, the shipped ones, those that were saved in the ledger and the built-in one.

    Where two have the same name and version, the first folder wins, and the ledger comes last.  Every method raises
    `ServerUnreachable` when it needs the ledger and that does not answer.
    """

    def __init__(self, folders: Sequence[Path], ledger: Callable[[], FormLedger] | None = None) -> None:
        """Take the folders, and what gives the ledger when a form is looked for that no folder has."""
        self._folders = FormFolders((*folders, shipped_folder("forms")))
        self._saved = SavedForms(ledger) if ledger else None
        self._pictures: dict[FileKey, GreyPage] = {}
        self._rosters: dict[FileKey, frozenset[str]] = {}

    def names(self) -> list[str]:
        """The names of all valid forms, sorted."""
        return sorted({form.id for form in self.forms()})

    def forms(self) -> list[FormTemplate]:
        """All valid forms, by name and then by version."""
        by_ref: dict[str, FormTemplate] = {}
        for found in self._all():
            if isinstance(found, Shelved):
                by_ref.setdefault(found.form.ref, found.form)
        return sorted(by_ref.values(), key=lambda form: (form.id, form.version))

    def get(self, name_or_ref: str) -> FormTemplate:
        """The form with this name, in its newest version, or with this `name@version`.

        Raises:
            UnknownForm: saying which there are.
            FormTemplateInvalid: it was saved, and breaks a rule that came later.
        """
        return self.find(name_or_ref).form

    def find(self, name_or_ref: str) -> Shelved:
        """Like `get`, with what lies beside the form."""
        if name_or_ref in (SINGLE_DIGIT.id, SINGLE_DIGIT.ref):
            return BUILT_IN
        found = self._with_ref(name_or_ref) if "@" in name_or_ref else self._with_name(name_or_ref)
        if isinstance(found, FormTemplateInvalid):
            raise found
        if found is None:
            known = ", ".join(self.names())
            notes = "".join(f"\n{problem}" for problem in self.problems())
            raise UnknownForm(f"there is no form template {name_or_ref[:100]!r}; there are: {known}{notes}")
        return found

    def is_in_folder(self, ref: str) -> bool:
        """Whether a folder has this `name@version`."""
        return self._in_folders(ref) is not None

    def look_again(self) -> None:
        """Forget which forms the ledger has, because one was saved."""
        if self._saved:
            self._saved.forget_list()

    def problems(self) -> list[FormTemplateInvalid]:
        """What is wrong with the forms that are not valid."""
        return [found for found in self._all() if isinstance(found, FormTemplateInvalid)]

    def reference(self, ref: str, page_number: int) -> GreyPage | None:
        """The picture of a blank page, edge to edge; None where the form has none.

        Raises:
            FormTemplateInvalid: the file is missing or no picture.
        """
        found = self.find(ref)
        name = found.form.pages[page_number - 1].reference
        if name is None:
            return None
        key = found.form.ref, name, stamp(found, name)
        if key not in self._pictures:
            if len(self._pictures) >= MOST_PICTURES:
                self._pictures.pop(next(iter(self._pictures)), None)  # the oldest
            self._pictures[key] = decode_reference(found, name)
        return self._pictures[key]

    def roster(self, ref: str, file: str) -> frozenset[str]:
        """The values that there are, one from each line of a file beside the form.

        Raises:
            FormTemplateInvalid: the file is missing or no text.
        """
        found = self.find(ref)
        key = found.form.ref, file, stamp(found, file)
        if key not in self._rosters:
            self._rosters[key] = parse_roster(read(found, file), file)
        return self._rosters[key]

    def _with_ref(self, ref: str) -> Shelved | FormTemplateInvalid | None:
        return self._in_folders(ref) or (self._saved.get(ref) if self._saved else None)

    def _in_folders(self, ref: str) -> Shelved | None:
        shelved = (found for found in self._folders.all() if isinstance(found, Shelved))
        return next((found for found in shelved if found.form.ref == ref), None)

    def _with_name(self, name: str) -> Shelved | None:
        named = [found for found in self._all(name) if isinstance(found, Shelved) and found.form.id == name]
        return max(named, key=lambda found: found.form.version, default=None)  # of equal ones the first

    def _all(self, name: str | None = None) -> Iterator[Shelved | FormTemplateInvalid]:
        """Every form, the saved ones only of one name where it is given."""
        yield from self._folders.all()
        for ref in self._saved.refs() if self._saved else ():
            if name in (None, ref.partition("@")[0]) and (found := self._saved and self._saved.get(ref)):
                yield found
        yield BUILT_IN


def read(found: Shelved, name: str) -> bytes:
    """A file that a form names."""
    try:
        return found.beside.read(name)
    except NotFound as error:
        raise missing(found, name) from error


def stamp(found: Shelved, name: str) -> Stamp:
    """Says whether a file is as it was."""
    try:
        return found.beside.stamp(name)
    except NotFound as error:
        raise missing(found, name) from error


def missing(found: Shelved, name: str) -> FormTemplateInvalid:
    """What to say of a file that is not there."""
    return FormTemplateInvalid(f"{found.form.ref} names the file {name}, and it is not there; put it beside the form")


def decode_reference(found: Shelved, name: str) -> GreyPage:
    """The picture in a file."""
    try:
        return decode(read(found, name))
    except PageError as error:
        raise FormTemplateInvalid(f"{found.form.ref}: the picture {name} cannot be used: {error}") from error


def check_files(found: Shelved) -> None:
    """Raise FormTemplateInvalid where a file that the form names is missing or cannot be used."""
    for name in filter(None, (page.reference for page in found.form.pages)):
        decode_reference(found, name)
    for field in found.form.fields:
        if field.constraints.roster:
            file = field.constraints.roster.file
            check_roster(field, file, read(found, file))
