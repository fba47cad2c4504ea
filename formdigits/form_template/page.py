"""One side of a sheet: its paper, how it is recognised, and how it is laid on the form."""

from typing import Literal

from pydantic import Field as Knob

from formdigits.form_template.parts import FileName, Part, Point, PositiveLength, Region
from formdigits.geometry import Box


class Size(Part):
    """Width and height of the paper."""

    width: PositiveLength
    height: PositiveLength


class CornerMark(Part):
    """One printed mark."""

    id: int | None = Knob(None, ge=0, le=49, description="Of an ArUco mark of the dictionary 4X4_50.")
    at: Point = Knob(description="Its middle.")


class RegistrationRules(Part):
    """How the page is laid on the form, and how well it must fit."""

    method: Literal["aruco", "squares", "features", "none"] = Knob(
        "none",
        description="aruco: printed marks. squares: black squares in the corners. features: what is printed, compared"
        " with the picture of the blank page. none: the image is the form, edge to edge, as with images of digits.",
    )
    marks: tuple[CornerMark, ...] = Knob((), max_length=12)
    mark_mm: float = Knob(10, ge=3, le=40, description="Side of a mark's black square.")
    min_marks: int = Knob(3, ge=3, description="Pages that show fewer marks are refused.")
    max_residual_mm: float = Knob(0.5, gt=0, le=5, description="Pages that fit worse are refused.")
    quiet_margin_mm: float = Knob(4, ge=0, le=50, description="Printers leave this much of the paper's edge white.")

    def mark_box(self, mark: CornerMark) -> Box:
        """The black square of a mark, without the white paper that it needs around it."""
        half = self.mark_mm / 2
        return Box(mark.at[0] - half, mark.at[1] - half, self.mark_mm, self.mark_mm)


class Identity(Part):
    """Where the page says which form it is: a QR code."""

    kind: Literal["qr"] = "qr"
    region: Region = Knob(description="The white area that holds the code: left, top, width, height.")

    @property
    def box(self) -> Box:
        return Box(*self.region)


class FormPage(Part):
    """One side of a sheet of the form."""

    size: Size
    registration: RegistrationRules = RegistrationRules()
    identity: Identity | None = None
    reference: FileName | None = Knob(None, description="Picture of the blank page, edge to edge, beside this file.")
    dropout: Literal["red", "green", "blue"] | None = Knob(
        None, description="The colour that the form is printed in, which is not looked at."
    )
    ignore: tuple[Region, ...] = Knob((), max_length=100, description="Areas that are not looked at, such as stamps.")

    @property
    def box(self) -> Box:
        """The paper."""
        return Box(0, 0, self.size.width, self.size.height)

    @property
    def is_edge_to_edge(self) -> bool:
        """Whether there is nothing to register."""
        return self.registration.method == "none"
