"""What is wrong with settings, in a sentence: which variable has which value, and what it may be."""

from collections.abc import Collection
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

PREFIX = "FORMDIGITS_"
KINDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "a text"}
LIMITS = {"minimum": "from {}", "exclusiveMinimum": "above {}", "maximum": "up to {}"}
"""By their names in a JSON schema."""


def sentence_of(error: ValidationError, schema: dict[str, Any], secret: Collection[str]) -> str:
    """Say everything that is wrong.

    Args:
        error: what the settings came to.
        schema: their JSON schema.
        secret: settings whose values are not told, for a password may be in them.
    """
    return "; ".join(_sentence(wrong, schema["properties"], secret) for wrong in error.errors(include_url=False))


def _sentence(wrong: ErrorDetails, fields: dict[str, Any], secret: Collection[str]) -> str:
    name = str(wrong["loc"][0])
    must_be = str(wrong["ctx"]["error"]) if wrong["type"] == "value_error" else allowed(fields[name])
    is_now = "" if name in secret else f"is {wrong['input']!r}, and "
    return f"{PREFIX}{name.upper()} {is_now}must be {must_be}"


def allowed(field: dict[str, Any]) -> str:
    """Say what a value may be: one of a few, or its kind and its limits."""
    if "enum" in field:
        return " or ".join(map(repr, field["enum"]))
    limits = " ".join(said.format(field[limit]) for limit, said in LIMITS.items() if limit in field)
    return f"{KINDS[field['type']]} {limits}".rstrip()
