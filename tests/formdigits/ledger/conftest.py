from collections.abc import Iterator

import pytest

from formdigits.ledger import Ledger, open_ledger
from tests.formdigits.ledger.examples import emptied
from tests.postgresql import postgresql_url

__all__ = ["postgresql_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ledger_url(request, tmp_path) -> str:
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(ledger_url) -> Iterator[Ledger]:
    """An empty ledger, on either database."""
    ledger = emptied(open_ledger(ledger_url))
    yield ledger
    ledger.close()
