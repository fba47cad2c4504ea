"""What a button does, and what the person sees of it."""

from collections.abc import Callable

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from formdigits.errors import FormdigitsError


def done(action: Callable[[], object], message: str, *, to: str, otherwise: str | None = None) -> ResponseReturnValue:
    """Do it, and say on the next page whether it worked.

    Args:
        action: what the button stands for.
        message: what to say when it is done.
        to: address of the next page.
        otherwise: that of the next page when it did not work; None: the same.
    """
    try:
        action()
    except FormdigitsError as error:
        flash(str(error), "bad")
        return redirect(otherwise or to)
    flash(message, "good")
    return redirect(to)
