"""Any constraints: the most probable texts are looked at one by one, until nothing that is left matters."""

from formdigits.constraints import find_broken
from formdigits.form_template.constraints import Constraints
from worker.joint.finding import Found
from worker.joint.frame import Frame
from worker.joint.remainders import METHODS
from worker.joint.texts import Rows, likeliest, text_of

MOST_TEXTS = 500
ENOUGH = 1e-5
"""Where all texts that are left are less likely than this together, none of them is looked at."""


def find_by_search(constraints: Constraints, rows: Rows, frame: Frame) -> Found:
    """Find the best text that keeps the constraints, and how likely those are that were looked at.

    Args:
        constraints: of the field, without a roster.
        rows: of the boxes.
        frame: what stands about the digits in the value.
    """
    best, probability = None, 0.0
    kept, broken, left = 0.0, 0.0, 1.0
    choices, products = likeliest(rows, MOST_TEXTS)
    for choice, product in zip(choices, products.tolist(), strict=True):
        text = text_of(choice)
        left -= product
        if "?" not in text and _is_right(constraints, frame.value_with(text)):
            best, probability = (best, probability) if best else (text, product)
            kept += product
        elif "?" not in text:
            broken += product
        if left < ENOUGH:
            break
    share_kept = 1 / METHODS[constraints.check_digit].n_remainders if constraints.check_digit else 1.0
    return Found(best, probability, kept, broken, max(1 - kept - broken, 0.0), share_kept)


def _is_right(constraints: Constraints, value: str) -> bool:
    return next(find_broken(constraints, value, None), None) is None
