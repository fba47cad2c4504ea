"""Who asks: the operator, or one of the tokens that the operator gave out."""

import hashlib
import hmac
from typing import NamedTuple

from flask import current_app, g

from formdigits.ledger import OPERATOR, Scope
from submit_ui.parts import parts
from submit_ui.scopes import covers


class Caller(NamedTuple):
    """Whoever a token was given to."""

    name: str
    """Owner of the jobs that come with the token."""
    scope: Scope
    quota: int | None = None
    """Most pages that it may have waiting; None for any number."""

    @property
    def sees(self) -> str | None:
        """The owner whose jobs are shown; None for those of everybody."""
        return None if self.scope == "admin" else self.name

    def may(self, needed: Scope) -> bool:
        """Whether its scope covers another."""
        return covers(self.scope, needed)


def caller() -> Caller:
    """Who sent this request; the guard has found out."""
    found: Caller = g.caller
    return found


def sha256_of(token: str) -> str:
    """What is kept of a token, so that nobody learns it from the ledger or a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_caller(sha256: str) -> Caller | None:
    """Whose token has this hash; None for nobody's.  The operator's own costs no question to the ledger."""
    if hmac.compare_digest(sha256.encode(), current_app.config["OPERATOR_SHA256"].encode()):
        return Caller(OPERATOR, "admin")
    row = parts().ledger.token(sha256)
    return Caller(row.name, row.scope, row.quota) if row else None
