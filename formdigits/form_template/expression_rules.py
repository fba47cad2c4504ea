"""Whether the rules of a form can be judged: they parse, and speak of digits on one page."""

from collections.abc import Iterator

from formdigits.form_template.expression import names_in, parse_expression
from formdigits.form_template.model import FormTemplate
from formdigits.form_template.problems import Place, Problem, nearest, repeated

DOUBT_CODES = frozenset(
    "blank_box check_digit date decimals faint_mark length range regex required roster roster_twice two_marks".split()
)
"""Doubts that fields have without a rule; a rule's id is the code of its own."""


def find_rule_problems(form: FormTemplate) -> Iterator[Problem]:
    """Check all rules of a form."""
    for i, rule_id in repeated([rule.id for rule in form.rules]):
        yield Problem(("rules", i, "id"), f"there is already a rule {rule_id!r}; choose another id")
    for i, rule in enumerate(form.rules):
        if rule.id in DOUBT_CODES:
            yield Problem(("rules", i, "id"), f"{rule.id!r} is the code of another doubt; choose another id")
        try:
            names = sorted(set(names_in(parse_expression(rule.expr))))
        except ValueError as error:
            yield Problem(("rules", i, "expr"), str(error))
        else:
            yield from find_name_problems(("rules", i, "expr"), form, names)


def find_name_problems(place: Place, form: FormTemplate, names: list[str]) -> Iterator[Problem]:
    """A rule needs numbers, and all of them from one page: pages are read one by one."""
    fields = {field.name: field for field in form.fields}
    digits = [name for name, field in fields.items() if field.kind == "digits"]
    for name in names:
        if name not in fields:
            yield Problem(place, f"there is no field {name!r}; {nearest(name, digits)}")
        elif name not in digits:
            yield Problem(
                place, f"{name!r} is a field of kind {fields[name].kind}, and rules need digits; leave it out"
            )
        elif fields[name].roster_is_unique:
            why = "which is known only when its whole job was read, and rules are judged page by page"
            yield Problem(place, f"the roster of {name!r} is unique, {why}; leave it out")
    pages = {fields[name].page for name in names if name in fields}
    if len(pages) > 1:
        listed = ", ".join(str(page) for page in sorted(pages))
        yield Problem(
            place, f"a rule is judged on one page, and this one needs pages {listed}; keep its fields together"
        )
    if not names:
        yield Problem(place, "a rule must name a field")
