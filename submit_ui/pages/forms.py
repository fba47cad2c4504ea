"""Form templates as people see them: a list with pictures, the editor, and the PDF to print."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, get_args

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from formdigits.form_template import SINGLE_DIGIT, Boxes, Constraints, Field, FormPage
from formdigits.form_template.page import Identity, Size
from submit_ui.api.forms import find
from submit_ui.form_print import parse_serials, print_form
from submit_ui.form_shapes import form_json
from submit_ui.pages.blueprint import pages
from submit_ui.parts import parts

PAPERS = {"A4": (210, 297), "A4 landscape": (297, 210), "Letter": (215.9, 279.4), "Letter landscape": (279.4, 215.9)}
"""Width and height in millimetres."""


@pages.get("/forms")
def forms_page() -> ResponseReturnValue:
    """Every form with its versions, the newest first."""
    known = [form for form in parts().forms.forms() if form.ref != SINGLE_DIGIT.ref]
    by_name = [list(versions)[::-1] for _, versions in groupby(known, key=lambda form: form.id)]
    printable = {form.ref for form in known if all(page.registration.marks for page in form.pages)}
    problems = parts().forms.problems()
    return render_template("forms.html", forms=by_name, printable=printable, problems=problems)


@pages.get("/forms/edit")
def form_editor_page() -> ResponseReturnValue:
    """The editor: of a new form, or of a new version of the one that is named."""
    found = find(request.args["form"]) if request.args.get("form") else None
    newest = max((form.version for form in parts().forms.forms() if found and form.id == found.form.id), default=0)
    return render_template(
        "form_editor.html",
        given=form_json(found) if found else None,
        next_version=newest + 1,
        defaults=defaults(),
        papers=PAPERS,
        check_digits=words_of(Constraints, "check_digit"),
        dates=words_of(Constraints, "date"),
        shapes=words_of(Boxes, "shape"),
    )


@pages.get("/forms/<ref>/print.pdf")
def form_pdf(ref: str) -> ResponseReturnValue:
    """The form to print at its true size, once, or once for every serial number."""
    form = find(ref).form
    given = request.args.get("serials", "").strip()
    serials = parse_serials(given) if given else None
    headers = {"Content-Disposition": f'inline; filename="{form.id}-{form.version}.pdf"'}
    return Response(print_form(form, serials), content_type="application/pdf", headers=headers)


def defaults() -> dict[str, Any]:
    """What need not be said in a form template, for the editor leaves it out."""
    return {
        "field": Field(name="x").model_dump(mode="json", exclude={"name"}),
        "boxes": Boxes(origin=(0, 0), size=(1, 1)).model_dump(mode="json", exclude={"origin", "size"}),
        "page": FormPage(size=Size(width=1, height=1)).model_dump(mode="json", exclude={"size"}),
        "identity": Identity(region=(0, 0, 1, 1)).model_dump(mode="json", exclude={"region"}),
    }


def words_of(part: type[Any], name: str) -> list[str]:
    """The words that a value may be."""
    return list(_words(part.model_fields[name].annotation))


def _words(annotation: Any) -> Iterator[str]:
    for part in get_args(annotation):
        yield from [part] if isinstance(part, str) else _words(part)
