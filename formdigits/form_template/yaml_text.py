"""YAML of a form template: taken apart without aliases and bombs, every value of it knowing its line."""

from collections.abc import Iterator
from typing import Any

import yaml

from formdigits.errors import FormTemplateInvalid
from formdigits.form_template.problems import Place

MAX_BYTES = 200_000
"""No form needs more, and the parser's memory is a multiple of it."""
MAX_DEPTH = 10
"""No form nests deeper."""
MAX_NUMBER = 40
"""No number of a form has more characters, and one of thousands cannot even be written down in a complaint."""
TEXT = "tag:yaml.org,2002:str"
OPENING = (
    *(yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken),
    *(yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken),
)
CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
PLAIN_WORDS = {
    "found character '\\t'": "there is a tab; indent with spaces",
    "could not determine a constructor": "tags such as `!!name` are not read; remove it",
    "failed to decode base64": "tags such as `!!binary` are not read; remove it",
    "but found another document": "`---` begins another document; make a file of its own of it",
}
"""What PyYAML says of the usual slips, and what there is to do."""


class NoValue(yaml.constructor.ConstructorError):
    """A value that cannot be made of its text; says the mend itself."""


class LinedLoader(yaml.SafeLoader):
    """Says the line where a number or a date is none."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  # PyYAML's signature
        if isinstance(node, yaml.ScalarNode) and node.tag.endswith((":int", ":float")) and len(node.value) > MAX_NUMBER:
            said = f"this number has {len(node.value)} characters; shorten it, or put it in quotes"
            raise NoValue(problem=said, problem_mark=node.start_mark)
        try:
            return super().construct_object(node, deep=deep)
        except ValueError as error:
            said = f"{node.value[:MAX_NUMBER]!r} is read as a number or a date ({error}); put it in quotes"
            raise NoValue(problem=said, problem_mark=node.start_mark) from error


def load_yaml(text: str, source: str) -> tuple[yaml.MappingNode, Any]:
    """Parse one YAML mapping without aliases; its nodes know their lines.

    Raises:
        FormTemplateInvalid: with the line.
    """
    if len(text) > MAX_BYTES:
        raise FormTemplateInvalid(f"{source}: longer than {MAX_BYTES} characters; this is no form template")
    try:
        refuse_bombs(text, source)
        loader = LinedLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise FormTemplateInvalid(f"{source}: this is no form template; it must start with lines such as `id: …`")
        for key, said in wrong_keys(root):
            raise FormTemplateInvalid(f"{source}, line {line_of(key)}: {said}")
        return root, loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise FormTemplateInvalid(f"{source}{line}: this is not valid YAML: {wrong_with(error)}") from error
    except yaml.reader.ReaderError as error:
        line = f", line {text.count(chr(10), 0, error.position) + 1}"
        mend = "a character that no text has stands here; remove it"
        raise FormTemplateInvalid(f"{source}{line}: this is not valid YAML: {mend}") from error


def refuse_bombs(text: str, source: str) -> None:
    """A few lines of aliases make gigabytes, and deep nesting takes hours to parse; no form needs either."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        line = token.start_mark.line + 1
        if isinstance(token, yaml.AliasToken):
            raise FormTemplateInvalid(f"{source}, line {line}: aliases (`*{token.value}`) are not read; write it out")
        depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
        if depth > MAX_DEPTH:
            said = "lists or brackets within others, too deep for a form template; take levels away"
            raise FormTemplateInvalid(f"{source}, line {line}: {said}")


def wrong_with(error: yaml.MarkedYAMLError) -> str:
    """A sentence for what PyYAML says, with the mend."""
    problem = str(error.problem)
    if isinstance(error, NoValue):
        return problem
    plain = [words for start, words in PLAIN_WORDS.items() if problem.startswith(start)]
    return plain[0] if plain else f"{problem}; look at the quotes, colons and spaces here and in the line before"


def wrong_keys(node: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    """Keys, anywhere below the node, that are no words, or stand twice, of which YAML would silently take the last."""
    values = list(node.value) if isinstance(node, yaml.SequenceNode) else []
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            values.append(value)
            if not isinstance(key, yaml.ScalarNode):
                yield key, "a list or a mapping stands where a key should; keys are words"
            elif key.tag != TEXT:
                yield key, f"the key {key.value!r} is read as a number, a date, or as true or false; put it in quotes"
            elif key.value in seen:
                yield key, f"{key.value!r} is given twice; remove one"
            else:
                seen.add(key.value)
    for value in values:
        yield from wrong_keys(value)


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
