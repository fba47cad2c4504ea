"""The form template as a value.  Lengths are millimetres, from the page's top left corner, x right and y down."""

from typing import Any, Literal

from pydantic import Field as Knob
from pydantic import model_validator

from formdigits.form_template.constraints import Rule
from formdigits.form_template.field import Boxes, Field
from formdigits.form_template.page import FormPage, Size
from formdigits.form_template.parts import Part, Slug, Title

AUTO = "auto"
"""What a job names instead of a form when the code on each page says which form it is."""
PAGE_KEYS = frozenset(FormPage.model_fields)
"""What a form of one page may say beside its name, instead of in `pages`."""


class FormTemplate(Part):
    """One printed form, of one page or several."""

    format: Literal["forms/1"] = Knob("forms/1", description="The version of these rules.")
    id: Slug
    version: int = Knob(
        ge=1, le=9999, description="Any change of the form makes a new one; readings name the one they were made with."
    )
    title: Title
    units: Literal["mm"] = "mm"
    pages: tuple[FormPage, ...] = Knob(
        min_length=1, max_length=20, description="A form of one page may say what belongs to it without this key."
    )
    fields: tuple[Field, ...] = Knob(min_length=1, max_length=200)
    rules: tuple[Rule, ...] = Knob((), max_length=50)

    @model_validator(mode="before")
    @classmethod
    def of_one_page(cls, values: Any) -> Any:
        """Take what stands beside the name for the one page."""
        if not isinstance(values, dict) or "pages" in values or not PAGE_KEYS & values.keys():
            return values
        page = {key: value for key, value in values.items() if key in PAGE_KEYS}
        return {key: value for key, value in values.items() if key not in PAGE_KEYS} | {"pages": [page]}

    @property
    def ref(self) -> str:
        """Name and version, as results and the printed code have it."""
        return f"{self.id}@{self.version}"

    @property
    def is_image(self) -> bool:
        """Whether scans are images of this form, edge to edge, and not sheets of paper."""
        return all(page.is_edge_to_edge for page in self.pages)

    @property
    def files(self) -> frozenset[str]:
        """The files that must lie beside the form template."""
        rosters = (field.constraints.roster for field in self.fields)
        pictures = (page.reference for page in self.pages)
        return frozenset({*filter(None, pictures), *(roster.file for roster in rosters if roster)})

    def fields_on(self, page_number: int) -> tuple[Field, ...]:
        """The fields of one page, which counts from 1."""
        return tuple(field for field in self.fields if field.page == page_number)


SINGLE_DIGIT = FormTemplate(
    id="single-digit",
    version=1,
    title="One digit an image",
    pages=(FormPage(size=Size(width=1, height=1)),),
    fields=(Field(name="digit", boxes=Boxes(origin=(0, 0), size=(1, 1)), inset_mm=0),),
)
"""Built in: the whole image is one cell."""
