"""What happens to paper before it is scanned: its colour, what shines through, folds, staples, holes, photocopies."""

import cv2
import numpy as np

from formdigits.form_template import FormPage
from formdigits.geometry import Box
from samples.scanner import Picture
from samples.simulator.sheet import Sheet

TINTS = {"yellow": (252, 242, 190), "pink": (250, 216, 222), "green": (214, 240, 214), "blue": (208, 226, 246)}
GREY_PAPER = (185, 228)
"""Level of recycled paper, 0 is black."""
BLEED = (0.05, 0.16)
"""How much of the other side's darkness shows."""
FOLD = (0.06, 0.22)
"""How much darker a fold is in its middle; it is 1.5 mm wide."""
FOLD_MM = 1.5
STAPLE_MM = (8.0, 12.0)
HOLE_MM, HOLE_FROM_EDGE_MM, HOLES_APART_MM = 6.0, 12.0, 80.0
"""ISO 838: two holes of 6 mm, 80 mm apart, 12 mm from the edge."""
COPY_GAMMA = (1.3, 2.2)
"""How a photocopier darkens what is grey."""
COPY_SPECKS = 400
"""Most specks of toner on a page, of 0.1 to 0.3 mm."""
COVER_MARGIN_MM = 2.0


def coloured_paper(sheet: Sheet, rng: np.random.Generator) -> None:
    """Print on yellow, pink, green or blue paper."""
    name = str(rng.choice(list(TINTS)))
    multiply(sheet, TINTS[name])
    sheet.note(f"paper: {name}")


def grey_paper(sheet: Sheet, rng: np.random.Generator) -> None:
    """Print on recycled paper, with its clouds."""
    level = rng.uniform(*GREY_PAPER)
    clouds = rng.normal(1, 0.012, (40, 30)).astype(np.float32) * np.float32(level)
    height, width = sheet.picture.shape[:2]
    field = cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    shade(sheet, np.clip(field, 0, 255).astype(np.uint8))
    sheet.note("grey paper", level)


def bleed_through(sheet: Sheet, rng: np.random.Generator) -> None:
    """Let the other side shine through: as it was filled in, mirrored, faint and blurred."""
    strength = rng.uniform(*BLEED)
    small = cv2.resize(sheet.picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    other = cv2.GaussianBlur(cv2.flip(small, 1), (0, 0), max(0.4, 0.1 * sheet.px_per_mm))
    other = cv2.resize(255 - other, sheet.picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    sheet.picture = cv2.addWeighted(sheet.picture, 1, other, -strength, 0).astype(np.uint8, copy=False)
    sheet.note("bleed-through", strength)


def fold(sheet: Sheet, rng: np.random.Generator) -> None:
    """Fold the sheet once and open it again: a dark valley from edge to edge, across or down."""
    across = rng.random() < 0.7
    picture = sheet.picture if across else sheet.picture.swapaxes(0, 1)
    half = max(2, round(FOLD_MM * sheet.px_per_mm / 2))
    at = round(rng.uniform(0.25, 0.75) * picture.shape[0])
    depth = rng.uniform(*FOLD)
    valley = 1 - depth * (1 - np.abs(np.arange(-half, half + 1)) / half)
    band = picture[at - half : at + half + 1]
    band[:] = (band * valley.reshape(-1, *[1] * (picture.ndim - 1))).astype(np.uint8)
    sheet.note("fold", depth)


def staple(sheet: Sheet, rng: np.random.Generator) -> None:
    """Staple it near its top left corner: bright metal with a shadow."""
    length, angle = rng.uniform(*STAPLE_MM), np.deg2rad(rng.uniform(-60, 60))
    x, y = rng.uniform(24, 34), rng.uniform(3.5, 6)
    along = length / 2 * np.array([np.cos(angle), np.sin(angle) / 3])
    for shift_mm, colour in ((0.35, (70, 70, 74)), (0.0, (188, 188, 192))):
        ends = sheet.to_px((x - along[0], y - along[1] + shift_mm), (x + along[0], y + along[1] + shift_mm))
        thick = max(1, round(0.6 * sheet.px_per_mm))
        cv2.line(sheet.picture, *ends, sheet.colour(*colour), thick, cv2.LINE_AA)
    sheet.note("staple", length)


def punched_holes(sheet: Sheet, rng: np.random.Generator) -> None:
    """Punch two holes into the left margin; the lid behind them is black, grey or white."""
    lid = int(rng.choice([8, 120, 245]))
    middle = sheet.box.height / 2 + rng.uniform(-3, 3)
    for y in (middle - HOLES_APART_MM / 2, middle + HOLES_APART_MM / 2):
        [at] = sheet.to_px((HOLE_FROM_EDGE_MM + rng.uniform(-1, 1), y))
        radius = round(HOLE_MM / 2 * sheet.px_per_mm)
        cv2.circle(sheet.picture, at, radius, sheet.colour(lid, lid, lid), -1, cv2.LINE_AA)
    sheet.note("holes", lid)


def photocopy(sheet: Sheet, rng: np.random.Generator) -> None:
    """Copy it before it is scanned: no colours, hard contrast, specks of toner."""
    sheet.make_grey()
    gamma = rng.uniform(*COPY_GAMMA)
    levels = 255 * np.clip((np.linspace(0, 1, 256) - 0.06) / 0.88, 0, 1) ** gamma
    soft = cv2.GaussianBlur(sheet.picture, (0, 0), max(0.3, 0.05 * sheet.px_per_mm))
    sheet.picture = cv2.LUT(soft, levels.astype(np.uint8)).astype(np.uint8, copy=False)
    height, width = sheet.picture.shape
    for _ in range(int(rng.integers(COPY_SPECKS))):
        at = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(sheet.picture, at, round(rng.uniform(0.05, 0.15) * sheet.px_per_mm), (int(rng.integers(120)),), -1)
    sheet.note("photocopy", gamma)


def lose_mark(sheet: Sheet, page: FormPage, rng: np.random.Generator) -> None:
    """Lose one corner mark: not printed, under a dark blot, or under a corner that is folded over."""
    marks = page.registration.marks
    box = page.registration.mark_box(marks[int(rng.integers(len(marks)))]).grown(COVER_MARGIN_MM)
    way = str(rng.choice(["not printed", "blot", "dog-ear"]))
    cover(sheet, box, way)
    sheet.note(f"mark lost: {way}")


def cover(sheet: Sheet, box: Box, way: str) -> None:
    """Hide a part of the sheet."""
    (left, top), (right, bottom) = sheet.to_px((box.x, box.y), (box.right, box.bottom))
    paper = np.median(sheet.picture[::50, ::50].reshape(-1, *sheet.picture.shape[2:]), axis=0)
    if way == "not printed":
        sheet.picture[top:bottom, left:right] = paper
    elif way == "blot":
        middle, axes = ((left + right) // 2, (top + bottom) // 2), ((right - left) // 2, (bottom - top) // 2)
        cv2.ellipse(sheet.picture, middle, axes, 0, 0, 360, sheet.colour(45, 40, 40), -1, cv2.LINE_AA)
    else:
        corner = [(x, y) for x in (left, right) for y in (top, bottom)]
        height, width = sheet.picture.shape[:2]
        outer = min(corner, key=lambda at: min(at[0], width - at[0]) + min(at[1], height - at[1]))
        x, y = (0 if outer[0] < width / 2 else width), (0 if outer[1] < height / 2 else height)
        reach = round(1.5 * max(abs(x - left), abs(x - right)) + 1.5 * max(abs(y - top), abs(y - bottom)) / 3)
        triangle = np.array([(x, y), (x + (reach if x == 0 else -reach), y), (x, y + (reach if y == 0 else -reach))])
        cv2.fillPoly(
            sheet.picture, [triangle.astype(np.int32)], [float(value * 0.93) for value in np.atleast_1d(paper)]
        )


def multiply(sheet: Sheet, colour: tuple[int, int, int]) -> None:
    """Lay a colour over all of it."""
    factors = [level / 255 for level in sheet.colour(*colour)]
    channels = [
        cv2.convertScaleAbs(one, alpha=factor) for one, factor in zip(cv2.split(sheet.picture), factors, strict=True)
    ]
    sheet.picture = merged(channels)


def shade(sheet: Sheet, field: Picture) -> None:
    """Multiply every pixel by a field of shape (h, w), 255 being 1."""
    channels = [cv2.multiply(one, field, scale=1 / 255) for one in cv2.split(sheet.picture)]
    sheet.picture = merged(channels)


def merged(channels: list[Picture]) -> Picture:
    """One picture of its channels."""
    picture = channels[0] if len(channels) == 1 else cv2.merge(channels)
    return picture.astype(np.uint8, copy=False)
