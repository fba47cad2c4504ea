"""What a printed form looks like: its corner marks, its fields, and where every box is.  Start at `model`."""

from formdigits.form_template.model import SINGLE_DIGIT, CornerMark, Field, FormTemplate, Identity, RegistrationRules
from formdigits.form_template.parsing import parse_form
from formdigits.form_template.shelf import FormShelf

__all__ = [
    "SINGLE_DIGIT",
    "CornerMark",
    "Field",
    "FormShelf",
    "FormTemplate",
    "Identity",
    "RegistrationRules",
    "parse_form",
]
