"""A form template that goes away while its job waits: the pages end by its name, whatever else their worker reads."""

import shutil
from types import SimpleNamespace

import pytest

from formdigits.form_template import FormShelf
from formdigits.ledger import NewPage, open_ledger
from formdigits.readings import PageReading
from formdigits.settings import Settings
from tests.drawing import CARD, CARD_YAML, print_page
from tests.fakes import FakeClassifier, FakeScans
from tests.worker.test_reading_forms import png
from worker.desk import Desk

ROSTER = "    constraints: {roster: {file: numbers.txt, unique: true}}\n"


@pytest.fixture
def forms(tmp_path):
    """A folder with one form, whose numbers are matched with a roster."""
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "card.yaml").write_text(CARD_YAML + ROSTER)
    (folder / "numbers.txt").write_text("123456\n")
    return folder


@pytest.fixture
def desk(tmp_path, forms):
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield Desk(
        name="reader-1",
        settings=Settings(data_dir=tmp_path),
        ledger=ledger,
        broker=SimpleNamespace(send_read=lambda _messages: None),
        scans=FakeScans({"/card.png": png(print_page()), "/digit.png": png(print_page())}),
        forms=FormShelf([forms], lambda: ledger),
        model=SimpleNamespace(classifier=FakeClassifier(version="v1")),
    )
    ledger.close()


def submit(desk, form, path):
    return desk.ledger.add_job(form=form, pages=[NewPage(path, path)], max_error=0.01, chunk_size=8)


def read_all(desk):
    [message] = desk.ledger.hand_out(window=1)
    desk.read(message, desk.take(message))


@pytest.mark.parametrize("gone", ["card.yaml", ""], ids=["its file", "the whole folder"])
def test_pages_of_a_form_that_is_gone_end_by_its_name_and_others_are_read(desk, forms, gone):
    job = submit(desk, CARD.ref, "/card.png")
    other = submit(desk, "single-digit@1", "/digit.png")
    (forms / gone).unlink() if gone else shutil.rmtree(forms)

    read_all(desk)

    [page], [read] = desk.ledger.pages(job), desk.ledger.pages(other)
    assert (page.state, page.result.code) == ("failed", "unknown_form")
    assert "no form template 'test-card@1'" in page.result.message
    assert desk.ledger.progress(job).state == "done"
    assert isinstance(read.result, PageReading)


def test_pages_that_were_read_before_their_form_went_are_committed_as_they_are(desk, forms, monkeypatch):
    job = submit(desk, CARD.ref, "/card.png")
    classifier = desk.model.classifier
    predict = classifier.predict

    def predict_while_the_form_goes(_, crops):
        shutil.rmtree(forms)
        return predict(crops)

    monkeypatch.setattr(type(classifier), "predict", predict_while_the_form_goes)

    read_all(desk)

    [page] = desk.ledger.pages(job)
    assert isinstance(page.result, PageReading)
    assert desk.ledger.progress(job).state == "done"
