"""Which form templates there are."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from submit_ui.parts import parts

forms = Blueprint("forms", __name__)


@forms.get("/forms")
def listing() -> ResponseReturnValue:
    """All form templates, by name."""
    found = [parts().forms.get(name) for name in parts().forms.names()]
    return {
        "forms": [
            {"form": form.ref, "title": form.title, "fields": [field.name for field in form.fields]} for form in found
        ]
    }
