"""The rules that make a form readable, each of them seen broken on some real form."""

from collections.abc import Iterator

from formdigits.form_template.expression_rules import find_rule_problems
from formdigits.form_template.field_rules import find_field_problems
from formdigits.form_template.layout_rules import find_field_layout, find_overlaps
from formdigits.form_template.model import AUTO, SINGLE_DIGIT, FormTemplate
from formdigits.form_template.page_rules import find_page_problems
from formdigits.form_template.problems import Place, Problem, repeated

MAX_BOXES = 1000


def find_problems(form: FormTemplate) -> Iterator[Problem]:
    """Check what single values cannot show: names, and how the parts fit together."""
    yield from find_name_problems(form)
    if sum(len(field.cells) for field in form.fields) > MAX_BOXES:
        yield Problem(("fields",), f"a form may have {MAX_BOXES} boxes at most; make two forms of it")
        return
    for i, field in enumerate(form.fields):
        place: Place = ("fields", i)
        if bool(field.boxes) == bool(field.area):
            yield Problem(place, f"field {field.name!r} needs either `boxes` or an `area`")
            continue
        yield from find_field_problems(place, field)
        if field.page > len(form.pages):
            yield Problem((*place, "page"), f"there is no page {field.page}; the form has {len(form.pages)}")
        else:
            yield from find_field_layout(place, field, form.pages[field.page - 1])
    yield from find_overlaps(form)
    for i, page in enumerate(form.pages):
        yield from find_page_problems(("pages", i), page)
        yield from find_identity_problems(form, i)
    yield from find_rule_problems(form)


def find_identity_problems(form: FormTemplate, i: int) -> Iterator[Problem]:
    """Something on each page must tell it from other pages and other forms, and which way up it is."""
    page, place = form.pages[i], ("pages", i)
    if page.identity:
        return
    if len(form.pages) > 1:
        mend = "add `identity`, a QR code that says which page it is"
        yield Problem(place, f"the pages of a form are told apart by their codes, and page {i + 1} has none; {mend}")
    has_lines = any(field.boxes and field.kind != "image" for field in form.fields_on(i + 1))
    if page.registration.method in ("aruco", "squares") and not has_lines:
        said = "nothing printed on the page but its marks shows that it is of this form"
        mend = "add `identity`, or a field with boxes"
        yield Problem(place, f"{said}; {mend}", is_warning=page.registration.method == "aruco")


def warnings_of(form: FormTemplate) -> list[str]:
    """What would make the form easier to read; it can be used all the same."""
    return [
        f"{'.'.join(map(str, place))}: {message}" for place, message, is_warning in find_problems(form) if is_warning
    ]


def find_name_problems(form: FormTemplate) -> Iterator[Problem]:
    """Names must be unique, and some are taken."""
    if form.id == SINGLE_DIGIT.id:
        yield Problem(("id",), f"{form.id!r} is the name of a built-in form; choose another")
    if form.id == AUTO:
        yield Problem(("id",), f"{form.id!r} lets the pages say which form they are; choose another name")
    for i, name in repeated([field.name for field in form.fields]):
        yield Problem(("fields", i, "name"), f"there is already a field {name!r}; names must be unique")
