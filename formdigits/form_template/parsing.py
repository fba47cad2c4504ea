"""From the YAML of a form template to a `FormTemplate`, with every complaint naming its line and the mend."""

from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template.model import PAGE_KEYS, FormTemplate
from formdigits.form_template.problems import Place, nearest
from formdigits.form_template.rules import find_problems

MAX_BYTES = 200_000
"""No form needs more, and the parser's memory is a multiple of it."""
MAX_DEPTH = 10
"""No form nests deeper."""


def parse_form(text: str, source: str) -> FormTemplate:
    """Make a form template of its YAML.

    Args:
        text: the YAML.
        source: what complaints call it, such as the file's name.

    Raises:
        FormTemplateInvalid: with one line for every problem.
    """
    return check_form(text, source)[0]


def check_form(text: str, source: str) -> tuple[FormTemplate, list[str]]:
    """Make a form template of its YAML, with one line for everything that would make it easier to read.

    Raises:
        FormTemplateInvalid: with one line for every problem.
    """
    root, values = load_yaml(text, source)
    try:
        form = FormTemplate.model_validate(values)
    except ValidationError as error:
        found = [(in_file(root, detail["loc"]), detail) for detail in error.errors()]
        said = [complain(source, root, place, say(detail, place)) for place, detail in found]
        raise FormTemplateInvalid("\n".join(said)) from error
    complaints: list[str] = []
    warnings: list[str] = []
    for place, message, is_warning in find_problems(form):
        (warnings if is_warning else complaints).append(complain(source, root, in_file(root, place), message))
    if complaints:
        raise FormTemplateInvalid("\n".join(complaints))
    return form, warnings


def load_yaml(text: str, source: str) -> tuple[yaml.MappingNode, Any]:
    """Parse one YAML mapping without aliases; its nodes know their lines.

    Raises:
        FormTemplateInvalid: with the line.
    """
    if len(text) > MAX_BYTES:
        raise FormTemplateInvalid(f"{source}: longer than {MAX_BYTES} characters; this is no form template")
    try:
        refuse_bombs(text, source)
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise FormTemplateInvalid(f"{source}: this is no form template; it must start with lines such as `id: …`")
        for key in repeated_keys(root):
            raise FormTemplateInvalid(f"{source}, line {line_of(key)}: {key.value!r} is given twice; remove one")
        return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise FormTemplateInvalid(f"{source}{line}: this is not valid YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FormTemplateInvalid(f"{source}: this is not valid YAML: {error}") from error


def refuse_bombs(text: str, source: str) -> None:
    """A few lines of aliases make gigabytes, and deep nesting takes hours to parse; no form needs either."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken):
            raise FormTemplateInvalid(f"{source}, line {line}: aliases (`*{token.value}`) are not read; write it out")
        depth += isinstance(token, (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken))
        depth -= isinstance(token, (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken))
        if depth > MAX_DEPTH:
            raise FormTemplateInvalid(f"{source}, line {line}: brackets within brackets, too deep for a form template")


def repeated_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """Keys that stand twice in a mapping, anywhere below the node; YAML would silently take the last."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from repeated_keys(value)


def complain(source: str, root: yaml.Node, place: Place, message: str) -> str:
    """One line: where, what, and the mend."""
    return f"{source}, line {line_at(root, place)}: {message}"


def in_file(root: yaml.MappingNode, place: Place) -> Place:
    """Where a value stands in the file: what belongs to the only page may stand beside the name."""
    has_pages = any(key.value == "pages" for key, _ in root.value)
    return place[2:] if place[:2] == ("pages", 0) and not has_pages else place


def line_at(root: yaml.Node, place: Place) -> int:
    """The line of a value, or of the nearest thing around it that is there."""
    node, line = root, line_of(root)
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [pair for pair in node.value if pair[0].value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = [(node.value[part], node.value[part])]
        else:
            found = []
        if not found:
            break
        key, node = found[0]
        line = line_of(key)
    return line


def line_of(node: yaml.Node) -> int:
    """Lines count from 1, as editors have it."""
    return int(node.start_mark.line) + 1


def say(detail: ErrorDetails, place: Place) -> str:
    """What pydantic found, in a form designer's words."""
    name = ".".join(str(part) for part in place)
    if detail["type"] == "extra_forbidden":
        return say_unknown(str(detail["loc"][-1]), keys_at(detail["loc"][:-1]))
    if detail["type"] == "missing":
        return f"{name!r} is missing"
    if detail["type"] == "string_type" and isinstance(detail["input"], bool | int | float):
        return f"{name!r} is read as a number, or as true or false (so are yes and no); put it in quotes"
    if detail["type"] == "value_error":
        return f"{name!r}: {detail['ctx']['error']}"
    given = f", not {detail['input']!r}" if isinstance(detail["input"], str | int | float) else ""
    return f"{name!r}: {detail['msg']}{given}"


def say_unknown(key: str, known: list[str]) -> str:
    """What to do about a key that the format does not know there."""
    if key in PAGE_KEYS and key not in known:
        return f"unknown key {key!r}; it belongs to a page: write it there, within `pages`"
    if not key.isidentifier():
        return f"unknown key {key!r}; where this is text with a comma, put it all in quotes"
    return f"unknown key {key!r}; {nearest(key, known)}"


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
