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
