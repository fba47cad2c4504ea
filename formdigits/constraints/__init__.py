"""What must be true of answers: of one field (`field_rules`), and of several together (`form_rules`)."""

from formdigits.constraints.field_rules import judge_field
from formdigits.constraints.form_rules import judge_page

__all__ = ["judge_field", "judge_page"]
