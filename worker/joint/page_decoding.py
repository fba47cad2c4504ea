"""The fields of a page that share rules, such as a sum and its parts: their most probable texts together."""

from collections.abc import Mapping, Sequence

import numpy as np

from formdigits.constraints import holds, rules_among
from formdigits.constraints.weights import Weights, weights_for
from formdigits.form_template import FormTemplate, Rule
from formdigits.readings import FieldReading
from worker.joint.candidates import Candidate, candidates_of
from worker.joint.texts import likeliest

MOST_JUDGED = 400
"""So many times a rule is looked at, for all the texts that its fields may say together."""
SHARE_OF_EQUAL = 0.1
"""Of all numbers that should be equal so many are, or fewer: their last digits must be."""


def decode_page(form: FormTemplate, fields: Sequence[FieldReading]) -> dict[str, Candidate]:
    """Find the most probable texts of all fields that stand in rules.

    People add up wrongly: texts that break a rule count too, with the weights of `formdigits.constraints.weights`.

    Args:
        form: whose rules these are.
        fields: of one page, each decided alone.

    Returns:
        By field name the text, its value, and its probability given all the others.  Fields in no rule are left out.
    """
    readings = {reading.name: reading for reading in fields}
    fields_named = {field.name: field for field in form.fields}
    rules = rules_among(form, {name: reading.value for name, reading in readings.items()})
    found: dict[str, Candidate] = {}
    for group in groups_of(rules):
        names = list(dict.fromkeys(name for rule in group for name in rules[rule]))
        of_group = decode_group(group, {name: candidates_of(fields_named[name], readings[name]) for name in names})
        found |= {
            name: one._replace(rule=next(rule.id for rule in group if name in rules[rule]))
            for name, one in of_group.items()
        }
    return found


def groups_of(rules: Mapping[Rule, Sequence[str]]) -> list[list[Rule]]:
    """Rules that share fields, directly or through others, stand in one group."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule, names in rules.items():
        near = [group for group in groups if not group[0].isdisjoint(names)]
        merged = {*names}.union(*(group[0] for group in near)), [*(one for group in near for one in group[1]), rule]
        groups = [group for group in groups if group not in near] + [merged]
    return [together for _, together in groups]


def decode_group(rules: Sequence[Rule], candidates: Mapping[str, Sequence[Candidate]]) -> dict[str, Candidate]:
    """Find the most probable texts of some fields together.

    Args:
        rules: that they share.
        candidates: of each field, the one that was read first; it stays where it keeps all rules.
    """
    alone = [np.array([one.probability for one in of_field]) for of_field in candidates.values()]
    choices, products = likeliest(alone, max(1, MOST_JUDGED // len(rules)))
    weights = products.copy()
    for place, choice in enumerate(choices.tolist()):
        values = {name: candidates[name][at].value for name, at in zip(candidates, choice, strict=True)}
        weights[place] *= _weight(rules, values)
    best = choices[weights.argmax()]
    with_best = choices == best
    # What was not looked at neither keeps nor breaks the rules, and may hold the best text of a field as well.
    of_best = (
        weights @ with_best + [of_field[at] for of_field, at in zip(alone, best, strict=True)] - products @ with_best
    )
    total = weights.sum() + 1 - products.sum()
    return {
        name: candidates[name][at]._replace(probability=min(1.0, max(0.0, probability)))
        for name, at, probability in zip(candidates, best.tolist(), (of_best / total).tolist(), strict=True)
    }


def _weight(rules: Sequence[Rule], values: Mapping[str, str | None]) -> float:
    """How many times as likely values are together as each of them alone says."""
    states = [holds(rule, values) for rule in rules]
    if None in states and False not in states:
        return 1.0
    weights = weights_of(rules)
    return weights.broken if False in states else weights.kept


def weights_of(rules: Sequence[Rule]) -> Weights:
    """How much rules say of the numbers that keep them."""
    return weights_for(SHARE_OF_EQUAL if any("==" in rule.expr for rule in rules) else 1.0)
