"""Models and what makes them: versions and retrains."""

from collections.abc import Callable
from urllib.parse import quote

from submit_ui.client.base import Client, poll
from submit_ui.connection import Json


class Models(Client):
    """The part of the client that looks after models."""

    def models(self) -> Json:
        """Model versions, newest first, and the current one."""
        return self._page.get("models")

    def promote(self, version: str) -> Json:
        """Make a model version current."""
        return self._page.post_once(f"models/{quote(version, safe='')}/promote")

    def roll_back(self) -> Json:
        """Make the model version current that was so before."""
        return self._page.post_once("models/roll-back")

    def retrain(self, **recipe: object) -> int:
        """Start a retrain; the recipe's values are those of `formdigits.messages.Recipe`."""
        return int(self._page.post_once("retrains", recipe)["id"])

    def retrain_status(self, retrain_id: int) -> Json:
        """One retrain with its epochs so far."""
        return self._page.get(f"retrains/{retrain_id}")

    def cancel_retrain(self, retrain_id: int) -> Json:
        """Stop a retrain."""
        return self._page.post(f"retrains/{retrain_id}/cancel")

    def wait_retrain(
        self, retrain_id: int, *, timeout_s: float | None = None, on_progress: Callable[[Json], None] | None = None
    ) -> Json:
        """Return the retrain when it has ended."""
        for retrain in poll(lambda: self.retrain_status(retrain_id), timeout_s):
            if on_progress:
                on_progress(retrain)
            if retrain["state"] in ("done", "failed", "cancelled"):
                return retrain
        raise TimeoutError(f"retrain {retrain_id} goes on after {timeout_s} s")
