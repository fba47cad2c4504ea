"""Draw filled pages and digit images with their truth.  `python -m samples.draw` draws the shipped ones again."""

import io
import json
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from formdigits.form_template import SINGLE_DIGIT, FormShelf, FormTemplate
from formdigits.geometry import Box
from samples.pen import PENS, TestDigits, load_test_digits, trace, write, write_digit
from samples.scanner import Picture, simulate
from submit_ui.form_print import print_form

DPI = 200
BLANK_BOX = 0.06
"""Share of boxes that are left empty in a field that is filled in."""
BLANK_FIELD = 0.08
N_PAGES = 12
N_DIGITS = 50
UPSIDE_DOWN = 7
"""The page of the shipped samples that was put in the wrong way."""

Truth = dict[str, str | dict[str, dict[str, str]]]
"""`{"form": ref, "pages": {file name: {field: one character a box, "_" where it is blank}}}`."""


def fill_pages(folder: Path, form: FormTemplate, n: int, seed: int) -> Truth:
    """Draw filled and scanned pages of a form into a folder, and `truth.json` beside them.

    The same seed gives the same pages.  Files are JPEG for the most part, some PNG and TIFF.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digits, blank_form = load_test_digits(), render(form)
    pages = {}
    for number in range(1, n + 1):
        rng = np.random.default_rng([seed, number])
        page = blank_form.copy()
        truth = fill(page, form, digits, rng)
        turn_deg = 180.0 if number % N_PAGES == UPSIDE_DOWN else 0.0
        data, suffix = save_scan(simulate(page, rng, turn_deg=turn_deg), number)
        name = f"page-{number:02}.{suffix}"
        (folder / name).write_bytes(data)
        pages[name] = truth
    return save_truth(folder, form, pages)


def draw_digit_images(folder: Path, n: int, seed: int) -> Truth:
    """Draw images of single digits, of several sizes and kinds, and `truth.json` beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    digits, rng = load_test_digits(), np.random.default_rng(seed)
    pages = {}
    for number in range(1, n + 1):
        image, label = digits.draw_lot(rng)
        side = int(rng.choice([28, 64, 96, 140]))
        picture = 255 - image if side == 28 else write_alone(image, side, rng)
        if number % 10 == 0:
            picture = 255 - picture  # white on black, as MNIST itself
        name = f"digit-{number:02}.{'jpg' if number % 5 == 4 else 'png'}"
        Image.fromarray(picture).save(folder / name)
        pages[name] = {SINGLE_DIGIT.fields[0].name: str(label)}
    return save_truth(folder, SINGLE_DIGIT, pages)


def render(form: FormTemplate) -> Picture:
    """The printed form as it comes from the printer, in colour."""
    document = pypdfium2.PdfDocument(print_form(form))
    picture = document[0].render(scale=DPI / 72).to_numpy()
    document.close()
    colours: Picture = np.ascontiguousarray(picture[:, :, ::-1])  # from blue, green, red
    return colours


def fill(page: Picture, form: FormTemplate, digits: TestDigits, rng: np.random.Generator) -> dict[str, str]:
    """Write digits into the boxes of all fields, and say which."""
    px_per_mm = page.shape[1] / form.pages[0].size.width
    pen = PENS[int(rng.integers(len(PENS)))]
    truth = {}
    for field in form.fields:
        left_blank = rng.random() < BLANK_FIELD
        text = ""
        for cell in field.cells:
            if left_blank or rng.random() < BLANK_BOX:
                text += "_"
                continue
            image, label = digits.draw_lot(rng)
            write_digit(page, image, Box(*(px_per_mm * length for length in cell)), rng, pen)
            text += str(label)
        truth[field.name] = text
    return truth


def write_alone(image: Picture, side: int, rng: np.random.Generator) -> Picture:
    """A digit cut out of some page: grey paper, a pen, a scanner."""
    page = np.full((side, side), int(rng.integers(225, 250)), np.uint8)
    strokes = trace(image, round(side * rng.uniform(0.5, 0.8)))
    middle = side * (0.5 + rng.uniform(-0.06, 0.06, 2))
    write(page, strokes, (middle[0], middle[1]), (int(rng.integers(30, 110)),))
    light = cv2.GaussianBlur(page, (0, 0), 0.6) + rng.normal(0, 3, page.shape)
    alone: Picture = np.clip(light, 0, 255).astype(np.uint8)
    return alone


def save_scan(scan: Picture, number: int) -> tuple[bytes, str]:
    """Encode a scan as scanners do: colour or grey JPEG, grey PNG with clean paper, black and white TIFF."""
    stream = io.BytesIO()
    grey = Image.fromarray(scan).convert("L")
    if number % 6 == 3:
        # What is nearly paper becomes paper, or the noise would make the file ten times as large.
        clean = grey.point([min(255, int(level * 255 / 215)) for level in range(256)])
        clean.save(stream, "PNG", optimize=True)
        return stream.getvalue(), "png"
    if number % 6 == 5:
        black_and_white = grey.point([255 if level > 150 else 0 for level in range(256)]).convert("1")
        black_and_white.save(stream, "TIFF", compression="group4", dpi=(DPI, DPI))
        return stream.getvalue(), "tif"
    image = Image.fromarray(scan) if number % 2 else grey
    image.save(stream, "JPEG", quality=78, dpi=(DPI, DPI))
    return stream.getvalue(), "jpg"


def save_truth(folder: Path, form: FormTemplate, pages: dict[str, dict[str, str]]) -> Truth:
    """Write what the scans of a folder show."""
    truth: Truth = {"form": form.ref, "pages": pages}
    (folder / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")
    return truth


def main() -> None:
    """Draw the shipped samples again."""
    folder = Path(__file__).parent
    fill_pages(folder, FormShelf([]).get("water-meter-card"), N_PAGES, seed=2026)
    draw_digit_images(folder / "digits", N_DIGITS, seed=2026)


if __name__ == "__main__":
    main()
