"""Fields that are decided from what a network says of their boxes, for tests of decisions."""

from formdigits.form_template import Boxes, Field
from tests.fakes import FakeClassifier, probabilities
from worker.decision import BLANK_CELL, decide, read_cells

SURE = probabilities(9)
CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def field_of(count, **rules):
    return Field(name="field", boxes=Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=count), **rules)


def torn(first, second, share=0.6):
    """A box that is one of two digits, the first with this share."""
    row = probabilities(first, 0.9999)
    row[[first, second]] = 0.9999 * share, 0.9999 * (1 - share)
    return row


def decided(*cells, max_error=0.001, max_error_of_field=None, **rules):
    rules["max_error"] = max_error_of_field
    read = [BLANK_CELL if cell is None else read_cells(cell[None])[0] for cell in cells]
    return decide(
        field_of(len(cells), **rules), read, max_error=max_error, thresholds=FakeClassifier(), polygon_px=CORNERS
    )
