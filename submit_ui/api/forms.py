"""Which form templates there are, whether a new one is right, and saving it."""

from io import BytesIO

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from formdigits.errors import BadRequest, FormTemplateInvalid, NotFound, UnknownForm
from formdigits.form_template import Shelved, parse_form
from submit_ui.callers import caller
from submit_ui.forecasts import forecast_json, forecast_of, in_service
from submit_ui.form_shapes import checked_json, form_json, form_line
from submit_ui.parts import parts
from submit_ui.saving_forms import SOURCE, save

forms = Blueprint("forms", __name__)

YAML = "text/yaml"


@forms.get("/forms")
def listing() -> ResponseReturnValue:
    """All form templates by name, each in its newest version."""
    newest = {form.id: form for form in parts().forms.forms()}
    return {"forms": [form_line(form) for form in newest.values()]}


@forms.get("/forms/<ref>")
def show(ref: str) -> ResponseReturnValue:
    """One form template, with every box where it stands."""
    return form_json(find(ref))


@forms.get("/forms/<ref>.yaml")
def show_yaml(ref: str) -> ResponseReturnValue:
    """One form template as it was written."""
    return Response(find(ref).text, mimetype=YAML)


@forms.get("/forms/<ref>/files/<name>")
def show_file(ref: str, name: str) -> ResponseReturnValue:
    """A file that lies beside a form template and that it names."""
    found = find(ref)
    if name not in found.form.files:
        raise NotFound(f"the form {found.form.ref} names no file {name}")
    return send_file(BytesIO(found.beside.read(name)), download_name=name, as_attachment=True)


@forms.get("/forms/<ref>/forecast")
def show_forecast(ref: str) -> ResponseReturnValue:
    """How much of filled-in copies will go to review, before they are read."""
    return forecast_json(forecast_of(find(ref).form, in_service(parts().models), max_error_argument()))


@forms.post("/forms/check")
def check() -> ResponseReturnValue:
    """What is wrong with the YAML in the body; where nothing is, the form with every box."""
    return checked_json(text_of(request.get_data(cache=False)))


@forms.post("/forms")
def add() -> ResponseReturnValue:
    """Save a version: the YAML is the body, or the part `form` of a multipart body; other files lie beside it."""
    if request.mimetype != "multipart/form-data":
        text, files = text_of(request.get_data(cache=False)), {}
    else:
        uploads = list(request.files.items(multi=True))
        files = {file.filename or key: file.stream.read() for key, file in uploads if key != "form"}
        forms = [file.stream.read() for key, file in uploads if key == "form"]
        if len(forms) + ("form" in request.form) != 1 or len(files) + len(forms) != len(uploads):
            raise BadRequest("send the YAML as the part 'form', once, and each file beside it under its own name")
        text = text_of(forms[0]) if forms else request.form["form"]
    save(parts(), parse_form(text, SOURCE), text, files, caller().name)
    return form_json(find(parse_form(text, SOURCE).ref)), 201


def find(ref: str) -> Shelved:
    """The form of an address."""
    try:
        return parts().forms.find(ref)
    except UnknownForm as error:
        raise NotFound(str(error)) from error


def max_error_argument() -> float:
    """The error budget of an address; where it names none, that of a job that states none."""
    try:
        given = float(request.args.get("max_error", parts().settings.max_error))
    except ValueError:
        given = 0.0
    if not 0 < given <= 1:
        raise BadRequest("max_error is a share above 0 and at most 1, such as 0.001")
    return given


def text_of(data: bytes) -> str:
    """YAML as text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormTemplateInvalid(f"{SOURCE}: not UTF-8 text; save it as UTF-8") from error
