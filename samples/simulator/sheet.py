"""A sheet on its way through a scanner: its picture, where the form lies on it, and what happened to it."""

from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
import pypdfium2

from formdigits.arrays import Homography
from formdigits.form_template import FormTemplate
from formdigits.geometry import Box, to_scan_px
from samples.scanner import Picture
from submit_ui.form_print import print_form

MM_PER_INCH = 25.4


@dataclass
class Sheet:
    """Mutable: effects change it in place."""

    picture: Picture
    """Grey of shape (h, w) or red, green and blue of shape (h, w, 3)."""
    homography: Homography
    """Takes millimetres on the form to pixels of the picture; exact, because every effect keeps it so."""
    box: Box
    """The paper, in millimetres on the form."""
    effects: dict[str, float] = field(default_factory=dict)
    """Every effect by name, with its strength in the unit of its range."""

    def note(self, name: str, strength: float = 1.0) -> None:
        """Remember what happened."""
        self.effects[name] = round(float(strength), 4)

    @property
    def px_per_mm(self) -> float:
        """The scale in the middle of the sheet."""
        x, y = self.box.x + self.box.width / 2, self.box.y + self.box.height / 2
        middle, right, below = to_scan_px([(x, y), (x + 1, y), (x, y + 1)], self.homography)
        return float(np.sqrt(abs(np.linalg.det([right - middle, below - middle]))))

    def to_px(self, *points_mm: tuple[float, float]) -> list[tuple[int, int]]:
        """Points on the form as whole pixels, as OpenCV draws them."""
        return [(round(float(x)), round(float(y))) for x, y in to_scan_px(points_mm, self.homography)]

    def colour(self, red: int, green: int, blue: int) -> tuple[int, ...]:
        """A colour as this picture has it."""
        grey = round(0.299 * red + 0.587 * green + 0.114 * blue)
        return (grey,) if self.picture.ndim == 2 else (red, green, blue)

    def make_grey(self) -> None:
        """Forget the colours, as a grey scanner does."""
        if self.picture.ndim == 3:
            self.picture = cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def printed(form: FormTemplate, page_number: int, dpi: int) -> Sheet:
    """The printed page of a form, blank, as clean as from the printer."""
    picture = rendered(form, page_number, dpi).copy()
    box = form.pages[page_number - 1].box
    return Sheet(picture, page_to_px(box, picture), box)


def page_to_px(box: Box, picture: Picture) -> Homography:
    """Where the form lies on a picture of it, edge to edge: pixels are counted from the middle of the first one."""
    height, width = picture.shape[:2]
    return np.array([[width / box.width, 0, -0.5], [0, height / box.height, -0.5], [0, 0, 1]])


@lru_cache(maxsize=16)
def rendered(form: FormTemplate, page_number: int, dpi: int) -> Picture:
    """A page of the form as its PDF has it, shape (h, w, 3)."""
    document = pypdfium2.PdfDocument(print_form(form))
    picture = document[page_number - 1].render(scale=dpi / 72).to_numpy()
    document.close()
    return np.ascontiguousarray(picture[:, :, 2::-1]).astype(np.uint8, copy=False)  # from blue, green, red
