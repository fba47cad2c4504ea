"""The rosters beside a form fit its fields."""

import pytest

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import Shelved, check_files, parse_form
from tests.formdigits.test_form_template_rules import FORM, PLAIN


def shelved(roster):
    """The form with a roster of students beside it."""
    form = parse_form(FORM.replace(PLAIN, "constraints: {roster: {file: students.txt}}"), "exam.yaml")

    class Beside:
        def read(self, name):
            return {"students.txt": roster}[name]

        def stamp(self, name):
            return 0, 0

    return Shelved(form, FORM, Beside())


def test_a_roster_whose_values_fit_their_field_is_good():
    check_files(shelved(b"12345678\n\n  7 \n"))


@pytest.mark.parametrize("value", ["123456789", "12a4", "1.5", "\u0661", "1 2"])
def test_a_value_that_cannot_be_written_into_its_field_is_named_with_its_line(value):
    beside = shelved(f"12345678\n{value}\n".encode())

    with pytest.raises(FormTemplateInvalid, match=r"students\.txt, line 2: .* field 'student': it takes 1 to 8"):
        check_files(beside)
