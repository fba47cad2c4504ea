"""Which neighbours may be one digit, by their looks and by how many digits there should be."""

import itertools

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.free_field.writing import HEIGHT_PX, PX_PER_MM, TOP_PX, paper
from worker.free_field import segment
from worker.free_field.ways import Step, extra_prices

ONE, LEFT, RIGHT = (
    Step(0, 2, 1.0, is_digit=True),
    Step(0, 1, 4.0, is_digit=True),
    Step(1, 2, 5.0, is_digit=True),
)
"""Two atoms that look more like one digit than like two."""


def test_halves_of_what_looks_like_one_digit_are_good_where_there_should_be_two():
    known = extra_prices([ONE, LEFT, RIGHT], 2, (2, 2))
    unknown = extra_prices([ONE, LEFT, RIGHT], 2, (1, 8))

    np.testing.assert_allclose(known, [0, 0, 0])
    np.testing.assert_allclose(unknown, [0, 8, 8])


def test_where_no_way_has_as_many_digits_as_it_should_all_ways_count():
    np.testing.assert_allclose(extra_prices([ONE, LEFT, RIGHT], 2, (5, 6)), [0, 8, 8])


def test_two_digits_that_look_as_narrow_as_one_are_cut_where_there_should_be_two():
    page = paper()
    for x in (60, 84):
        cv2.ellipse(page, (x, TOP_PX + HEIGHT_PX // 2), (12, HEIGHT_PX // 2), 0, 0, 360, (30,), 6)

    one, two = (segment(page, PX_PER_MM, lengths) for lengths in ((1, 1), (2, 2)))

    assert not any(cut_off(edge) for edge in one.edges)
    assert any(cut_off(edge) for edge in two.edges)


def cut_off(edge):
    return edge.kind == "digit" and edge.look.cuts > 0


N_ATOMS = 4
prices = st.floats(0, 9)
edges = st.builds(
    lambda ends, price, is_digit: Step(*sorted(ends), price, is_digit),
    st.lists(st.integers(0, N_ATOMS), min_size=2, max_size=2, unique=True),
    prices,
    st.booleans(),
)


@given(
    edges=st.lists(edges, max_size=6),
    dirt=st.lists(prices, min_size=N_ATOMS, max_size=N_ATOMS),
    least=st.integers(1, 5),
    more=st.integers(0, 3),
)
def test_a_step_costs_what_the_best_of_all_ways_through_it_costs(edges, dirt, least, more):
    steps = edges + [Step(place, place + 1, price, is_digit=False) for place, price in enumerate(dirt)]
    ways = list(all_ways(steps, 0))
    fitting = [way for way in ways if least <= sum(steps[i].is_digit for i in way) <= least + more]

    extra = extra_prices(steps, N_ATOMS, (least, least + more))

    expected = [min(dearer(steps, group, i) for group in (ways, fitting)) for i in range(len(steps))]
    np.testing.assert_allclose(extra, expected, atol=1e-9)


def all_ways(steps, place):
    """Every way from a place to the right end, as places in the list of steps."""
    if place == N_ATOMS:
        return [()]
    onward = [(i, step.end) for i, step in enumerate(steps) if step.start == place]
    return list(itertools.chain.from_iterable([(i, *way) for way in all_ways(steps, end)] for i, end in onward))


def dearer(steps, ways, through):
    """How much dearer than the best of some ways the best one through a step is."""
    total = {way: sum(steps[i].price for i in way) for way in ways}
    return min((total[way] for way in ways if through in way), default=np.inf) - min(total.values(), default=0.0)
