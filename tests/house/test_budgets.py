"""Small files and short functions: a reader sees each at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.checkout import HOME, PROGRAMS, files

MOST_LINES = 250
MOST_STATEMENT_LINES = 40
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def functions_of(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            yield node


def body_lines(function: Function) -> int:
    """Lines of the body, without its docstring and without the functions inside."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    inner = [node for statement in body for node in ast.walk(statement) if isinstance(node, Function)]
    lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
    return lines - sum((node.end_lineno or 0) - node.lineno for node in inner)


def test_no_module_is_too_long_to_read_at_once():
    lengths = {str(path.relative_to(HOME)): len(path.read_text().splitlines()) for path in modules()}

    too_long = {name: length for name, length in lengths.items() if length > MOST_LINES}

    assert not too_long


def test_no_function_is_too_long_to_read_at_once():
    functions = [(path, function) for path in modules() for function in functions_of(path)]

    too_long = {f"{path.name}:{f.name}": n for path, f in functions if (n := body_lines(f)) > MOST_STATEMENT_LINES}

    assert not too_long


def test_every_module_says_what_it_is_for():
    programs = [path for path in modules() if path.relative_to(HOME).parts[0] in PROGRAMS]

    silent = [str(path.relative_to(HOME)) for path in programs if not ast.get_docstring(ast.parse(path.read_text()))]

    assert not silent


def test_no_module_has_a_name_that_says_nothing():
    vague = [str(path.relative_to(HOME)) for path in modules() if VAGUE & {path.stem, *path.relative_to(HOME).parts}]

    assert not vague
