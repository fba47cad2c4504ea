"""The form templates that a command knows: those in folders, and those of the ledger where there is one."""

from functools import cache

from formdigits.form_template import FormShelf
from formdigits.ledger import Ledger, open_ledger
from formdigits.settings import Settings


def known_forms(settings: Settings) -> FormShelf:
    """The shelf of a program that has no ledger open; it opens one when a form is in no folder."""

    @cache
    def ledger() -> Ledger:
        return open_ledger(settings.ledger_url)

    return FormShelf(settings.form_folders, ledger if has_ledger(settings) else None)


def has_ledger(settings: Settings) -> bool:
    """Whether there is one already: to look for a form makes none."""
    return bool(settings.database_url) or (settings.data / "ledger.db").is_file()
