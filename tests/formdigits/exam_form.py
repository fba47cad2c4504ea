"""A form with every kind of field as text, and what is said of it when a part is replaced."""

import pytest

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import check_form, parse_form

FORM = """\
id: exam
version: 1
title: An exam
size: {width: 210, height: 297}
registration:
  method: aruco
  marks: [{id: 0, at: [14, 14]}, {id: 1, at: [196, 14]}, {id: 2, at: [196, 283]}, {id: 3, at: [14, 283]}]
identity: {kind: qr, region: [164, 24, 24, 24]}
ignore:
  - [20, 240, 40, 20]
fields:
  - name: student
    boxes: {origin: [24, 40], size: [8, 10], pitch: 10, count: 8}
    constraints: {check_digit: luhn}
  - name: points
    boxes: {origin: [24, 60], size: [8, 10], pitch: 10, count: 3}
    decimals: 1
    constraints: {range: [0, 50]}
  - name: bonus
    area: [24, 80, 40, 10]
    length: 2
  - name: group
    kind: mark
    boxes: {origin: [24, 100], size: [5, 5], pitch: 8, count: 2}
    values: [a, b]
  - name: signature
    kind: image
    area: [24, 120, 60, 20]
rules:
  - {id: enough, expr: points >= bonus}
"""
PLAIN = "constraints: {check_digit: luhn}"
TICKS = "{origin: [24, 100], size: [5, 5], pitch: 8, count: 2}"
TWO = "length: 2"
OTHERS = ("method: aruco", "method: squares")
"""A form that we do not print: its boxes are as they are."""


def complaint_about(old, new, form=FORM):
    """What is said of the form when a part of it is replaced."""
    assert old in form
    with pytest.raises(FormTemplateInvalid) as caught:
        parse_form(form.replace(old, new), "exam.yaml")
    return str(caught.value)


def warnings_about(*changes):
    """What is told of a form that can be used, when parts of it are replaced."""
    text = FORM
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return check_form(text, "exam.yaml")[1]
