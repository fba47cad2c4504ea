"""Tokens: who may use this formdigits beside the operator."""

from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger.engine import Database, Now, door
from formdigits.ledger.rows import OPERATOR, Scope, TokenRow
from formdigits.ledger.schema import tokens

_COLUMNS = [tokens.c[name] for name in TokenRow._fields]


class Tokens(Database):
    """The part of the ledger that knows tokens, by their hash alone."""

    @door
    def add_token(self, name: str, *, sha256: str, scope: Scope, quota: int | None) -> None:
        """Write down a token.

        Args:
            name: of the token, and owner of the jobs that come with it.
            sha256: of the token, in hexadecimal.
            scope: what it opens.
            quota: most pages that may wait at a time.

        Raises:
            BadRequest: the name is taken.
        """
        row = {"name": name, "sha256": sha256, "scope": scope, "quota": quota}
        try:
            if name == OPERATOR:
                raise BadRequest(f"{OPERATOR} is the name of the operator's own token")
            with self._durable.begin() as connection:
                connection.execute(insert(tokens).values(**row, created_at=Now()))
        except IntegrityError as error:
            raise BadRequest(f"there is a token {name} already; remove it first, or choose another name") from error

    @door
    def token(self, sha256: str) -> TokenRow | None:
        """The token with this hash; None when there is none."""
        with self._reading.connect() as connection:
            row = connection.execute(select(*_COLUMNS).where(tokens.c.sha256 == sha256)).first()
        return None if row is None else _token_row(row)

    @door
    def tokens(self) -> list[TokenRow]:
        """All tokens, by name."""
        with self._reading.connect() as connection:
            return [_token_row(row) for row in connection.execute(select(*_COLUMNS).order_by(tokens.c.name))]

    @door
    def remove_token(self, name: str) -> None:
        """Forget a token: it opens nothing any more.  Its jobs stay."""
        with self._durable.begin() as connection:
            gone = delete(tokens).where(tokens.c.name == name).returning(tokens.c.name)
            if connection.execute(gone).first() is None:
                raise NotFound(f"there is no token {name}")


def _token_row(row: Row[Any]) -> TokenRow:
    return TokenRow._make(row)
