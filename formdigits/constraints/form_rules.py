"""Whether the answers of a page agree with each other.

A rule says something of known numbers.  Where a field is blank or cannot be read, what stands on it is neither true nor
false, and the rule breaks only when it is false whatever the field may be: `a < b or blank(b)` is true for a blank `b`.
"""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from formdigits.form_template import FormTemplate, Rule
from formdigits.form_template.expression import (
    Arithmetic,
    Blank,
    Comparison,
    Name,
    Not,
    Number,
    Numeric,
    Several,
    Sum,
    Truth,
    names_in,
    parse_expression,
)
from formdigits.readings import Doubt

ARITHMETIC: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Values = Mapping[str, str | None]
"""By field name: what is written there, "" where it is blank, None where that is not known."""


def judge_page(form: FormTemplate, values: Values) -> dict[str, tuple[Doubt, ...]]:
    """Find the rules that do not hold.

    Args:
        form: whose rules these are.
        values: of the fields of one page; rules of other pages are left out.

    Returns:
        Of every field in a broken rule, the doubts; no other fields.
    """
    doubts: dict[str, tuple[Doubt, ...]] = {}
    for rule, names in rules_among(form, values).items():
        if message := complaint_of(rule, names, values):
            for name in names:
                doubts[name] = (*doubts.get(name, ()), Doubt(code=rule.id, message=message))
    return doubts


def complaint_of(rule: Rule, names: list[str], values: Values) -> str:
    """What is wrong with the values; nothing where the rule holds or cannot be told."""
    try:
        if is_true(parse_expression(rule.expr), values) is not False:
            return ""
        found = "does not hold"
    except ZeroDivisionError:
        found = "divides by zero"
    known = ", ".join(f"{name} = {values[name] or 'blank'}" for name in names)
    return f"{rule.expr} {found}: {known}"


def holds(rule: Rule, values: Values) -> bool | None:
    """Whether a rule is true; None where that depends on what is not known.  One that divides by zero is not."""
    try:
        return is_true(parse_expression(rule.expr), values)
    except ZeroDivisionError:
        return False


def rules_among(form: FormTemplate, values: Values) -> dict[Rule, list[str]]:
    """The rules all of whose fields have values, with the names of these fields."""
    names_of = {rule: list(dict.fromkeys(names_in(parse_expression(rule.expr)))) for rule in form.rules}
    return {rule: names for rule, names in names_of.items() if all(name in values for name in names)}


def is_true(truth: Truth, values: Values) -> bool | None:
    """Whether it is; None where that depends on what is not known."""
    match truth:
        case Comparison(sign, left, right):
            numbers = number_of(left, values), number_of(right, values)
            return None if None in numbers else COMPARISONS[sign](*numbers)  # type: ignore[arg-type]
        case Blank(name):
            return None if values[name] is None else not values[name]
        case Not(part):
            inner = is_true(part, values)
            return None if inner is None else not inner
        case Several(need_all, parts):
            found = [is_true(part, values) for part in parts]
            decisive = not need_all
            return decisive if decisive in found else None if None in found else need_all


def number_of(numeric: Numeric, values: Values) -> Fraction | None:
    """The number; None where that depends on what is not known.

    Raises:
        ZeroDivisionError: the rule divides by zero.
    """
    match numeric:
        case Number(value):
            return value
        case Name(name):
            return field_number(values[name])
        case Sum(names):
            written = [field_number(values[name]) for name in names if values[name] != ""]
            known = [number for number in written if number is not None]
            return sum(known, Fraction(0)) if len(known) == len(written) else None
        case Arithmetic(sign, left, right):
            one, other = number_of(left, values), number_of(right, values)
            return None if one is None or other is None else ARITHMETIC[sign](one, other)


def field_number(value: str | None) -> Fraction | None:
    """The number that is written in a field; None where there is none, or a blank box within it."""
    return Fraction(value) if value and "_" not in value else None
