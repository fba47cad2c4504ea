"""Whether what a form says of a field fits together: its kind, its boxes, and what must be true of the answer."""

from collections.abc import Iterator
from itertools import chain

from formdigits.form_template.constraints import Constraints
from formdigits.form_template.field import Field
from formdigits.form_template.pattern import compile_pattern, match_lengths
from formdigits.form_template.problems import Place, Problem, repeated

MAX_DIGITS = 60
KEYS_OF = {
    "decimals": "digits",
    "justify": "digits",
    "blanks": "digits",
    "length": "digits",
    "constraints": "digits",
    "values": "mark",
    "choose": "mark",
}
"""Keys that only one kind of field knows."""
LEAST_DIGITS = {"luhn": 2, "mod11": 2, "mod97": 3, "verhoeff": 2, "damm": 2}
"""A number and its check digit; `mod97` has two."""


def find_field_problems(place: Place, field: Field) -> Iterator[Problem]:
    """Check one field, wherever it stands on its page."""
    for key, kind in KEYS_OF.items():
        if field.kind != kind and getattr(field, key) != Field.model_fields[key].default:
            yield Problem((*place, key), f"`{key}` belongs to fields of kind {kind}; remove it from this {field.kind}")
    if field.kind == "mark":
        yield from find_mark_problems(place, field)
    elif field.kind == "image":
        yield from find_image_problems(place, field)
    else:
        yield from find_digit_problems(place, field)


def find_mark_problems(place: Place, field: Field) -> Iterator[Problem]:
    """Every box of a mark stands for something else."""
    if field.area:
        yield Problem((*place, "area"), "a mark has boxes, and no area; write `boxes`")
    elif len(field.values) != len(field.cells):
        n_values, n_boxes = len(field.values), len(field.cells)
        mend = "give one value for each box"
        yield Problem((*place, "values"), f"there are {n_values} values and {n_boxes} boxes; {mend}")
    for i, value in repeated(field.values):
        yield Problem((*place, "values", i), f"there is already a value {value!r}; each box needs its own")
    for i, value in enumerate(field.values):
        if not value.strip() or "," in value:
            yield Problem((*place, "values", i), "a value may not be empty or hold a comma; choose another")


def find_image_problems(place: Place, field: Field) -> Iterator[Problem]:
    """An image is cut out, and nothing is known of what is on it."""
    if field.boxes:
        yield Problem((*place, "boxes"), "an image has no boxes; write its `area: [left, top, width, height]`")
    if field.required:
        yield Problem((*place, "required"), "whether an image is blank is not looked at; remove `required`")


def find_digit_problems(place: Place, field: Field) -> Iterator[Problem]:
    """How many digits there are must be known, and fit what is asked of them."""
    if field.boxes and field.length is not None:
        yield Problem((*place, "length"), "the boxes say how many digits there are; remove `length`")
        return
    if field.area and field.length is None:
        mend = "say `length: 6`, or `length: [4, 8]` for the least and the most"
        yield Problem(place, f"field {field.name!r} must say how many digits its area holds; {mend}")
        return
    least, most = field.lengths
    if field.area and not 1 <= least <= most <= MAX_DIGITS:
        yield Problem((*place, "length"), f"`length` must be from 1 to {MAX_DIGITS}, the least before the most")
    elif field.decimals >= most:
        yield Problem((*place, "decimals"), f"there are {most} digits; `decimals` must be fewer")
    else:
        yield from find_constraint_problems(place, field)


def find_constraint_problems(place: Place, field: Field) -> Iterator[Problem]:
    """An answer must be able to keep what is asked of it."""
    inside = (*place, "constraints")
    if field.blanks.inner == "keep" and (field.constraints != Constraints() or field.decimals):
        mend = "remove `inner: keep`, or the constraints and decimals"
        yield Problem((*place, "blanks"), f"a number with a gap cannot be checked; {mend}")
    finders = find_check_digit_problem, find_date_problem, find_range_problem, find_regex_problem, find_roster_problem
    for key, message in chain.from_iterable(find(field) for find in finders):
        yield Problem((*inside, key), message)


def find_check_digit_problem(field: Field) -> Iterator[tuple[str, str]]:
    """There must be digits that are checked."""
    kind, most = field.constraints.check_digit, field.lengths[1]
    if kind and most < LEAST_DIGITS[kind]:
        yield "check_digit", f"a {kind} check digit needs {LEAST_DIGITS[kind]} digits at least, and there are {most}"


def find_date_problem(field: Field) -> Iterator[tuple[str, str]]:
    """A date has one length."""
    form, (least, most) = field.constraints.date, field.lengths
    if form and (len(form) > most or len(form) < (least if field.area else most)):
        there_are = str(most) if field.boxes or least == most else f"{least} to {most}"
        yield "date", f"{form} has {len(form)} digits, and the field has {there_are}; change one"
    if form and field.decimals:
        yield "date", "a date has no decimals; remove one of them"


def find_range_problem(field: Field) -> Iterator[tuple[str, str]]:
    """Some number of so many digits must lie in the range."""
    if not field.constraints.range:
        return
    (least, most), n_digits = field.constraints.range, field.lengths[1]
    if least > most:
        yield "range", "the least comes first, then the most; swap them"
    elif least > (10**n_digits - 1) / 10**field.decimals or most < 0:
        decimals = f" with {field.decimals} decimals" if field.decimals else ""
        yield "range", f"no number of {n_digits} digits{decimals} lies from {least:g} to {most:g}; change one"


def find_regex_problem(field: Field) -> Iterator[tuple[str, str]]:
    """A regular expression must be one, and match something as long as the answer."""
    regex = field.constraints.regex
    if regex is None:
        return
    try:
        compile_pattern(regex)
    except ValueError as error:
        mend = "correct it, without look-around and back-references"
        yield "regex", f"this is no regular expression that can be matched in linear time (RE2): {error}; {mend}"
        return
    least, most = characters_of(field)
    shortest, longest = match_lengths(regex) or (least, most)
    if longest < most and field.boxes:
        yield "regex", f"a full field has {most} characters, and this matches {longest} at most; change one"
    elif longest < least or shortest > most:
        there_are = str(most) if least == most else f"{least} to {most}"
        yield "regex", f"the answer has {there_are} characters, and this matches {shortest} at least; change one"


def find_roster_problem(field: Field) -> Iterator[tuple[str, str]]:
    """Who is who in a whole job is found box by box, and by whole numbers."""
    if field.roster_is_unique and (field.area or field.decimals):
        mend = "give the field boxes and no decimals, or leave out `unique`"
        yield "roster", f"only whole numbers in boxes are told apart over a whole job; {mend}"


def characters_of(field: Field) -> tuple[int, int]:
    """How long an answer may be, with its decimal point."""
    point = 1 if field.decimals else 0
    least, most = field.lengths
    return max(least, field.decimals + 1) + point, most + point
