"""The rosters beside a form: the values that a field may have."""

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template.field import Field
from formdigits.form_template.field_rules import characters_of


def parse_roster(content: bytes, name: str) -> frozenset[str]:
    """The values of a roster; blank lines are none."""
    return frozenset(value for line in lines_of(content, name) if (value := line.strip()))


def check_roster(field: Field, file: str, content: bytes) -> None:
    """Raise FormTemplateInvalid where a line of a roster cannot be what is written in its field."""
    for number, line in enumerate(lines_of(content, file), 1):
        value = line.strip()
        if value and not fits(value, field):
            least, most = characters_of(field)
            length = str(most) if least == most else f"{least} to {most}"
            decimals = f", {field.decimals} of them behind a point" if field.decimals else ""
            raise FormTemplateInvalid(
                f"{file}, line {number}: {value[:40]!r} cannot stand in the field {field.name!r}:"
                f" it takes {length} characters, digits alone{decimals}"
            )


def fits(value: str, field: Field) -> bool:
    """Whether a value can be what is written in a field."""
    whole, _, behind = value.partition(".")
    least, most = characters_of(field)
    digits = whole + behind
    return digits.isascii() and digits.isdecimal() and len(behind) == field.decimals and least <= len(value) <= most


def lines_of(content: bytes, name: str) -> list[str]:
    """The lines of a text file."""
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FormTemplateInvalid(f"{name}: not UTF-8 text; save it as UTF-8") from error
