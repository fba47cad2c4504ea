"""Jobs with stored readings are matched with their roster: in the real ledger, with a form on a shelf."""

from collections.abc import Iterator

import numpy as np
import pytest

from formdigits.errors import UnknownForm
from formdigits.form_template import parse_form
from formdigits.ledger import Ledger, NewPage, open_ledger
from formdigits.readings import CellReading, Doubt, FieldReading, Outcome, PageFailure, PageReading
from tests.fakes import probabilities
from worker.decision import BLANK_CELL, read_cells
from worker.roster.settling import settle_one

FORM = parse_form(
    """\
id: exam
version: 1
title: An exam
size: {width: 210, height: 297}
registration:
  method: aruco
  marks: [{id: 0, at: [14, 14]}, {id: 1, at: [196, 14]}, {id: 2, at: [196, 283]}, {id: 3, at: [14, 283]}]
identity: {kind: qr, region: [164, 24, 24, 24]}
fields:
  - name: student
    boxes: {origin: [24, 40], size: [8, 10], pitch: 10, count: 4}
    constraints: {roster: {file: students.txt, unique: true}}
  - name: points
    boxes: {origin: [24, 60], size: [8, 10], pitch: 10, count: 2}
""",
    "exam.yaml",
)
STUDENTS = frozenset({"1111", "1711", "2222", "3333", "44"})
NOWHERE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class Forms:
    """One form, and its roster as long as that is there."""

    students: frozenset[str] | None = STUDENTS

    def get(self, ref):
        assert ref == FORM.ref
        return FORM

    def roster(self, ref, file):
        if self.students is None:
            raise UnknownForm(f"{ref} is gone")
        return self.students


class Models:
    def thresholds_of(self, version):
        return self

    def threshold_for(self, max_error, n_digits=1):
        return 1 - max_error


def one_or_seven(one=0.49):
    """A box that shows a 1 or a 7."""
    row = np.full(11, 1e-9, np.float32)
    row[[1, 7]] = one, 1 - one
    return read_cells(row[None])[0]


def box(sign: str, top=0.99999) -> CellReading:
    if sign == "_":
        return BLANK_CELL
    return one_or_seven() if sign == "/" else read_cells(probabilities(int(sign), top)[None])[0]


def page(written, outcome=Outcome.ACCEPTED, doubts=(), top=0.99999):
    """A page with a number, `/` for a box that shows a 1 or a 7."""
    text = written.replace("/", "7")
    cells = tuple(box(sign, top) for sign in written)
    student = FieldReading(
        name="student",
        text=text,
        value=text.strip("_"),
        outcome=outcome,
        confidence=0.9,
        doubts=doubts,
        cells=cells,
        polygon_px=NOWHERE,
    )
    sure = {"name": "points", "text": "12", "value": "12", "outcome": Outcome.ACCEPTED, "doubts": ()}
    points = student.model_copy(update={**sure, "cells": (box("1"), box("2"))})
    return PageReading(form=FORM.ref, model_version="m1", fields=(student, points))


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield ledger
    ledger.close()


@pytest.fixture
def settled(ledger):
    """Commit these pages as a job, match it, and return the numbers as they are then."""

    def settle(*pages, forms=None, max_error=0.001):
        new = [NewPage(f"/{number}.png", f"{number}.png") for number in range(1, len(pages) + 1)]
        job_id = ledger.add_job(form=FORM.ref, pages=new, max_error=max_error, chunk_size=len(pages))
        [message] = ledger.hand_out(window=1)
        [claim] = ledger.claim(message, worker="w1", lease_s=60)
        read = dict(enumerate(pages, 1))
        ledger.commit({claim: read}, model_version="m1", to_match=[claim])
        assert settle_one(ledger, forms or Forms(), Models())
        assert ledger.progress(job_id).state == "done"
        return job_id, [row.result.fields[0] for row in ledger.pages(job_id) if row.state == "read"]

    return settle


def test_a_number_that_could_be_two_is_the_one_that_nobody_else_has_and_the_change_is_written_down(ledger, settled):
    job_id, [first, second] = settled(page("1711"), page("1/11", Outcome.REVIEW))

    assert (first.text, first.changes) == ("1711", ())
    assert (second.text, second.value, second.raw, second.outcome) == ("1111", "1111", "1711", Outcome.ACCEPTED)
    assert [(one.box, one.read, one.taken, one.constraint) for one in second.changes] == [(2, "7", "1", "roster")]
    assert second.confidence > 0.999
    assert second.cells == page("1/11").fields[0].cells
    assert (ledger.progress(job_id).n_review, ledger.progress(job_id).n_accepted) == (0, 4)


def test_under_a_smaller_budget_it_is_a_proposal_that_names_the_other_page(settled):
    _, [_, second] = settled(page("1711"), page("1/11", Outcome.REVIEW), max_error=0.00001)

    assert (second.text, second.raw, second.outcome) == ("1111", "1711", Outcome.REVIEW)
    assert {doubt.code: doubt.message for doubt in second.doubts} == {
        "roster_twice": "pages 1 and 2 could have 1711, which is there once",
        "roster": "read as 1711",
    }


@pytest.mark.parametrize("top", [0.9999, 0.9999999])
def test_two_pages_with_one_number_both_go_to_review_as_they_were_read(ledger, settled, top):
    job_id, fields = settled(page("2222", top=top), page("3333"), page("2222"))

    assert [field.text for field in fields] == ["2222", "3333", "2222"]
    assert [field.outcome for field in fields] == [Outcome.REVIEW, Outcome.ACCEPTED, Outcome.REVIEW]
    assert [[doubt.message for doubt in field.doubts] for field in fields] == [
        ["pages 1 and 3 could have 2222, which is there once"],
        [],
        ["pages 1 and 3 could have 2222, which is there once"],
    ]
    assert ledger.progress(job_id).n_review == 2


def test_a_clear_number_that_is_not_on_the_roster_stays_with_its_doubt(settled):
    absent = Doubt(code="roster", message="not in the list students.txt")

    _, [field] = settled(page("2223", Outcome.REVIEW, (absent,)))

    assert (field.text, field.raw, field.doubts, field.outcome) == ("2223", None, (absent,), Outcome.REVIEW)


def test_an_unsure_number_is_accepted_where_the_roster_leaves_no_other(settled):
    _, [field] = settled(page("/711", Outcome.REVIEW))

    assert (field.text, field.raw, field.outcome, field.doubts) == ("1711", "7711", Outcome.ACCEPTED, ())


def test_another_doubt_keeps_a_number_in_review(settled):
    other = Doubt(code="second_opinion", message="read as 1712 by another reader")

    _, [field] = settled(page("/711", Outcome.REVIEW, (other,)))

    assert (field.text, field.outcome, field.doubts) == ("1711", Outcome.REVIEW, (other,))


def test_blank_boxes_keep_their_places_and_blank_fields_take_no_part(settled):
    _, [short, blank] = settled(page("_44_", Outcome.REVIEW), page("____", Outcome.BLANK))

    assert (short.text, short.value, short.outcome) == ("_44_", "44", Outcome.ACCEPTED)
    assert (blank.text, blank.outcome, blank.doubts) == ("____", Outcome.BLANK, ())


def test_a_job_whose_roster_is_gone_ends_as_it_was_read(settled):
    forms = Forms()
    forms.students = None

    _, fields = settled(page("2222"), page("2222"), forms=forms)

    assert [field.outcome for field in fields] == [Outcome.ACCEPTED] * 2


def test_a_job_that_cannot_be_matched_ends_as_it_was_read(settled, caplog):
    class Broken(Forms):
        def roster(self, ref, file):
            raise ZeroDivisionError

    _, fields = settled(page("2222"), page("2222"), forms=Broken())

    assert [field.outcome for field in fields] == [Outcome.ACCEPTED] * 2


def test_pages_that_are_read_later_are_matched_with_all_the_others(ledger, settled):
    failure = PageFailure(code="no_marks", message="no marks")
    job_id, before = settled(page("1/11", Outcome.REVIEW, ()), failure)
    ledger.retry_failed(job_id)
    [message] = ledger.hand_out(window=1)
    [claim] = ledger.claim(message, worker="w1", lease_s=60)
    ledger.commit({claim: {2: page("1111")}}, model_version="m1", to_match=[claim])

    settle_one(ledger, Forms(), Models())
    after = [row.result.fields[0] for row in ledger.pages(job_id)]

    assert [(field.text, field.outcome) for field in before] == [("1711", Outcome.REVIEW)]
    assert [(field.text, field.outcome) for field in after] == [
        ("1711", Outcome.ACCEPTED),
        ("1111", Outcome.ACCEPTED),
    ]
    assert not settle_one(ledger, Forms(), Models())
