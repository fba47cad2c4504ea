import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from formdigits.errors import BadRequest, FormTemplateInvalid
from formdigits.form_template import parse_form
from formdigits.geometry import Box
from submit_ui.form_advice import advise
from submit_ui.form_print import print_form
from submit_ui.form_print.boxes import value_rooms
from submit_ui.new_form import PAPERS, Wanted, lay_out, parse_wanted

values = st.lists(st.text("abcdefghij", min_size=1, max_size=25), min_size=2, max_size=14, unique=True).map(tuple)
kinds = st.one_of(
    st.builds(dict, n_digits=st.integers(1, 60)),
    st.just({"n_digits": 8, "is_date": True}),
    st.just({"kind": "image"}),
    values.map(lambda found: {"kind": "mark", "values": found}),
)
wanted = st.lists(kinds, min_size=1, max_size=15).map(
    lambda found: [Wanted(f"field_{i}" + "_and_more" * (i % 4), **kind) for i, kind in enumerate(found)]
)


@settings(max_examples=25, deadline=None)
@given(wanted, st.sampled_from(sorted(PAPERS)))
def test_whatever_fields_are_wanted_the_form_is_valid_and_needs_no_advice(fields, paper):
    form = parse_form(lay_out("card", "A card", fields, paper), "card")

    assert [field.name for field in form.fields] == [field.name for field in fields]
    assert advise(form) == []


@settings(max_examples=15, deadline=None)
@given(wanted, st.sampled_from(sorted(PAPERS)))
def test_words_beside_boxes_stand_in_no_other_field(fields, paper):
    form = parse_form(lay_out("card", "A card", fields, paper), "card")

    for field in form.fields:
        others = [cell for other in form.fields_on(field.page) for cell in other.cells]
        for value, room in zip(field.values, value_rooms(field, form.pages[0]), strict=False):
            words = Box(room.x, room.y, min(room.width, stringWidth(value, "Helvetica", 3)), room.height)
            assert not any(words.overlaps(cell) for cell in others)
            assert form.pages[0].box.grown(-4).right >= words.right


def test_fields_are_laid_out_as_they_are_asked_for():
    fields = parse_wanted("customer_number:8 amount:6.2 read_on:date paid:yes,no signature:image")

    form = parse_form(lay_out("bill", "Your bill", fields, "A4"), "bill")

    number, amount, read_on, paid, signature = form.fields
    assert (number.title, len(number.cells), number.cells[0][2:]) == ("Customer number", 8, (8, 10))
    assert (len(amount.cells), amount.decimals) == (6, 2)
    assert (len(read_on.cells), read_on.constraints.date) == (8, "DDMMYYYY")
    assert (paid.kind, paid.values, len(paid.cells)) == ("mark", ("yes", "no"), 2)
    assert (signature.kind, signature.area[2:]) == ("image", (80, 25))
    assert form.pages[0].identity


def test_what_does_not_fit_on_a_page_goes_on_the_next():
    fields = parse_wanted(" ".join(f"field_{i}:12" for i in range(14)))

    form = parse_form(lay_out("long", "Long", fields, "Letter"), "long")

    assert {field.page for field in form.fields} == {1, 2}
    assert len(form.pages) == 2
    assert print_form(form).count(b"/Type /Page\n") == 2


def test_words_that_yaml_takes_for_something_else_are_quoted():
    text = lay_out("x", "no: yes", parse_wanted("paid:yes,no,1.5,null"), "A4")

    form = parse_form(text, "x")

    assert form.title == "no: yes"
    assert form.fields[0].values == ("yes", "no", "1.5", "null")


@pytest.mark.parametrize("name", ["Card", "single-digit", "auto", "a b", ""])
def test_a_name_that_no_form_may_have_is_refused(name):
    with pytest.raises(FormTemplateInvalid, match="line 4"):
        lay_out(name, "Title", parse_wanted("a:1"), "A4")


@pytest.mark.parametrize(
    "text", ["", "reading", "Reading:6", "a:0", "a:61", "a:4.5", "a:yes", "a:yes,yes", "a:,", "a:1 a:2", ":3"]
)
def test_fields_that_make_no_sense_are_named(text):
    with pytest.raises(BadRequest):
        parse_wanted(text)
