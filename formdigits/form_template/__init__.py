"""What a printed form looks like: its corner marks, its fields, and where every box is.  Start at `model`."""

from formdigits.form_template.constraints import Constraints, Roster, Rule
from formdigits.form_template.field import Blanks, Boxes, Field
from formdigits.form_template.model import AUTO, SINGLE_DIGIT, FormTemplate
from formdigits.form_template.page import CornerMark, FormPage, Identity, RegistrationRules
from formdigits.form_template.parsing import check_form, parse_form
from formdigits.form_template.rules import warnings_of
from formdigits.form_template.schema import form_schema
from formdigits.form_template.shelf import FormShelf, check_files
from formdigits.form_template.shelved import Shelved

__all__ = [
    "AUTO",
    "SINGLE_DIGIT",
    "Blanks",
    "Boxes",
    "Constraints",
    "CornerMark",
    "Field",
    "FormPage",
    "FormShelf",
    "FormTemplate",
    "Identity",
    "RegistrationRules",
    "Roster",
    "Rule",
    "Shelved",
    "check_files",
    "check_form",
    "form_schema",
    "parse_form",
    "warnings_of",
]
