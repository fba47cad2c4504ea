"""A printed page, filled in, from the scan to its values and doubts."""

import cv2
import pytest

from formdigits.form_template import FormShelf
from formdigits.messages import Chunk, PageRef
from formdigits.readings import Outcome
from tests.drawing import cell_of, draw_seven, print_page
from tests.fakes import FakeClassifier, FakeScans
from worker.reading import read_chunks

SHELF = FormShelf([])
EXAM = SHELF.get("exam-cover")
GOOD = {
    "student_number": "20260118",
    "exam_date": "16022026",
    "question_1": "_75",
    "question_2": "120",
    "question_3": "___",
    "question_4": "200",
    "total": "395",
}


@pytest.fixture(scope="module")
def read_exam():
    def read(**changes):
        """The fields of a sheet with these answers, by name."""
        answers = GOOD | changes
        page = print_page(EXAM)
        for name, answer in answers.items():
            for number, character in enumerate(answer):
                if character != "_":
                    draw_seven(page, cell_of(name, number, EXAM))
        network = FakeClassifier(digits="".join(answers.values()).replace("_", ""), top=0.99999)
        scans = FakeScans({"/exam.png": cv2.imencode(".png", page)[1].tobytes()})
        chunk = Chunk(
            job_id="j", chunk_id=1, form=EXAM.ref, max_error=0.01, pages=(PageRef(number=1, path="/exam.png"),)
        )
        reading = read_chunks([chunk], forms=SHELF, scans=scans, classifier=network)[1][1]
        return {field.name: field for field in reading.fields}

    return read


def test_a_sheet_that_keeps_its_rules_is_accepted_with_its_values(read_exam):
    fields = read_exam()

    assert {name: field.text for name, field in fields.items()} == GOOD
    assert {name: field.value for name, field in fields.items()} == {
        "student_number": "20260118",
        "exam_date": "16022026",
        "question_1": "7.5",
        "question_2": "12.0",
        "question_3": "",
        "question_4": "20.0",
        "total": "39.5",
    }
    assert [name for name, field in fields.items() if field.outcome is not Outcome.ACCEPTED] == ["question_3"]
    assert fields["question_3"].outcome is Outcome.BLANK


def test_points_that_do_not_make_their_total_are_looked_at_with_all_that_belongs_to_them(read_exam):
    fields = read_exam(total="385")

    doubted = {name for name, field in fields.items() if [doubt.code for doubt in field.doubts] == ["points"]}
    assert doubted == {"question_1", "question_2", "question_3", "question_4", "total"}
    assert {name for name, field in fields.items() if field.outcome is Outcome.REVIEW} == doubted
    assert fields["total"].value == "38.5"


def test_a_wrong_digit_in_a_number_and_a_day_that_is_not_are_looked_at(read_exam):
    fields = read_exam(student_number="20260178", exam_date="30022026")

    reasons = {name: field.doubts[0].code for name, field in fields.items() if field.outcome is Outcome.REVIEW}
    assert reasons == {"student_number": "check_digit", "exam_date": "date"}
