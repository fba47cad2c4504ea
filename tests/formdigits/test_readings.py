"""Readings as they are stored."""

import json

from formdigits.readings import Change, FieldReading, Outcome

CHANGE = Change(box=2, read="3", taken="8", constraint="check_digit")
CHANGED = FieldReading(
    name="a", text="18", outcome=Outcome.REVIEW, confidence=0.9, cells=(), polygon_px=(), raw="13", changes=(CHANGE,)
)


def test_a_change_is_stored_beside_what_the_network_alone_reads():
    stored = CHANGED.model_dump_json()

    assert FieldReading.model_validate_json(stored) == CHANGED


def test_what_was_stored_before_there_were_changes_is_still_read():
    stored = json.loads(CHANGED.model_dump_json())
    del stored["raw"], stored["changes"]

    field = FieldReading.model_validate(stored)

    assert (field.raw, field.changes) == (None, ())
