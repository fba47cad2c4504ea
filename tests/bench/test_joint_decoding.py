"""The bench of joint decoding draws what keeps its constraints, now and then written wrong, and counts rightly."""

import numpy as np
import pytest

from bench.joint_decoding.kinds import kinds
from bench.joint_decoding.pages import Page, draw_pages, written
from bench.joint_decoding.reading import ReadPage, read_pages
from bench.joint_decoding.tables import Run, row_of_confidences, rows
from formdigits.constraints import judge_field, judge_page
from formdigits.readings import Outcome
from tests.fakes import FakeClassifier, probabilities
from worker.decision import read_cells

KINDS = {kind.name: kind for kind in kinds(np.random.default_rng(3))}
SUM = "rule, two numbers and their sum"


def cells_of(text, top=0.9999):
    return tuple(read_cells(np.array([probabilities(int(digit), top) for digit in text])))


def read(kind, *pages, max_error=0.01):
    """Pages as they are read with the constraint of their kind."""
    return read_pages(kind.form, pages, max_error, FakeClassifier(), kind.roster)


def sum_of(*texts, seen=None, top=0.9999):
    """A page of two numbers and their sum, as it is written and as it is seen."""
    return Page(texts, tuple(cells_of(text, top) for text in seen or texts))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_right_keeps_the_constraints_and_rules_of_its_kind(name):
    kind, rng = KINDS[name], np.random.default_rng(5)

    drawn = [kind.draw(rng) for _ in range(30)]

    judged = [
        [judge_field(field, text, kind.roster) for field, text in zip(kind.fields, texts, strict=True)]
        for texts in drawn
    ]
    assert not [doubt for page in judged for _, doubts in page for doubt in doubts]
    values = [dict(zip([f.name for f in kind.fields], [v for v, _ in page], strict=True)) for page in judged]
    assert not [doubts for one in values for doubts in judge_page(kind.form, one).values()]


def test_one_page_in_a_hundred_has_one_wrong_field_half_of_these_by_one_digit():
    right, rng = ("12345678", "87654321"), np.random.default_rng(1)

    pages = [written(right, rng) for _ in range(40_000)]

    wrong = [[(a, b) for a, b in zip(right, page, strict=True) if a != b] for page in pages if page != right]
    slips = [sum(x != y for x, y in zip(*page[0], strict=True)) == 1 for page in wrong]
    assert {len(page) for page in wrong} == {1}
    assert 0.008 < len(wrong) / len(pages) < 0.012
    assert 0.4 < np.mean(slips) < 0.6


def test_the_digits_of_a_page_are_those_of_one_scan():
    kind, rng = KINDS[SUM], np.random.default_rng(1)
    scans = [{d: list(cells_of(d, top)) for d in "0123456789"} for top in (0.91, 0.92, 0.93)]

    pages = draw_pages(kind, scans, 9, rng)

    tops = [{round(cell.confidence, 4) for cells in page.cells for cell in cells} for page in pages]
    assert tops == [{0.91}, {0.92}, {0.93}] * 3
    assert all(
        cell.character == sign for p in pages for t, c in zip(*p, strict=True) for cell, sign in zip(c, t, strict=True)
    )


def test_a_box_that_stays_blank_is_read_as_blank():
    kind, rng = KINDS["rule, four points and their sum"], np.random.default_rng(1)
    scans = [{d: list(cells_of(d)) for d in "0123456789"}]

    found = read(kind, *draw_pages(kind, scans, 20, rng))

    assert any("_" in text for page in found for text in page.texts)
    assert all(field.text == text for page in found for text, field in zip(page.texts, page.fields, strict=True))
    assert all(field.outcome is Outcome.ACCEPTED for page in found for field in page.fields)


def test_without_it_a_field_has_no_constraint_and_a_page_no_rule():
    luhn, points = KINDS["check digit, luhn"], KINDS["rule, four points and their sum"]

    assert not luhn.bare_form.fields[0].constraints.model_fields_set
    assert points.bare_form.fields == points.fields
    assert points.bare_form.rules == ()


def test_a_page_is_accepted_where_all_its_fields_are_and_wrong_where_one_is():
    kind = KINDS[SUM]
    pages = [
        sum_of("1234", "1111", "02345"),
        sum_of("1234", "1111", "02345", seen=("1235", "1111", "02346")),  # misread so that it fits
        sum_of("1234", "1111", "02346", top=0.999999),  # added up wrongly
    ]
    without = read_pages(kind.bare_form, pages, 0.01, FakeClassifier())

    lines = list(rows(Run(kind, 0.01, without, read(kind, *pages))))

    assert lines == [
        "| rule, two numbers and their sum | 1.0 % | 100.0 % | 2 of 9 | 66.7 % | 2 of 6 | 0, 0 wrong |",
        "| rule, two numbers and their sum: whole pages | 1.0 % | 100.0 % | 1 of 3 | 66.7 % | 1 of 2 | 0, 0 wrong |",
    ]


def test_what_a_constraint_changed_is_counted_among_the_accepted_alone():
    kind = KINDS["check digit, luhn"]
    page = Page(("00000000",), (cells_of("0000000") + torn_between(5, 0),))
    found = read(kind, page)[0]
    accepted = found._replace(fields=(found.fields[0].model_copy(update={"outcome": Outcome.ACCEPTED}),))
    misread = accepted._replace(texts=("00000005",))
    in_review = found._replace(
        texts=("00000005",), fields=(found.fields[0].model_copy(update={"outcome": Outcome.REVIEW}),)
    )

    (line,) = rows(Run(kind, 0.01, [found], [accepted, misread, in_review]))

    assert found.fields[0].changes
    assert line.endswith("| 66.7 % | 1 of 2 | 2, 1 wrong |")


def torn_between(first, second):
    row = probabilities(first, 0.9999)
    row[[first, second]] = 0.6, 0.3999
    return tuple(read_cells(row[None]))


def test_confidences_say_how_many_of_the_accepted_should_be_wrong():
    kind = KINDS["check digit, luhn"]
    found = read(kind, *[Page(("00000000",), (cells_of("00000000"),))] * 4)
    half_sure = [page.fields[0].model_copy(update={"confidence": 0.5}) for page in found]

    line = row_of_confidences(Run(kind, 0.01, found, [ReadPage(("00000000",), (one,), 2e-6) for one in half_sure]))

    assert line == "| check digit, luhn | 1.0 % | 4 | 0 | 2.0 | 2 |"
