"""Every rule of form templates, broken once: what is said of it, and in which line."""

import pytest

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import FormTemplate, check_form, parse_form, warnings_of
from tests.formdigits.exam_form import FORM, OTHERS, PLAIN, TICKS, TWO, complaint_about


def test_a_form_with_every_kind_of_field_keeps_all_rules():
    form, warnings = check_form(FORM, "exam.yaml")

    assert [field.kind for field in form.fields] == ["digits", "digits", "digits", "mark", "image"]
    assert warnings == warnings_of(form) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("id: exam", "id: auto", 1, "choose another name"),
        ("id: exam", "id: single-digit", 1, "choose another"),
        # Layout.
        ("[20, 240, 40, 20]", "[200, 240, 40, 20]", 10, "ignored leaves the page"),
        ("[20, 240, 40, 20]", "[20, 45, 40, 20]", 13, "overlaps an area that is ignored; leave 1 mm"),
        ("[20, 240, 40, 20]", "[10, 270, 40, 20]", 9, "an area that is ignored overlaps corner mark 3"),
        ("[164, 24, 24, 24]", "[175, 15, 24, 24]", 8, "the identity region overlaps corner mark 1"),
        ("[24, 80, 40, 10]", "[24, 80, 400, 10]", 20, "leaves the page; it is 210 by 297 mm"),
        ("[24, 80, 40, 10]", "[24, 80, 40, 4]", 20, "5 mm high"),
        ("size: [5, 5], pitch: 8", "size: [5, 5], pitch: 4", 24, "boxes overlap each other; pitch must be 5 at least"),
        ("size: [5, 5], pitch: 8", "size: [2, 2], pitch: 8", 24, "3 mm wide and high"),
        ("size: [5, 5], pitch: 8", "size: [1, 1], pitch: 8", 24, "too small to write into"),
        (TICKS, "{list: [[24, 100, 5, 5], [27, 102, 5, 5]]}", 24, "boxes overlap each other"),
        ("at: [14, 14]", "at: [6, 14]", 7, "nearer than 4 mm to the edge; move it in, or lower quiet_margin_mm"),
        ("[24, 80, 40, 10]", "[190, 80, 40, 10]", 20, "move the field in, or make it smaller"),
        # Values.
        ("id: exam", "id: My Exam", 1, "'id' must be small letters, digits and hyphens, a letter first, 40 at most"),
        ("name: student", "name: Student No", 12, "such as meter_number, not 'Student No'"),
        (PLAIN, "constraints: {roster: {file: ../a.txt}}", 14, "the name of a file beside the form, without folders"),
        (PLAIN, "constraints: luhn", 14, "'fields.0.constraints' needs keys of its own: check_digit, range"),
        ("range: [0, 50]", "range: 0-50", 18, "must be a list: write `[…]`"),
        ("range: [0, 50]", "range: [50]", 18, "'fields.1.constraints.range.1' is missing; give one more value"),
        ("width: 210", "width: 21000", 4, "less than or equal to 2000, not 21000"),
        ("version: 1", "version: 1\n2: 3", 3, "the key '2' is read as a number"),
        ("title: An exam", "title: 2020-99-99", 3, "(month must be in 1..12); put it in quotes"),
        ("version: 1", "version: 0x" + "9" * 5000, 2, "this number has 5002 characters; shorten it"),
        ("title: An exam", "title: '" + "x" * 5000 + "'", 3, "x…"),
        ("title: An exam", "title:\n\t- exam", 4, "there is a tab; indent with spaces"),
        ("title: An exam", "yes: no", 3, "the key 'yes' is read as a number, a date, or as true or false; put it in"),
        ("title: An exam", "? [a]\n: b", 3, "keys are words"),
        ("title: An exam", "title: !!python/name:os.system exam", 3, "tags such as `!!name` are not read; remove it"),
        ("title: An exam", "title: !!binary x", 3, "tags such as `!!binary` are not read; remove it"),
        ("title: An exam", "title: a: b", 3, "look at the quotes, colons and spaces"),
        ("title: An exam", "title: \0", 3, "a character that no text has"),
        # Kinds.
        ("values: [a, b]", "values: [a]", 25, "1 values and 2 boxes; give one value for each box"),
        ("values: [a, b]", "values: [a, a]", 25, "already a value 'a'"),
        ("values: [a, b]", "values: [yes, 2]", 25, "so are yes and no); put it in quotes"),
        ("values: [a, b]", "values: [a, 'b,c']", 25, "comma"),
        ("values: [a, b]", "values: [a, b]\n    decimals: 1", 26, "`decimals` belongs to fields of kind digits"),
        (f"boxes: {TICKS}", "area: [24, 100, 20, 20]", 24, "a mark has boxes"),
        ("    area: [24, 120, 60, 20]", "    boxes: {origin: [24, 120], size: [8, 10]}", 28, "write its `area: ["),
        ("kind: image", "kind: image\n    required: true", 28, "remove `required`"),
        ("kind: image", "kind: image\n    constraints: {range: [0, 1]}", 28, "`constraints` belongs to fields"),
        ("    length: 2\n", "", 19, "say `length: 6`, or `length: [4, 8]`"),
        ("length: 2", "length: [3, 2]", 21, "the least before the most"),
        ("length: 2", "length: [0, 2]", 21, "from 1 to 60"),
        ("length: 2", "length: 9000", 21, "from 1 to 60"),
        ("decimals: 1", "decimals: 1\n    length: 3", 18, "the boxes say how many digits there are"),
        ("decimals: 1", "decimals: 3", 17, "there are 3 digits; `decimals` must be fewer"),
        ("decimals: 1", "decimals: 1\n    blanks: {inner: keep}", 18, "a number with a gap cannot be checked"),
        ("decimals: 1", "decimals: 1\n    page: 2", 18, "there is no page 2"),
        # Constraints.
        (PLAIN, "constraints: {check_digit: crc32}", 14, "'fields.0.constraints.check_digit'"),
        (PLAIN, "constraints: {date: DDMMYY}", 14, "DDMMYY has 6 digits, and the field has 8"),
        (PLAIN, "constraints: {date: DDMMYYYY}\n    decimals: 2", 14, "a date has no decimals"),
        (PLAIN, "constraints: {range: [9, 1]}", 14, "swap them"),
        (PLAIN, "constraints: {regex: '(1'}", 14, "no regular expression that can be matched in linear time"),
        (PLAIN, r"constraints: {regex: '(1)\1'}", 14, "correct it, without look-around and back-references"),
        (PLAIN, "constraints: {regex: '((1{99}){99}){99}'}", 14, "no regular expression"),
        (PLAIN, r"constraints: {regex: '\d{6}'}", 14, "a full field has 8 characters, and this matches 6 at most"),
        (PLAIN, r"constraints: {regex: '\d{9,}'}", 14, "this matches 9 at least"),
        ("length: 2", "length: [2, 3]\n    constraints: {date: HHMM}", 22, "HHMM has 4 digits, and the field has 2"),
        ("length: 2", "length: 2\n    constraints: {range: [100, 200]}", 22, "no number of 2 digits lies from 100"),
        ("length: 2", "length: 2\n    constraints: {check_digit: mod97}", 22, "needs 3 digits at least"),
        ("range: [0, 50]", "range: [100, 500]", 18, "no number of 3 digits with 1 decimals lies from 100 to 500"),
        (TWO, "length: 2\n    constraints: {roster: {file: a.txt, unique: true}}", 22, "only whole numbers in boxes"),
        # Rules of several fields.
        ("points >= bonus", "points >= bonuss", 30, "there is no field 'bonuss'; did you mean 'bonus'?"),
        ("points >= bonus", "points >= group", 30, "'group' is a field of kind mark"),
        (
            "decimals: 1\n    constraints: {range: [0, 50]}",
            "constraints: {roster: {file: a.txt, unique: true}}",
            29,
            "the roster of 'points' is unique",
        ),
        ("points >= bonus", "points", 30, "`points` is neither true nor false; compare it"),
        ("points >= bonus", "points = bonus", 30, "compare with `==`"),
        ("expr: points >= bonus", "expr: sum(points, bonus) > 1", 30, "with a comma, put it all in quotes"),
        ("points >= bonus", "1 < 2", 30, "must name a field"),
        ("points >= bonus", "__import__('os').getcwd() == points", 30, "is no number"),
        ("id: enough", "id: range", 30, "another doubt"),
        ("points >= bonus}", "points >= bonus}\n  - {id: enough, expr: points > 1}", 31, "already a rule 'enough'"),
    ],
)  # fmt: skip
def test_every_broken_rule_is_named_with_its_line(old, new, line, message):
    complaint = complaint_about(old, new)

    assert f"exam.yaml, line {line}: " in complaint
    assert message in complaint


def test_a_list_with_a_wrong_value_is_not_called_empty_as_well():
    complaint = complaint_about("width: 210", "width: 21000")

    assert len(complaint.splitlines()) == 1


def test_of_very_many_mistakes_the_first_are_named_and_the_others_counted():
    keys = "\n".join(f"k{i}: 1" for i in range(2000))

    said = complaint_about("title: An exam", f"title: An exam\n{keys}").splitlines()

    assert said[0] == "exam.yaml, line 4: unknown key 'k0'; known ones: " + ", ".join(FormTemplate.model_fields)
    assert said[50:] == ["and 1950 more like these; mend these first"]


@pytest.mark.parametrize("text", ["- " * 50_000, "? " * 50_000, "".join(f"{' ' * i}a:\n" for i in range(500))])
def test_nesting_without_end_is_named_with_its_line(text):
    with pytest.raises(FormTemplateInvalid, match=r"exam\.yaml, line 1?1: lists or brackets within others, too deep"):
        parse_form(text, "exam.yaml")


def test_a_rule_that_needs_two_pages_is_refused():
    page = "{size: {width: 210, height: 297}, identity: {kind: qr, region: [164, 24, 24, 24]}}"
    several = FORM[: FORM.index("size:")] + f"pages:\n  - {page}\n  - {page}\n" + FORM[FORM.index("fields:") :]

    complaint = complaint_about("length: 2", "length: 2\n    page: 2", several)

    assert "exam.yaml, line 27: a rule is judged on one page, and this one needs pages 1, 2" in complaint


def test_pages_without_codes_cannot_be_told_apart():
    page = "{size: {width: 210, height: 297}, identity: {kind: qr, region: [164, 24, 24, 24]}}"
    plain = "{size: {width: 210, height: 297}}"
    head, tail = FORM[: FORM.index("size:")], FORM[FORM.index("fields:") :]

    complaint = complaint_about("An exam", "Two pages", f"{head}pages:\n  - {page}\n  - {plain}\n{tail}")

    assert "exam.yaml, line 6: the pages of a form are told apart by their codes, and page 2 has none" in complaint


def test_squares_with_nothing_else_printed_leave_open_which_way_up_the_page_is():
    without_code = FORM.replace("identity: {kind: qr, region: [164, 24, 24, 24]}\n", "").replace(*OTHERS)
    head, tail = without_code[: without_code.index("fields:")], "fields: [{name: bonus, area: [24, 80, 40, 10]}]\n"

    complaint = complaint_about("An exam", "An area", head + tail)

    assert "nothing printed on the page but its marks shows that it is of this form" in complaint
