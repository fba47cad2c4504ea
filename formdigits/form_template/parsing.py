"""From the YAML of a form template to a `FormTemplate`, with every complaint naming its line and the mend."""

from collections.abc import Sequence

import yaml
from pydantic import ValidationError

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template.model import FormTemplate
from formdigits.form_template.problems import Place
from formdigits.form_template.rules import find_problems
from formdigits.form_template.sentences import say, worth_saying
from formdigits.form_template.yaml_text import in_file, line_at, load_yaml

MAX_COMPLAINTS = 50
"""Nobody reads more at a time, and finding the line of each takes as long as the file is."""


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
        FormTemplateInvalid: with one line for every problem, the first of them where they are very many.
    """
    root, values = load_yaml(text, source)
    try:
        form = FormTemplate.model_validate(values)
    except ValidationError as error:
        details = worth_saying(error.errors())
        found = [(in_file(root, detail["loc"]), detail) for detail in details[:MAX_COMPLAINTS]]
        said = [complain(source, root, place, say(detail, place)) for place, detail in found]
        raise FormTemplateInvalid(together(said, len(details))) from error
    problems = list(find_problems(form))
    broken = [problem for problem in problems if not problem.is_warning]
    said = [
        complain(source, root, in_file(root, problem.place), problem.message)
        for problem in (broken or problems)[:MAX_COMPLAINTS]
    ]
    if broken:
        raise FormTemplateInvalid(together(said, len(broken)))
    return form, said


def together(said: Sequence[str], n: int) -> str:
    """All complaints, one a line, and how many there are beside."""
    return "\n".join([*said, f"and {n - len(said)} more like these; mend these first"] if n > len(said) else said)


def complain(source: str, root: yaml.MappingNode, place: Place, message: str) -> str:
    """One line: where, what, and the mend."""
    return f"{source}, line {line_at(root, place)}: {message}"
