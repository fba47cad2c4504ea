"""Form templates as the JSON that scripts and the editor see."""

import re

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template import Field, FormTemplate, Shelved, check_form
from submit_ui.form_advice import advise
from submit_ui.saving_forms import SOURCE
from submit_ui.shapes import Json

COMPLAINT = re.compile(r"(?:[^,:]*, line (?P<line>\d+)|[^,:]*): (?P<message>.*)")


def form_line(form: FormTemplate) -> Json:
    """A form in a list of all."""
    return {
        "form": form.ref,
        "title": form.title,
        "fields": [field.name for field in form.fields],
    }


def form_json(found: Shelved) -> Json:
    """A form with every box where it stands, in millimetres from the top left corner of its page."""
    form = found.form
    return {
        "form": form.ref,
        "title": form.title,
        "yaml": found.text,
        "pages": [page.model_dump(mode="json") for page in form.pages],
        "fields": [field_json(field) for field in form.fields],
        "rules": [rule.model_dump(mode="json") for rule in form.rules],
        "files": sorted(form.files),
    }


def field_json(field: Field) -> Json:
    """A field as it was given, with its boxes."""
    return field.model_dump(mode="json") | {"box": list(field.box), "cells": [list(cell) for cell in field.cells]}


def checked_json(text: str) -> Json:
    """What is wrong with a form; where nothing is, the form itself and what could be better."""
    try:
        form, warnings = check_form(text, SOURCE)
    except FormTemplateInvalid as error:
        return {"valid": False, "complaints": complaints_json(error), "warnings": [], "form": None}
    fields = {"fields": [field_json(field) for field in form.fields]}
    pages = {"pages": [page.model_dump(mode="json") for page in form.pages]}
    rules = {"rules": [rule.model_dump(mode="json") for rule in form.rules]}
    shown = form_line(form) | pages | fields | rules
    return {"valid": True, "complaints": [], "warnings": [*warnings, *advise(form)], "form": shown}


def complaints_json(error: FormTemplateInvalid) -> list[Json]:
    """Every complaint with its line, which is null where it is about the whole."""
    return [complaint_json(line) for line in str(error).splitlines()]


def complaint_json(text: str) -> Json:
    """One complaint, whose source the reader knows."""
    found = COMPLAINT.fullmatch(text)
    if not found:
        return {"line": None, "message": text}
    return {"line": int(found["line"]) if found["line"] else None, "message": found["message"]}
