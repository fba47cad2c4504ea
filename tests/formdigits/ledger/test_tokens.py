import pytest

from formdigits.errors import BadRequest, NotFound
from formdigits.ledger import OPERATOR
from tests.formdigits.ledger.examples import add_job


def add_token(ledger, name, sha256, *, scope="submit", quota=None):
    ledger.add_token(name, sha256=sha256, scope=scope, quota=quota)


def test_a_token_is_known_by_its_hash(ledger):
    add_token(ledger, "archive", "aa", scope="read", quota=100)
    add_token(ledger, "clinic", "bb")

    token = ledger.token("aa")

    assert (token.name, token.scope, token.quota) == ("archive", "read", 100)
    assert ledger.token("bb").quota is None
    assert ledger.token("AA") is None


def test_tokens_are_listed_by_name(ledger):
    for name in ("clinic", "archive"):
        add_token(ledger, name, name)

    assert [token.name for token in ledger.tokens()] == ["archive", "clinic"]


@pytest.mark.parametrize("name", ["archive", OPERATOR])
def test_a_name_that_is_taken_is_refused_and_the_first_token_stays(ledger, name):
    add_token(ledger, "archive", "aa")

    with pytest.raises(BadRequest, match=name):
        add_token(ledger, name, "bb")

    assert [token.name for token in ledger.tokens()] == ["archive"]
    assert ledger.token("aa") is not None


def test_a_token_that_was_removed_opens_nothing_and_its_jobs_stay(ledger):
    add_token(ledger, "archive", "aa")
    job_id = add_job(ledger, owner="archive")

    ledger.remove_token("archive")

    assert ledger.token("aa") is None
    assert ledger.progress(job_id).owner == "archive"
    with pytest.raises(NotFound, match="archive"):
        ledger.remove_token("archive")


def test_a_removed_name_may_be_used_again(ledger):
    add_token(ledger, "archive", "aa")
    ledger.remove_token("archive")

    add_token(ledger, "archive", "bb")

    assert ledger.token("bb").name == "archive"
