"""What is wrong with a value of a form template, in the words of who designs the form."""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from formdigits.form_template.model import PAGE_KEYS, FormTemplate
from formdigits.form_template.parts import PATTERN_WORDS
from formdigits.form_template.problems import Place, nearest

MOST_SHOWN = 60
"""Characters of a value that a complaint repeats."""


def worth_saying(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out that a list is empty where it is empty for what is wrong with its values."""
    places = [detail["loc"] for detail in details if detail["type"] != "too_short"]
    around = {place[:n] for place in places for n in range(len(place))}
    return [detail for detail in details if detail["type"] != "too_short" or detail["loc"] not in around]


def say(detail: ErrorDetails, place: Place) -> str:
    """What pydantic found, with the mend."""
    if detail["type"] == "extra_forbidden":
        return say_unknown(str(detail["loc"][-1]), keys_at(detail["loc"][:-1]))
    name, given = ".".join(str(part) for part in place), detail["input"]
    if said := say_known(detail, given):
        return f"{name!r} {said}"
    if detail["type"] == "value_error":
        return f"{name!r}: {detail['ctx']['error']}"
    return f"{name!r}: {detail['msg']}{f', not {shown(given)}' if isinstance(given, str | int | float) else ''}"


def say_known(detail: ErrorDetails, given: object) -> str | None:
    """What pydantic would say in a programmer's words; None where its own are good."""
    kind, ctx = detail["type"], detail.get("ctx", {})
    if kind == "string_type":
        is_plain = isinstance(given, bool | int | float)
        return "is read as a number, or as true or false (so are yes and no); put it in quotes" if is_plain else None
    if kind == "string_pattern_mismatch":
        return f"must be {PATTERN_WORDS[ctx['pattern']]}, not {shown(given)}"
    return {
        "missing": f"is missing; {'give one more value' if isinstance(detail['loc'][-1], int) else 'add it'}",
        "model_type": f"needs keys of its own: {', '.join(keys_at(detail['loc']))}",
        "tuple_type": "must be a list: write `[…]`, or lines that begin with `- `",
        "too_short": f"has too few entries; give {ctx.get('min_length')} at least",
        "too_long": f"has too many entries; give {ctx.get('max_length')} at most",
    }.get(kind)


def shown(value: object) -> str:
    """A value as complaints repeat it."""
    text = repr(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def say_unknown(key: str, known: list[str]) -> str:
    """What to do about a key that the format does not know there."""
    if key in PAGE_KEYS and key not in known:
        return f"unknown key {key!r}; it belongs to a page: write it there, within `pages`"
    if not key.isidentifier():
        return f"unknown key {shown(key)}; where this is text with a comma, put it all in quotes"
    return f"unknown key {shown(key)}; {nearest(key[:MOST_SHOWN], known)}"


def keys_at(place: Place) -> list[str]:
    """The keys that the format knows at a place of the form template."""
    model: type[BaseModel] = FormTemplate
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation such as `tuple[Field, ...]` or `Identity | None` holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := model_in(part))), None)
