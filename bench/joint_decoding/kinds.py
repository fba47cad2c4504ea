"""What is drawn: each way to constrain a field, and each rule of several fields, with numbers that keep it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, get_args

from bench.joint_decoding.numbers import (
    Rng,
    any_date,
    any_number,
    kept_number,
    number_up_to,
    points_and_total,
    two_and_their_sum,
    two_readings_of_a_meter,
)
from formdigits.form_template import Boxes, Constraints, Field, FormTemplate, Roster, Rule
from formdigits.form_template.constraints import CheckDigit
from formdigits.form_template.page import FormPage, Size

DISTRICT = r"(0[1-9]|1[0-6])\d{6}"
"""A country of sixteen states, and six digits that say more."""


class Kind(NamedTuple):
    """A page with one field and its constraint, or with several fields and their rule."""

    name: str
    fields: tuple[Field, ...]
    draw: Callable[[Rng], tuple[str, ...]]
    """Texts that are right, one a field, with `_` for a box that stays blank."""
    rules: tuple[Rule, ...] = ()
    roster: frozenset[str] | None = None

    @property
    def form(self) -> FormTemplate:
        page = FormPage(size=Size(width=1, height=1))
        return FormTemplate(id="drawn", version=1, title="Drawn", pages=(page,), fields=self.fields, rules=self.rules)

    @property
    def bare_form(self) -> FormTemplate:
        """The form without what is measured: its rules, or the constraints of its only field."""
        if self.rules:
            return self.form.model_copy(update={"rules": ()})
        only = self.fields[0].model_copy(update={"constraints": Constraints()})
        return self.form.model_copy(update={"fields": (only,)})


def kinds(rng: Rng) -> Iterator[Kind]:
    """Every sort of constraint, then rules."""
    for check in get_args(CheckDigit):
        constraints = Constraints(check_digit=check)
        yield _alone(f"check digit, {check}", 8, constraints, partial(kept_number, constraints))
    for size in (1_000, 100_000):
        yield _listed(f"roster of {size:,}", [any_number(rng, 8) for _ in range(size)])
    yield _listed("roster of 1,000 in a row, 5 digits", [f"{n:05}" for n in range(41_000, 42_000)])
    yield _alone("date, DDMMYYYY", 8, Constraints(date="DDMMYYYY"), any_date)
    yield _alone("range, to 5 million", 8, Constraints(range=(0, 5e6)), partial(number_up_to, 5_000_000, 8))
    yield _alone("range, to 100, 3 digits", 3, Constraints(range=(0, 100)), partial(number_up_to, 100, 3))
    district = Constraints(regex=DISTRICT)
    yield _alone("regex, a sixth of all numbers", 8, district, partial(kept_number, district))
    yield from _ruled()


def _alone(name: str, n_digits: int, constraints: Constraints, draw: Callable[[Rng], str]) -> Kind:
    return Kind(name, (_field("number", n_digits, constraints),), lambda rng: (draw(rng),))


def _listed(name: str, values: list[str]) -> Kind:
    constraints, listed = Constraints(roster=Roster(file="all.txt")), sorted(set(values))
    kind = _alone(name, len(listed[0]), constraints, lambda rng: listed[rng.integers(len(listed))])
    return kind._replace(roster=frozenset(listed))


def _ruled() -> Iterator[Kind]:
    two = _field("first", 4), _field("second", 4), _field("total", 5)
    yield _sharing("rule, two numbers and their sum", two, two_and_their_sum, "first + second == total")
    points = Constraints(range=(0, 20), regex=r"\d+\.[05]")
    names = [f"question_{n}" for n in range(1, 5)]
    questions = *(_field(name, 3, points, 1) for name in names), _field("total", 3, Constraints(range=(0, 80)), 1)
    yield _sharing("rule, four points and their sum", questions, points_and_total, f"sum({', '.join(names)}) == total")
    years = _field("last_year", 6), _field("this_year", 6)
    later = "last_year <= this_year < last_year + 5000"
    yield _sharing("rule, a little more than last year", years, two_readings_of_a_meter, later)


def _sharing(name: str, fields: tuple[Field, ...], draw: Callable[[Rng], tuple[str, ...]], expr: str) -> Kind:
    return Kind(name, fields, draw, (Rule(id="together", expr=expr),))


def _field(name: str, n_digits: int, constraints: Constraints | None = None, decimals: int = 0) -> Field:
    boxes = Boxes(origin=(0, 0), size=(8, 10), pitch=10, count=n_digits)
    return Field(name=name, boxes=boxes, constraints=constraints or Constraints(), decimals=decimals)
