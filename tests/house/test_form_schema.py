"""What is published of the form template's format is the format: its JSON Schema, and the document for people."""

import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator

from formdigits.form_template import form_schema, parse_form
from formdigits.form_template.expression import parse_expression
from formdigits.form_template.expression_rules import DOUBT_CODES
from formdigits.shipped import shipped_folder
from tests.formdigits.test_form_template_rules import FORM
from tests.house.checkout import PROGRAMS, text, texts

SCHEMA = "docs/form-template.schema.json"
VALIDATOR = Draft202012Validator(form_schema())
DOCUMENT = text("docs/form-templates.md")
BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
SHORT = yaml.safe_load(FORM)
PAGE = {key: SHORT[key] for key in ("size", "registration", "identity", "ignore")}
LONG = {key: value for key, value in SHORT.items() if key not in PAGE} | {"pages": [PAGE]}


def test_the_published_schema_is_the_format():
    expected = json.dumps(form_schema(), indent=1, ensure_ascii=False) + "\n"

    assert text(SCHEMA) == expected, (
        f"write it anew: .venv/bin/python -c 'import json; from formdigits.form_template import form_schema;"
        f" print(json.dumps(form_schema(), indent=1, ensure_ascii=False))' >{SCHEMA}"
    )


def test_the_schema_is_one():
    Draft202012Validator.check_schema(form_schema())

    assert form_schema()["additionalProperties"] is False


@pytest.mark.parametrize("form", [SHORT, LONG], ids=["short", "long"])
def test_both_ways_to_write_a_form_of_one_page_are_in_the_schema(form):
    assert VALIDATOR.is_valid(form)


@pytest.mark.parametrize("path", sorted(shipped_folder("forms").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_form_keeps_the_schema(path):
    assert VALIDATOR.is_valid(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    "form",
    [
        SHORT | {"colour": "red"},
        SHORT | {"pages": [PAGE]},
        LONG | {"size": PAGE["size"]},
        {key: value for key, value in SHORT.items() if key != "size"},
        SHORT | {"version": "two"},
        SHORT | {"fields": []},
        SHORT | {"id": "Exam"},
    ],
    ids=["unknown key", "both ways", "both ways, long", "no size", "no number", "no fields", "name"],
)
def test_what_the_format_refuses_is_not_in_the_schema(form):
    assert not VALIDATOR.is_valid(form)


def keys_in(schema):
    """Every key of every part of the format."""
    parts = [schema, *schema["$defs"].values()]
    return {key for part in parts for key in part.get("properties", {})}


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.startswith("format:")])
def test_every_form_in_the_document_is_valid_and_keeps_the_schema(block):
    form = parse_form(block, "form-templates.md")

    assert form.fields
    assert VALIDATOR.is_valid(yaml.safe_load(block))


@pytest.mark.parametrize("rule", [rule for block in BLOCKS for rule in yaml.safe_load(block).get("rules", [])], ids=str)
def test_every_rule_in_the_document_is_one(rule):
    assert parse_expression(rule["expr"])


def test_every_key_of_the_format_is_in_the_document():
    assert not {key for key in keys_in(form_schema()) if not re.search(rf"\b{key}\b", DOCUMENT)}


def test_every_doubt_of_the_programs_is_in_the_document_and_names_no_rule():
    sources = [source for name, source in texts(".py").items() if name.split("/")[0] in PROGRAMS]
    codes = {code for source in sources for code in re.findall(r'Doubt\(code="(\w+)"', source)}

    assert codes == DOUBT_CODES
    assert not {code for code in codes if f"`{code}`" not in DOCUMENT}
