"""Rules such as `a + b == total`: from text to a small tree.  It is parsed, and never run as a program.

There are field names, numbers, `+ - * /`, comparisons, `and`, `or`, `not`, `blank(field)`, and `sum(field, ...)`, which
counts blank fields as nothing.  Every part is a number or a truth, and which is known before any value is.
"""

import ast
import keyword
import math
import warnings
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MAX_DEPTH = 20
MAX_PARTS = 200
OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
KNOWN = "there are field names, numbers, + - * /, comparisons, and, or, not, blank(field) and sum(field, ...)"


class Number(NamedTuple):
    """A number that stands in the rule."""

    value: Fraction


class Name(NamedTuple):
    """The value of a field."""

    name: str


class Sum(NamedTuple):
    """All fields together, blank ones being nothing."""

    names: tuple[str, ...]


class Arithmetic(NamedTuple):
    """Two numbers that make one."""

    operator: str
    left: "Numeric"
    right: "Numeric"


class Comparison(NamedTuple):
    """Two numbers, and whether they stand to each other as they should."""

    operator: str
    left: "Numeric"
    right: "Numeric"


class Blank(NamedTuple):
    """Whether nothing is written in a field."""

    name: str


class Not(NamedTuple):
    """The opposite."""

    part: "Truth"


class Several(NamedTuple):
    """All of the parts, or any."""

    need_all: bool
    parts: tuple["Truth", ...]


Numeric = Number | Name | Sum | Arithmetic
Truth = Comparison | Blank | Not | Several


@lru_cache(maxsize=256)
def parse_expression(text: str) -> Truth:
    """Make a rule's tree.

    Raises:
        ValueError: it is no such expression, and what to write instead.
    """
    source = " ".join(text.split())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning) as error:
        raise ValueError(f"{source!r} is no expression{why_not(source)}; {KNOWN}") from error
    if depth_of(body) > MAX_DEPTH or sum(1 for _ in ast.walk(body)) > MAX_PARTS:
        raise ValueError("the expression is too long, or too deep; make several rules of it")
    return Reader(source).truth(body)


def names_in(part: Numeric | Truth) -> Iterator[str]:
    """Every field that a rule speaks of; some may come twice."""
    match part:
        case Name(name) | Blank(name):
            yield name
        case Sum(names):
            yield from names
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case Not(inner):
            yield from names_in(inner)
        case Several(_, parts):
            for inner in parts:
                yield from names_in(inner)


def why_not(source: str) -> str:
    """The usual reasons why something is no expression."""
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in source).split()) - {"and", "or", "not"}
    taken = sorted(word for word in words if keyword.iskeyword(word))
    if taken:
        return f" (a field named {taken[0]!r} cannot be used in rules; rename it)"
    return " (compare with `==`)" if "=" in source and "==" not in source else ""


def depth_of(node: ast.AST) -> int:
    """How many levels there are, counted without recursion."""
    depth, level = 0, [node]
    while level and depth <= MAX_DEPTH:
        depth, level = depth + 1, [child for one in level for child in ast.iter_child_nodes(one)]
    # Names and operators have a leaf of their own below them.
    return depth - 1


class Reader:
    """Takes Python's syntax tree to ours, and refuses everything else."""

    def __init__(self, source: str) -> None:
        self._source = source

    def truth(self, node: ast.expr) -> Truth:
        """What is true or not."""
        match node:
            case ast.BoolOp(op, parts):
                return Several(isinstance(op, ast.And), tuple(self.truth(part) for part in parts))
            case ast.UnaryOp(ast.Not(), part):
                return Not(self.truth(part))
            case ast.Compare(first, operators, others):
                values = [self.number(value) for value in (first, *others)]
                signs = [self._operator(node, operator) for operator in operators]
                pairs = [Comparison(*pair) for pair in zip(signs, values, values[1:], strict=False)]
                return pairs[0] if len(pairs) == 1 else Several(need_all=True, parts=tuple(pairs))
            case ast.Call(ast.Name("blank"), [ast.Name(name)], []):
                return Blank(name)
        raise ValueError(f"{self._say(node)} is neither true nor false; compare it, as in `a + b == total`")

    def number(self, node: ast.expr) -> Numeric:
        """What has a value."""
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool) and math.isfinite(value):
                return Number(Fraction(str(value)))
            case ast.Name(name):
                return Name(name)
            case ast.UnaryOp(ast.USub(), part):
                return Arithmetic("-", Number(Fraction(0)), self.number(part))
            case ast.BinOp(left, operator, right):
                return Arithmetic(self._operator(node, operator), self.number(left), self.number(right))
            case ast.Call(ast.Name("sum"), [_, *_] as fields, []):
                names = tuple(field.id for field in fields if isinstance(field, ast.Name))
                if len(names) == len(fields):
                    return Sum(names)
        raise ValueError(f"{self._say(node)} is no number; {KNOWN}")

    def _operator(self, node: ast.expr, operator: ast.AST) -> str:
        if type(operator) not in OPERATORS:
            raise ValueError(f"{self._say(node)} uses an operator that rules do not have; {KNOWN}")
        return OPERATORS[type(operator)]

    def _say(self, node: ast.expr) -> str:
        return f"`{ast.get_source_segment(self._source, node)}`"
