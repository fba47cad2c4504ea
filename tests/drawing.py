"""Drawn pages for tests: a small form, printed at 200 dpi, that strokes can be written on by millimetres."""

from functools import cache

import cv2
import numpy as np
import pypdfium2

from formdigits.arrays import GreyPage
from formdigits.form_template import FormTemplate, parse_form
from formdigits.geometry import Box, to_scan_px
from submit_ui.form_print import print_form

CARD_YAML = """\
format: forms/1
id: test-card
version: 1
title: A card
size: {width: 148, height: 105}
registration:
  method: aruco
  marks:
    - {id: 0, at: [12, 12]}
    - {id: 1, at: [136, 12]}
    - {id: 2, at: [136, 93]}
    - {id: 3, at: [12, 93]}
identity: {kind: qr, region: [104, 24, 22, 22]}
fields:
  - name: reading
    boxes: {origin: [24, 30], size: [8, 10], pitch: 9.5, count: 4}
  - name: account
    boxes: {origin: [24, 60], size: [8, 10], pitch: 9.5, count: 6}
"""
CARD = parse_form(CARD_YAML, "card.yaml")
PX_PER_MM = 200 / 25.4
DARK = 40
"""Grey of a pen."""


def another_card(**changes: str) -> FormTemplate:
    """The card with parts of its YAML replaced: `another_card(id="other")`."""
    lines = CARD_YAML.splitlines()
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
    return parse_form("\n".join(lines), "card.yaml")


def with_page(form: FormTemplate = CARD, **changes: object) -> FormTemplate:
    """The form with something of its one page changed: `with_page(identity=None)`."""
    return form.model_copy(update={"pages": (form.pages[0].model_copy(update=changes),)})


@cache
def _printed(form: FormTemplate) -> GreyPage:
    document = pypdfium2.PdfDocument(print_form(form))
    page = document[0].render(scale=PX_PER_MM * 25.4 / 72, grayscale=True).to_numpy()
    document.close()
    return page.reshape(page.shape[:2])


def print_page(form: FormTemplate = CARD) -> GreyPage:
    """The printed form, to write on."""
    return _printed(form).copy()


def cell_of(name: str, number: int, form: FormTemplate = CARD) -> Box:
    """A box of a field, counted from 0."""
    return next(field for field in form.fields if field.name == name).cells[number]


def draw_stroke(page: GreyPage, *points_mm: tuple[float, float], pen_mm: float = 0.7, grey: int = DARK) -> None:
    """Draw a pen stroke through points on the form."""
    points = np.round(np.array(points_mm) * PX_PER_MM).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(page, [points], isClosed=False, color=(grey,), thickness=max(1, round(pen_mm * PX_PER_MM)))


def draw_seven(page: GreyPage, cell: Box, grey: int = DARK) -> None:
    """Write a 7 into a box."""
    draw_stroke(
        page,
        (cell.x + 2, cell.y + 2),
        (cell.right - 2, cell.y + 2),
        (cell.x + 3, cell.bottom - 2),
        grey=grey,
    )


def blot(page: GreyPage, box: Box, grey: int = 255) -> None:
    """Cover a part of the page."""
    left, top = (round(length * PX_PER_MM) for length in (box.x, box.y))
    right, bottom = (round(length * PX_PER_MM) for length in (box.right, box.bottom))
    page[top:bottom, left:right] = grey


def homography_of(*, turn_deg: float, stretch: float, shear: float, perspective: float, px_per_mm: float) -> np.ndarray:
    """Millimetres of the card to pixels, its middle in the middle of a scan of 180 x 180 mm."""
    turn = np.deg2rad(turn_deg)
    rotation = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    bend = np.array([[stretch, shear, 0], [0, 1, 0], [perspective, perspective / 2, 1]])
    middle = np.array([[1, 0, -CARD.pages[0].size.width / 2], [0, 1, -CARD.pages[0].size.height / 2], [0, 0, 1]])
    scan = np.array([[px_per_mm, 0, 90 * px_per_mm], [0, px_per_mm, 90 * px_per_mm], [0, 0, 1]])
    return scan @ rotation @ bend @ middle


def lay(page: GreyPage, homography: np.ndarray, size: tuple[int, int]) -> GreyPage:
    """Put the printed page into a scan of (width, height), where a homography takes its millimetres."""
    to_mm = np.array([[1 / PX_PER_MM, 0, 0.5 / PX_PER_MM], [0, 1 / PX_PER_MM, 0.5 / PX_PER_MM], [0, 0, 1]])
    return cv2.warpPerspective(page, homography @ to_mm, size, flags=cv2.INTER_LINEAR, borderValue=(230,))


def field_corners_px(form: FormTemplate, homography: np.ndarray) -> np.ndarray:
    """Where the corners of all fields come to lie, shape (n, 2)."""
    return np.concatenate([to_scan_px(field.box.corners, homography) for field in form.fields])
