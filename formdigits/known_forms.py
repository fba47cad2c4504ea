"""The form templates that a command knows: those in folders, and those of the ledger where there is one."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from formdigits.errors import FormTemplateInvalid, NotFound
from formdigits.form_template import FormShelf, FormTemplate, Shelved, check_files
from formdigits.form_template.shelved import parse_file
from formdigits.ledger import Ledger, open_ledger
from formdigits.settings import Settings


class Known(NamedTuple):
    """A form that was asked for, with the shelf that it stands on."""

    shelf: FormShelf
    found: Shelved

    @property
    def form(self) -> FormTemplate:
        return self.found.form


def known_forms(settings: Settings, *files: Path) -> FormShelf:
    """The shelf of a program that has no ledger open; it opens one when a form is in no folder.

    Args:
        settings: which folders, and which ledger.
        files: form templates that come before all others.
    """

    @cache
    def ledger() -> Ledger:
        return open_ledger(settings.ledger_url)

    return FormShelf((*files, *settings.form_folders), ledger if has_ledger(settings) else None)


def find_form(name_or_file: str, settings: Settings) -> Known:
    """The form in a YAML file, or the one with this name or `name@version`.

    Raises:
        NotFound: there is no such file.
        UnknownForm: there is no form of that name.
        FormTemplateInvalid: it breaks a rule, or a file that it names is missing.
    """
    path = Path(name_or_file)
    if path.suffix not in (".yaml", ".yml"):
        shelf = known_forms(settings)
        return Known(shelf, shelf.find(name_or_file))
    try:
        found = parse_file(path)
    except OSError as error:
        raise NotFound(f"{name_or_file} cannot be read: {error.strerror}") from error
    if isinstance(found, FormTemplateInvalid):
        raise found
    check_files(found)
    return Known(known_forms(settings, path), found)


def has_ledger(settings: Settings) -> bool:
    """Whether there is one already: to look for a form makes none."""
    return bool(settings.database_url) or (settings.data / "ledger.db").is_file()
