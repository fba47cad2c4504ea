"""Which effects come together: a sheet is scanned, fed, photographed, copied or faxed.  Start here."""

from collections.abc import Callable

import numpy as np

from formdigits.form_template import FormPage
from samples.simulator import files, paper, sensor
from samples.simulator.laying import A4, DESK, LETTER, PERSPECTIVE, SCALE, SHEAR, SKEW_DEG, STRETCH, Lie, lay
from samples.simulator.sheet import Sheet

Effect = Callable[[Sheet, np.random.Generator], None]

KINDS = {"flatbed": 0.35, "feeder": 0.25, "phone": 0.14, "photocopy": 0.11, "fax": 0.15}
"""How a sheet becomes a scan, and the share of each."""
DPI = {
    "flatbed": {100: 0.12, 150: 0.2, 200: 0.26, 300: 0.34, 400: 0.04, 600: 0.04},
    "feeder": {150: 0.2, 200: 0.4, 300: 0.4},
    "phone": {150: 0.4, 200: 0.35, 250: 0.25},
    "photocopy": {150: 0.2, 200: 0.4, 300: 0.4},
    "fax": {200: 0.6, 300: 0.4},
}
BEFORE: dict[str, tuple[tuple[Effect, float], ...]] = {
    "any": (
        (paper.coloured_paper, 0.1),
        (paper.grey_paper, 0.12),
        (paper.bleed_through, 0.12),
        (paper.fold, 0.12),
        (paper.staple, 0.08),
        (paper.punched_holes, 0.1),
    ),
    "photocopy": ((paper.photocopy, 1.0),),
}
"""What happens to the paper, each with how often; `any` comes first, whatever the kind."""
AFTER: dict[str, tuple[tuple[Effect, float], ...]] = {
    "any": ((sensor.gradient, 0.3), (sensor.blur, 0.6), (sensor.noise, 0.7)),
    "feeder": ((sensor.streak, 0.2), (sensor.black_edges, 0.3)),
    "phone": ((sensor.shadow, 0.5),),
    "photocopy": ((sensor.black_edges, 0.3),),
    "fax": ((sensor.streak, 0.15), (sensor.black_edges, 0.3)),
}
FINEST = 600
"""At this resolution the glass is never larger than the paper: such a scan would have more pixels than are read."""
MARK_LOST = 0.06
GREY = 0.4
OTHER_PAPER = 0.08
PNG = 0.08
DITHERED = 0.3
"""Of the faxes; the others go through a threshold."""


def draw_kind(rng: np.random.Generator) -> str:
    """Any way in which a sheet becomes a scan."""
    return str(rng.choice(list(KINDS), p=list(KINDS.values())))


def draw_lie(kind: str, form: FormPage, rng: np.random.Generator) -> Lie:
    """Any way in which a sheet may lie."""
    shares = DPI[kind]
    dpi = int(rng.choice(list(shares), p=list(shares.values())))
    turn = int(rng.choice([0, 90, 180, 270], p=[0.7, 0.1, 0.1, 0.1]))
    # Most sheets lie nearly straight, some do not; a phone never holds quite straight.
    askew = kind == "phone" or (dpi < FINEST and rng.random() < 0.25)
    skew = rng.uniform(-SKEW_DEG, SKEW_DEG) if askew else rng.uniform(-2, 2)
    lie = Lie(dpi, turn, float(skew))
    if kind == "phone":
        return lie._replace(perspective=PERSPECTIVE, background=DESK)
    lie = lie._replace(stretch=float(rng.uniform(-STRETCH, STRETCH)), shear=float(rng.uniform(-SHEAR, SHEAR)))
    lot = rng.random()
    if lot < OTHER_PAPER and (form.size.width, form.size.height) in (A4, LETTER):
        return lie._replace(paper=LETTER if (form.size.width, form.size.height) == A4 else A4)
    largest = SCALE[1] if dpi < FINEST else 1.0
    return lie._replace(scale=float(rng.uniform(SCALE[0], largest))) if lot > 0.7 else lie


def capture(sheet: Sheet, page: FormPage, kind: str, rng: np.random.Generator) -> bytes:
    """Take a filled sheet to the bytes of a scan.

    The sheet is changed: its picture is the scan, its homography leads to the scan's pixels, its effects say what
    happened.
    """
    sheet.note(kind)
    happen(sheet, (*BEFORE["any"], *BEFORE.get(kind, ())), rng)
    if page.registration.marks and kind != "phone" and "staple" not in sheet.effects and rng.random() < MARK_LOST:
        paper.lose_mark(sheet, page, rng)
    if kind == "fax" or rng.random() < GREY:
        sheet.make_grey()
    lay(sheet, draw_lie(kind, page, rng), rng)
    happen(sheet, (*AFTER["any"], *AFTER.get(kind, ())), rng)
    return save(sheet, kind, rng)


def happen(sheet: Sheet, effects: tuple[tuple[Effect, float], ...], rng: np.random.Generator) -> None:
    """Let each effect happen or not."""
    for effect, share in effects:
        if rng.random() < share:
            effect(sheet, rng)


def save(sheet: Sheet, kind: str, rng: np.random.Generator) -> bytes:
    """Keep it as this kind of scan is kept."""
    if kind == "fax":
        (files.dither if rng.random() < DITHERED else files.threshold)(sheet, rng)
        return files.save_tiff(sheet, rng)
    return files.save_png(sheet, rng) if rng.random() < PNG else files.save_jpeg(sheet, rng)
