"""The bench of forms counts rightly, and goes on where it was broken off."""

import json

import numpy as np
import pytest

from bench.forms.designs import SHARES, design, stranger_of
from bench.forms.figures import figures
from bench.forms.pages import FORMS, STRANGE, draw
from bench.forms.report import report
from bench.forms.run import Plan, read_lines
from formdigits.geometry import to_scan_px
from formdigits.scan import decode

EFFECTS = {"flatbed": 1.0, "dpi": 300.0, "skew": 0.5}


def field(truth, text, outcome="accepted"):
    return {"name": "a", "free": False, "truth": truth, "text": text, "outcome": outcome, "confidence": 0.99}


def page(number, *fields, error=None, off_mm=0.01, of=FORMS):
    facts = {"set": of, "number": number, "design": "separate", "effects": EFFECTS, "error": error}
    if of == STRANGE:
        return facts | {"effects": EFFECTS | {"stranger: text": 1.0}}
    if error:
        return facts
    return facts | {"residual_mm": 0.02, "off_mm": off_mm, "worst_mm": 2 * off_mm, "fields": list(fields)}


def test_figures_count_what_was_read_beside_what_was_written():
    pages = [
        page(0, field("12345678", "12345678"), field("12345678", "12345679")),
        page(1, field("1234567_", "1234567_"), field("12345678", "1234567_", "review"), off_mm=0.7),
        page(2, error="no_marks"),
        page(0, of=STRANGE, error="no_marks"),
        page(1, of=STRANGE),
    ]

    found = figures(pages)

    assert found["registration"] | {"pages": 3, "passed": 2, "misplaced": 1} == found["registration"]
    assert found["registration"]["errors"] == {"no_marks": 1}
    assert found["strangers"]["false passes"] == 1
    assert found["strangers"]["of"] == {"text as separate": 1}
    whole = {"n": 3, "right": 1, "accepted": 2, "wrong among accepted": 1, "digits": 24, "digits right": 22}
    assert found["fields of 8 boxes"] == whole
    assert found["blank boxes"] == {"blank": 1, "blank as blank": 1, "inked": 31, "inked as blank": 1}


def test_the_report_says_of_every_target_whether_it_is_met():
    text = report(figures([page(n, field("12345678", "12345678")) for n in range(20)]))

    assert "| pages registered, of 20 | 100.00% | at least 99.5 % | yes |" in text
    assert "| fields of 8 boxes, whole and right, none rejected, of 20 | 100.00% | at least 97% | yes |" in text
    assert "| flatbed | 20 | 0 |" in text


def test_a_run_that_was_cut_in_the_middle_of_a_line_keeps_the_lines_before(tmp_path):
    plan = Plan(seed=1, n_forms=2, n_strangers=0, designs=("separate",), folder=tmp_path, n_processes=1)
    plan.file.write_text(json.dumps(page(0)) + "\n" + json.dumps(page(1))[:30])

    lines = list(read_lines(plan.file))

    assert [line["number"] for line in lines] == [0]


@pytest.mark.parametrize("number", range(4))
def test_a_page_is_drawn_the_same_every_time_with_its_truth(number):
    one, again = (draw(FORMS, number, 7, ("separate", "letter")) for _ in range(2))

    assert one.data == again.data
    assert one.truth == again.truth
    assert one.truth.keys() == {field.name for field in one.form.fields}
    height, width = decode(one.data).shape
    corners = np.concatenate([to_scan_px(field.box.corners, one.sheet.homography) for field in one.form.fields])
    assert (corners >= 0).all()
    assert (corners <= (width, height)).all()


@pytest.mark.parametrize("number", range(8))
def test_a_stranger_has_no_truth_and_says_what_it_is(number):
    stranger = draw(STRANGE, number, 7, ("separate",))

    assert not stranger.truth
    assert sum(name.startswith("stranger: ") for name in stranger.sheet.effects) == 1
    assert decode(stranger.data).size


@pytest.mark.parametrize("name", SHARES)
def test_every_design_is_a_valid_form_and_its_strangers_are_others(name):
    others = [stranger_of(name, kind) for kind in ("other", "without code", "next version")]

    assert design(name).ref not in {other.ref for other in others}
