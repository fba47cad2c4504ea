"""The form template as a value.  Lengths are millimetres, from the page's top left corner, x right and y down."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Knob

from formdigits.geometry import Box

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""The name of a form: it is printed in its code and stands in every result."""
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""The name of a field: a column of the results."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Length = Annotated[float, Knob(ge=0, le=2000)]
PositiveLength = Annotated[float, Knob(gt=0, le=2000)]
Point = tuple[Length, Length]


class Part(BaseModel):
    """Base of the values below: frozen, and strict about keys and numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Size(Part):
    """Width and height of the paper."""

    width: PositiveLength
    height: PositiveLength


class CornerMark(Part):
    """One printed ArUco mark of the dictionary 4X4_50."""

    id: int = Knob(ge=0, le=49)
    at: Point
    """Its middle."""


class RegistrationRules(Part):
    """How the page is laid on the form, and how well it must fit."""

    method: Literal["aruco", "none"] = "none"
    """`none`: the image is the form, edge to edge, as with images of single digits."""
    marks: tuple[CornerMark, ...] = Knob((), max_length=12)
    mark_mm: float = Knob(10, ge=5, le=40, description="Side of a mark's black square.")
    min_marks: int = Knob(3, ge=3, description="Pages that show fewer marks are refused.")
    max_residual_mm: float = Knob(0.5, gt=0, le=5, description="Pages whose marks fit worse are refused.")
    quiet_margin_mm: float = Knob(4, ge=0, le=50, description="Printers leave this much of the paper's edge white.")

    def mark_box(self, mark: CornerMark) -> Box:
        """The black square of a mark, without the white paper that it needs around it."""
        half = self.mark_mm / 2
        return Box(mark.at[0] - half, mark.at[1] - half, self.mark_mm, self.mark_mm)


class Identity(Part):
    """Where the page says which form it is: a QR code with the form's `ref`."""

    kind: Literal["qr"]
    region: tuple[Length, Length, PositiveLength, PositiveLength]
    """Left, top, width and height of the white area that holds the code."""

    @property
    def box(self) -> Box:
        return Box(*self.region)


class BoxRow(Part):
    """A row of equal boxes, one digit each."""

    origin: Point
    """Top left corner of the first box."""
    size: tuple[PositiveLength, PositiveLength]
    """Width and height of a box."""
    pitch: PositiveLength = 1
    """From one box's left edge to the next one's."""
    count: int = Knob(ge=1, le=60)


class Field(Part):
    """One named answer."""

    name: FieldName
    title: Title | None = None
    """What is printed above the boxes; the name where there is none."""
    kind: Literal["digits"] = "digits"
    boxes: BoxRow
    inset_mm: float = Knob(0.6, ge=0, le=2)
    """The printed line of a box is looked for this far to both sides of its edge."""

    @property
    def cells(self) -> tuple[Box, ...]:
        """The boxes, from left to right."""
        row = self.boxes
        left, top = row.origin
        return tuple(Box(left + i * row.pitch, top, *row.size) for i in range(row.count))

    @property
    def box(self) -> Box:
        """The smallest box that holds all cells."""
        return Box.around(list(self.cells))


class FormTemplate(Part):
    """One printed form."""

    format: Literal["forms/1"] = "forms/1"
    """The version of these rules."""
    id: Slug
    version: int = Knob(ge=1)
    """Any change of the form makes a new version; readings name the one they were made with."""
    title: Title
    units: Literal["mm"] = "mm"
    size: Size
    registration: RegistrationRules = RegistrationRules()
    identity: Identity | None = None
    fields: tuple[Field, ...] = Knob(min_length=1, max_length=100)

    @property
    def ref(self) -> str:
        """Name and version, as results and the printed code have it."""
        return f"{self.id}@{self.version}"

    @property
    def box(self) -> Box:
        """The paper."""
        return Box(0, 0, self.size.width, self.size.height)


SINGLE_DIGIT = FormTemplate(
    id="single-digit",
    version=1,
    title="One digit an image",
    size=Size(width=1, height=1),
    fields=(Field(name="digit", boxes=BoxRow(origin=(0, 0), size=(1, 1), count=1), inset_mm=0),),
)
"""Built in: the whole image is one cell."""
