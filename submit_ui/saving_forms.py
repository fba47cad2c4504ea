"""How a version of a form is saved: with all the files that it names, each of them usable, and nothing else."""

from collections.abc import Mapping
from typing import NamedTuple

from formdigits.errors import BadRequest, NotFound
from formdigits.form_template import FormTemplate, Shelved, check_files
from submit_ui.parts import Parts

SOURCE = "form"
"""What complaints call a form that comes without a file."""


class Sent(NamedTuple):
    """The files that came with a form."""

    files: Mapping[str, bytes]

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise NotFound(f"there is no file {name}")
        return self.files[name]

    def stamp(self, name: str) -> tuple[int, int]:
        return 0, len(self.read(name))


def save(parts: Parts, form: FormTemplate, text: str, files: Mapping[str, bytes], by: str) -> None:
    """Write a version into the ledger; every program knows it from then on.

    Args:
        parts: of the page.
        form: as it was parsed.
        text: its YAML.
        files: pictures of blank pages and rosters, by name.
        by: name of the token that it came with.

    Raises:
        BadRequest: there is another form of this name and version, or a file that the form does not name.
        FormTemplateInvalid: a file is missing, or cannot be used.
        TooLarge: a file is.
    """
    if unnamed := sorted(files.keys() - form.files):
        raise BadRequest(f"the form {form.ref} does not name the file {unnamed[0]}; leave it out, or name it")
    check_files(Shelved(form, text, Sent(files)))
    if parts.forms.is_in_folder(form.ref):
        raise BadRequest(f"there is a form {form.ref} in a folder of this server; raise the `version`")
    parts.ledger.save_form(form.ref, text, files, by)
    parts.forms.look_again()
