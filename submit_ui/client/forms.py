"""Forms: which there are, whether a new one is right, and saving it."""

from collections.abc import Mapping
from urllib.parse import quote

from submit_ui.client.base import Client
from submit_ui.connection import Json


class Forms(Client):
    """The part of the client that looks after form templates."""

    def forms(self) -> list[Json]:
        """The form templates that the server knows, each in its newest version."""
        return list(self._page.get("forms")["forms"])

    def form(self, name_or_ref: str) -> Json:
        """One form template: its YAML, and every box in millimetres."""
        return self._page.get(f"forms/{quote(name_or_ref, safe='@')}")

    def forecast(self, name_or_ref: str, max_error: float | None = None) -> Json:
        """How much of filled-in copies will go to review, for the page and for every field, before they are read.

        Args:
            name_or_ref: of the form template.
            max_error: error budget; None: as the server is set.
        """
        budget = "" if max_error is None else f"?max_error={max_error}"
        return self._page.get(f"forms/{quote(name_or_ref, safe='@')}/forecast{budget}")

    def check_form(self, yaml: str) -> Json:
        """Complaints with their lines and warnings, or the form with every box."""
        return self._page.post("forms/check", content=yaml)

    def save_form(self, yaml: str, files: Mapping[str, bytes] | None = None) -> Json:
        """Save a version of a form; the same once more is harmless.

        Args:
            yaml: the form template.
            files: the pictures of blank pages and the rosters that it names.
        """
        beside = [("file", (name, content)) for name, content in (files or {}).items()]
        return self._page.post("forms", files=[("form", ("form.yaml", yaml.encode())), *beside])
