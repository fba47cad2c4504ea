"""Forms that were saved on the page: every version with the files that lie beside it, unchanged for ever."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from formdigits.errors import BadRequest, NotFound, TooLarge
from formdigits.ledger.engine import Database, Now, door, upsert
from formdigits.ledger.rows import FormRow
from formdigits.ledger.schema import form_files, forms

MAX_FILE_BYTES = 4_000_000
"""Of a picture of a blank page, or of a roster: half a million numbers."""

_COLUMNS = [forms.c[name] for name in FormRow._fields]


class Forms(Database):
    """The part of the ledger that keeps forms."""

    @door
    def save_form(self, ref: str, yaml: str, files: Mapping[str, bytes], by: str) -> None:
        """Keep a version of a form.  The same once more is harmless.

        Args:
            ref: `name@version`.
            yaml: the form template.
            files: what lies beside it, by name, of 4 MB at most each.
            by: name of the token that it came with.

        Raises:
            BadRequest: there is this version already, and it is another form.
            TooLarge: a file is.
        """
        for name, content in files.items():
            if len(content) > MAX_FILE_BYTES:
                raise TooLarge(f"{name} has {len(content)} bytes, and a file of a form may have {MAX_FILE_BYTES}")
        with self._durable.begin() as connection:
            row = {"ref": ref, "yaml": yaml, "by": by, "created_at": Now()}
            new = upsert(connection, forms).values(row).on_conflict_do_nothing().returning(forms.c.ref)
            if connection.execute(new).first() is None:
                _require_same(connection, ref, yaml, files)
            elif files:
                rows = [{"ref": ref, "name": name, "content": content} for name, content in files.items()]
                connection.execute(insert(form_files), rows)

    @door
    def forms(self) -> list[str]:
        """The refs of all saved versions, sorted."""
        with self._reading.connect() as connection:
            return list(connection.execute(select(forms.c.ref).order_by(forms.c.ref)).scalars())

    @door
    def form(self, ref: str) -> FormRow:
        """One saved version of a form."""
        with self._reading.connect() as connection:
            row = connection.execute(select(*_COLUMNS).where(forms.c.ref == ref)).first()
        if row is None:
            raise NotFound(f"there is no saved form {ref}")
        return FormRow._make(row)

    @door
    def form_file(self, ref: str, name: str) -> bytes:
        """A file that was saved with a form."""
        this = select(form_files.c.content).where(form_files.c.ref == ref, form_files.c.name == name)
        with self._reading.connect() as connection:
            content = connection.execute(this).scalar()
        if content is None:
            raise NotFound(f"there is no file {name} with the form {ref}")
        return bytes(content)


def _require_same(connection: Connection, ref: str, yaml: str, files: Mapping[str, bytes]) -> None:
    """Whoever has read a page with this version must be able to say with what."""
    saved: Any = connection.execute(select(forms.c.yaml).where(forms.c.ref == ref)).scalar()
    rows = connection.execute(select(form_files.c.name, form_files.c.content).where(form_files.c.ref == ref))
    if saved != yaml or {row.name: bytes(row.content) for row in rows} != dict(files):
        raise BadRequest(f"the form {ref} was saved before and is not the same; raise the `version` and save it again")
