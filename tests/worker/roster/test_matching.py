"""The best matching is the best, and it is as sure as a comparison with every other one says."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.roster import matching
from worker.roster.evidence import Candidates
from worker.roster.margins import margins_of
from worker.roster.matching import match

WEIGHTS = st.one_of(st.none(), st.floats(0.01, 12).map(lambda weight: round(weight, 3)))
TABLES = st.integers(1, 4).flatmap(
    lambda n_lines: st.lists(st.lists(WEIGHTS, min_size=n_lines, max_size=n_lines), min_size=1, max_size=4)
)


def candidates(weights, rest=-np.inf, unlike=0.0):
    """A page that could have the lines that have a weight."""
    lines = sorted((line for line, weight in enumerate(weights) if weight), key=lambda line: -weights[line])
    return Candidates(np.array(lines, int), np.array([weights[line] for line in lines]), rest, unlike)


def every_matching(table):
    """Each way to give the lines out, with its weight."""
    choices = [[None, *[line for line, weight in enumerate(weights) if weight]] for weights in table]
    for lines in product(*choices):
        had = [line for line in lines if line is not None]
        if len(had) == len(set(had)):
            weight = sum(table[page][line] for page, line in enumerate(lines) if line is not None)
            yield lines, weight


@given(TABLES)
def test_no_other_matching_is_likelier(table):
    found = match([candidates(weights) for weights in table])

    lines = [one.line for one in found]
    had = [line for line in lines if line is not None]
    weight = sum(table[page][line] for page, line in enumerate(lines) if line is not None)
    assert len(had) == len(set(had))
    assert weight >= max(weight for _, weight in every_matching(table)) - 1e-9


@given(TABLES)
def test_the_margins_are_those_of_the_best_matching_in_which_a_page_has_something_else(table):
    costs = np.array([[-weight if weight else np.inf for weight in weights] for weights in table])
    best, top = max(every_matching(table), key=lambda one: one[1])
    owned = np.array([-1 if line is None else line for line in best])

    margins = margins_of(costs, owned)

    for page, line in np.argwhere(np.isfinite(costs)):
        with_it = max(weight for lines, weight in every_matching(table) if lines[page] == line)
        assert np.isclose(margins.of_line[page, line], top - with_it, atol=1e-9)
    for page in range(len(table)):
        without = max(weight for lines, weight in every_matching(table) if lines[page] is None)
        assert np.isclose(margins.of_none[page], top - without, atol=1e-9)


def test_a_page_that_could_be_two_is_the_one_that_nobody_else_is():
    unsure, sure = candidates([8.0, 7.9]), candidates([9.0, None])

    found = match([unsure, sure])

    assert [one.line for one in found] == [1, 0]
    assert found[0].chance > 0.99
    assert found[0].rivals == (1,)


@pytest.mark.parametrize("unlike", [0.0, -20.0])
def test_two_pages_with_one_number_are_each_as_likely_to_be_wrong_however_sure_its_digits_are(unlike):
    found = match([candidates([9.0], unlike=unlike), candidates([9.0], unlike=unlike)])

    assert sorted([one.line for one in found], key=str) == [0, None]
    assert {round(one.chance, 3) for one in found} == {0.5}
    assert [one.rivals for one in found] == [(1,), (0,)]


def test_what_a_page_could_be_beside_its_candidates_makes_it_less_sure():
    sure, unsure = match([candidates([9.0])])[0], match([candidates([9.0], rest=9.0)])[0]

    assert sure.chance > 0.999
    assert unsure.chance < 0.5


@settings(max_examples=30)
@given(TABLES, st.integers(1, 9))
def test_pages_that_are_too_many_are_taken_apart_and_no_line_is_given_out_twice(table, most):
    pages = [candidates(weights, rest=-5.0, unlike=-1.0) for weights in table]
    before, matching.MOST_CELLS = matching.MOST_CELLS, most
    try:
        found = match(pages)
    finally:
        matching.MOST_CELLS = before

    had = [one.line for one in found if one.line is not None]
    assert len(had) == len(set(had))
    assert all(0 < one.chance <= 1 for one in found)
