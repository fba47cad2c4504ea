"""Fields of one layout, which are cut and cleaned together."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from formdigits.form_template.field import Boxes, Field
from formdigits.form_template.page import FormPage, Size
from tests.cutting import cut_page_cells
from tests.drawing import draw_stroke
from worker.field_cut import cut_fields
from worker.registration import Registration

PX_PER_MM = 8.0
PAGE = FormPage(size=Size(width=120, height=80))
LIES = Registration(np.array([[PX_PER_MM, 0, -0.5], [0, PX_PER_MM, -0.5], [0, 0, 1]]), 0.0, 4)


def row_at(top_mm: float, name: str, *, left_mm: float = 10, count: int = 5) -> Field:
    return Field(name=name, boxes=Boxes(origin=(left_mm, top_mm), size=(7, 9), pitch=8.5, count=count))


def noisy_paper(seed: int, noise: float, level: float = 235) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(level, noise, (640, 960)), 0, 255).astype(np.uint8)


def test_fields_of_one_layout_are_one_stack_and_others_another():
    fields = [row_at(10, "upper"), row_at(30, "short", count=3), row_at(50, "lower", left_mm=20)]

    cuts = cut_fields(noisy_paper(0, 0), fields, LIES, PAGE)

    assert [[field.name for field in alike.fields] for alike in cuts] == [["upper", "lower"], ["short"]]
    assert [len(alike.white) for alike in cuts] == [2, 1]


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), noise=st.floats(0, 6))
def test_a_field_is_cut_beside_others_as_it_is_alone(seed, noise):
    fields, page = [row_at(10, "upper"), row_at(50, "lower")], noisy_paper(seed, noise)
    for field in fields:
        draw_stroke(page, (12, field.box.y + 1), (14, field.box.y + 8))

    [together] = cut_fields(page, fields, LIES, PAGE)

    for field, white in zip(fields, together.white, strict=True):
        [alone] = cut_fields(page, [field], LIES, PAGE)
        box = together.boxes[0]
        apart = np.abs(white[box].astype(int) - alone.white[0][box]) > 10
        assert apart.mean() < 0.02


def test_a_stroke_at_a_cuts_edge_does_not_go_on_in_the_next_field():
    fields, page = [row_at(20, "upper"), row_at(50, "lower")], noisy_paper(0, 0)
    draw_stroke(page, (13, 24), (13, 36))  # leaves the upper field far below its box
    draw_stroke(page, (13, 40), (13, 55))  # enters the lower one from above

    upper, lower = cut_page_cells(page, fields, LIES, form_page=PAGE)

    assert (upper[0] < 128).any()
    assert (lower[0] < 128).any()


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16), noise=st.floats(6, 14))
def test_noise_of_paper_is_no_streak(seed, noise):
    [field], page = [row_at(20, "number", count=8)], noisy_paper(seed, noise)
    for box in field.cells:
        draw_stroke(page, (box.x + 2, box.y + 2), (box.x + 5, box.y + 7), grey=20)

    [cells] = cut_page_cells(page, [field], LIES, form_page=PAGE)

    inks = np.array([np.count_nonzero(cell < 140) for cell in cells])
    assert inks.min() > 0.8 * np.median(inks)
