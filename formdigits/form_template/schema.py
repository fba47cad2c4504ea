"""The JSON Schema of form templates, for editors; it knows keys and values, and `form check` knows the rest."""

from typing import Any

from formdigits.form_template.model import PAGE_KEYS, FormTemplate
from formdigits.form_template.page import FormPage

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def form_schema() -> dict[str, Any]:
    """The JSON Schema of a form template, which may say what belongs to its one page without `pages`."""
    schema = FormTemplate.model_json_schema()
    of_page = FormPage.model_json_schema()["properties"]
    several = {"required": ["pages"], "properties": dict.fromkeys(sorted(PAGE_KEYS), False)}
    one = {"required": ["size"], "properties": {"pages": False}}
    schema["required"] = [key for key in schema["required"] if key != "pages"]
    schema["properties"] = {**schema["properties"], **of_page}
    return {"$schema": DIALECT, **schema, "oneOf": [several, one]}
