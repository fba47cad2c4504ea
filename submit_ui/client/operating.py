"""What an operator asks of a running formdigits: its health, its tokens, and all messages anew."""

from typing import Literal
from urllib.parse import quote

from submit_ui.client.base import Client
from submit_ui.connection import Json


class Operating(Client):
    """The part of the client that looks after the server itself."""

    def health(self) -> Json:
        """What of the server works."""
        return self._page.get("health")

    def overview(self) -> Json:
        """All jobs, workers and counters together, at this moment."""
        return self._page.get("overview")

    def workers(self) -> list[Json]:
        """The programs that read pages, with their model versions."""
        return list(self._page.get("workers")["workers"])

    def tokens(self) -> list[Json]:
        """The tokens beside the operator's, by name; the tokens themselves are known to their owners alone."""
        return list(self._page.get("tokens")["tokens"])

    def add_token(
        self, name: str, *, scope: Literal["read", "submit", "admin"] = "submit", quota: int | None = None
    ) -> str:
        """Make a token and return it, the only time that it is seen.

        Args:
            name: owner of the jobs that come with it.
            scope: what it may do.
            quota: most pages that it may have waiting; None: any number.
        """
        return str(self._page.post_once("tokens", {"name": name, "scope": scope, "quota": quota})["token"])

    def remove_token(self, name: str) -> None:
        """Have a token open nothing any more; its jobs stay."""
        self._page.delete(f"tokens/{quote(name, safe='')}")

    def rebuild(self) -> Json:
        """Send everything that waits again, after the broker was wiped or replaced: `n_chunks` and `n_messages`."""
        return self._page.post("rebuild")
