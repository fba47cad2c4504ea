"""One named answer of a form: where it stands, what may be written there, and what must be true of it."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field as Knob
from pydantic import model_validator

from formdigits.form_template.constraints import Constraints
from formdigits.form_template.parts import FieldName, Part, Point, PositiveLength, Region, Title
from formdigits.geometry import Box


class Boxes(Part):
    """Boxes, one digit or one mark each: a row of equal ones, or a list of them."""

    origin: Point | None = Knob(None, description="Top left corner of the first box.")
    size: tuple[PositiveLength, PositiveLength] | None = Knob(None, description="Width and height of a box.")
    pitch: PositiveLength | tuple[float, float] | None = Knob(
        None, description="From one box's left edge to the next one's; or right and down, as [0, 8] for a column."
    )
    count: int = Knob(1, ge=1, le=60)
    list: tuple[Region, ...] | None = Knob(None, min_length=1, max_length=60, description="Instead of a row.")
    shape: Literal["separate", "adjoining", "comb"] = Knob(
        "separate", description="adjoining: boxes share their lines. comb: only the lower half has lines between them."
    )

    @model_validator(mode="after")
    def one_way(self) -> Self:
        """Boxes are given in one way."""
        row = (self.origin, self.size)
        if self.list is not None and (any(row) or self.pitch or self.count != 1):
            raise ValueError("give a `list` of boxes, or `origin`, `size`, `pitch` and `count`, but not both")
        if self.list is None and not all(row):
            raise ValueError("a row of boxes needs `origin` and `size`")
        if self.count > 1 and self.pitch is None:
            raise ValueError("a row of several boxes needs `pitch`, from one box to the next")
        return self

    @cached_property
    def cells(self) -> tuple[Box, ...]:
        """The boxes in reading order."""
        if self.list is not None:
            return tuple(Box(*region) for region in self.list)
        (left, top), size = self.origin or (0.0, 0.0), self.size or (1.0, 1.0)  # both are there
        right, down = self.pitch if isinstance(self.pitch, tuple) else (self.pitch or 0.0, 0.0)
        return tuple(Box(left + i * right, top + i * down, *size) for i in range(self.count))


class Blanks(Part):
    """What boxes without ink mean.  One that may not be sends the field to review."""

    leading: Literal["keep", "forbid", "pad_zero"] = "keep"
    inner: Literal["keep", "forbid"] = "forbid"
    trailing: Literal["keep", "forbid"] = "keep"


class Field(Part):
    """One named answer.

    `digits` stand in `boxes`, one each, or anywhere in an `area`; a `mark` is a choice of boxes, each with its value;
    an `image` is cut out for people to look at, and not read.
    """

    name: FieldName
    title: Title | None = Knob(None, description="What is printed above the boxes; the name where there is none.")
    page: int = Knob(1, ge=1, le=20)
    kind: Literal["digits", "mark", "image"] = "digits"
    boxes: Boxes | None = None
    area: Region | None = Knob(None, description="Instead of boxes: the digits stand anywhere in here.")
    length: int | tuple[int, int] | None = Knob(
        None, description="How many digits an area holds: a number, or the least and the most."
    )
    inset_mm: float = Knob(0.6, ge=0, le=2, description="A box's line is looked for this far to both sides.")
    values: tuple[str, ...] = Knob((), max_length=60, description="Of a mark: what each box stands for.")
    choose: Literal["one", "any"] = Knob("one", description="How many boxes of a mark may be marked.")
    required: bool = Knob(default=False, description="A blank field goes to review.")
    justify: Literal["none", "left", "right"] = Knob(
        "none", description="left: the first box must be filled in. right: the last one."
    )
    blanks: Blanks = Blanks()
    decimals: int = Knob(0, ge=0, le=10, description="So many of the digits stand behind the decimal point.")
    constraints: Constraints = Constraints()
    max_error: float | None = Knob(
        None, gt=0, le=1, description="Error budget of this field, where it is stricter than the job's."
    )

    @cached_property
    def cells(self) -> tuple[Box, ...]:
        """The boxes in reading order; none where the digits stand in an area."""
        return self.boxes.cells if self.boxes else ()

    @cached_property
    def box(self) -> Box:
        """The smallest box that holds all of the field."""
        return Box(*self.area) if self.area else Box.around(list(self.cells))

    @property
    def lengths(self) -> tuple[int, int]:
        """The least and the most digits."""
        if self.area is None:
            return (0, len(self.cells))
        if self.length is None:
            return (1, 60)
        return self.length if isinstance(self.length, tuple) else (self.length, self.length)

    def budget(self, max_error: float) -> float:
        """The error budget of the field in a job of this one: its own, where that is stricter."""
        return max_error if self.max_error is None else min(max_error, self.max_error)

    @property
    def roster_is_unique(self) -> bool:
        """Whether each value of its roster is there at most once in a job."""
        roster = self.constraints.roster
        return roster is not None and roster.unique

    @property
    def takes_any_digits(self) -> bool:
        """Whether every full row of digits means itself and keeps what the form says of the field."""
        says_nothing = not self.constraints.model_fields_set and not self.decimals  # fast: asked of every digit image
        return says_nothing and self.kind == "digits" and self.boxes is not None
