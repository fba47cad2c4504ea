"""What must be true of answers: of one field (`field_rules`), and of several together (`form_rules`)."""

from formdigits.constraints.field_rules import find_broken, judge_field, value_of
from formdigits.constraints.form_rules import Values, complaint_of, holds, judge_page, rules_among

__all__ = [
    "Values",
    "complaint_of",
    "find_broken",
    "holds",
    "judge_field",
    "judge_page",
    "rules_among",
    "value_of",
]
