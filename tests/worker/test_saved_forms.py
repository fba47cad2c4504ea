"""Forms that were saved on the page, as workers see them."""

import pytest

from formdigits.errors import ServerUnreachable
from formdigits.form_template import FormShelf
from formdigits.ledger import open_ledger
from formdigits.messages import Chunk, PageRef
from tests.drawing import CARD, CARD_YAML
from tests.fakes import FakeClassifier, FakeScans
from worker.reading import read_chunks


def read(forms, ref):
    page = PageRef(number=1, path="/scans/a.png")
    chunk = Chunk(job_id="j", chunk_id=1, form=ref, max_error=0.01, pages=(page,))
    return read_chunks(
        [chunk], forms=forms, scans=FakeScans({"/scans/a.png": b"no picture"}), classifier=FakeClassifier()
    )[1][1]


def test_a_form_that_is_saved_while_a_worker_runs_is_known_at_once(tmp_path):
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    forms = FormShelf([], lambda: ledger)
    before = read(forms, CARD.ref)

    ledger.save_form(CARD.ref, CARD_YAML, {}, "operator")

    assert before.code == "unknown_form"
    assert read(forms, CARD.ref).code == "unreadable_file"


def test_no_page_ends_because_its_form_cannot_be_fetched_for_now():
    def unreachable():
        raise ServerUnreachable("the database is down")

    with pytest.raises(ServerUnreachable):
        read(FormShelf([], unreachable), CARD.ref)
