"""Another reader may doubt what is accepted, and nothing else."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from formdigits.errors import NotInstalled
from formdigits.form_template import parse_form
from formdigits.readings import Outcome
from formdigits.settings import Settings
from submit_ui import stack
from tests.fakes import FakeClassifier, probabilities
from worker.decision import BLANK_CELL, decide, read_cells
from worker.page_cutting import CutField
from worker.second_opinion import asked, second_reader

FORM = parse_form(
    """
format: forms/1
id: strip
version: 1
title: Strip
size: {width: 100, height: 20}
registration: {method: none}
fields:
  - {name: number, boxes: {origin: [5, 5], size: [8, 10], pitch: 9, count: 3}}
""",
    "strip.yaml",
)
CROP = np.ones((28, 28, 1), np.float32)


@dataclass
class Other:
    """Reads the same few digits always, and keeps what it was asked."""

    reads: str = ""
    asked: list[tuple[int, str]] = field(default_factory=list)
    name: str = "Other"

    def disagrees(self, crops, text):
        self.asked.append((len(crops), text))
        return None if text == self.reads else self.reads


def read(cells):
    """A field as it was cut, and as it was decided; of each cell its digit and how sure it is, or None."""
    inked = [probabilities(digit, top) for digit, top in filter(None, cells)]
    read_so_far = iter(read_cells(np.array(inked)))
    readings = [next(read_so_far) if cell else BLANK_CELL for cell in cells]
    [form_field] = FORM.fields
    reading = decide(form_field, readings, max_error=0.01, thresholds=FakeClassifier(), polygon_px=())
    return CutField(form_field, [CROP if cell else None for cell in cells], ()), reading


SURE = [(1, 0.9999), (2, 0.9999), (3, 0.9999)]
UNSURE = [(1, 0.9999), (2, 0.6), (3, 0.9999)]


def test_what_both_read_is_accepted():
    cut, reading = read(SURE)

    [found] = asked(Other("123"), [cut], [reading])

    assert found == reading
    assert found.outcome is Outcome.ACCEPTED


def test_where_the_readers_differ_a_person_looks_and_the_reading_stays():
    cut, reading = read(SURE)

    [found] = asked(Other("128"), [cut], [reading])

    assert (found.outcome, found.text, found.value) == (Outcome.REVIEW, "123", "123")
    assert [(doubt.code, doubt.message) for doubt in found.doubts] == [("second_opinion", "Other reads 128")]


def test_what_goes_to_review_anyway_is_not_read_again():
    other = Other("128")
    cut, reading = read(UNSURE)

    [found] = asked(other, [cut], [reading])

    assert found == reading
    assert other.asked == []


def test_the_other_reader_is_shown_the_digits_alone_and_no_blank_boxes():
    other = Other("7")

    asked(other, *zip(read([(1, 0.9999), (2, 0.9999), None]), strict=True))

    assert other.asked == [(2, "12")]


def test_nobody_is_asked_unless_a_setting_says_so(tmp_path):
    assert second_reader(Settings(data_dir=tmp_path)) is None


@pytest.mark.parametrize("start", [second_reader, stack.prepare])
def test_a_reader_that_is_not_installed_is_named_at_the_start(start, tmp_path, monkeypatch):
    settings = Settings(data_dir=tmp_path / "data", second_opinion="rapidocr")
    monkeypatch.setattr("importlib.metadata.MetadataPathFinder.find_distributions", lambda *_: iter(()))

    with pytest.raises(NotInstalled, match="pip install"):
        start(settings)

    assert not settings.data.exists()
