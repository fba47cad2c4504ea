"""What the parts of a form template have in common."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic import Field as Knob

SLUG = r"^[a-z][a-z0-9-]{0,39}$"
FIELD_NAME = r"^[a-z][a-z0-9_]{0,39}$"
FILE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"
PATTERN_WORDS = {
    SLUG: "small letters, digits and hyphens, a letter first, 40 at most, such as water-bill",
    FIELD_NAME: "small letters, digits and underscores, a letter first, 40 at most, such as meter_number",
    FILE_NAME: "the name of a file beside the form, without folders and spaces",
}
"""What complaints say of them."""
Slug = Annotated[str, StringConstraints(pattern=SLUG)]
"""The name of a form: it is printed in its code and stands in every result."""
FieldName = Annotated[str, StringConstraints(pattern=FIELD_NAME)]
"""The name of a field: a column of the results."""
FileName = Annotated[str, StringConstraints(pattern=FILE_NAME)]
"""A file that lies beside the form template."""
Title = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Length = Annotated[float, Knob(ge=0, le=2000)]
PositiveLength = Annotated[float, Knob(gt=0, le=2000)]
Point = tuple[Length, Length]
Region = tuple[Length, Length, PositiveLength, PositiveLength]
"""Left, top, width and height."""


class Part(BaseModel):
    """Base of the values of a form template: frozen, and strict about keys and numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __copy__(self) -> Self:
        """Copy what was given and not what was worked out of it, which `model_copy` is about to change."""
        copied = super().__copy__()
        for worked_out in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[worked_out]
        return copied
