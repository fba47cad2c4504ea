"""server.json in the data folder: where the formdigits that runs here is found, for the programs of the same user."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from formdigits.settings import Settings


class ServerFile(BaseModel):
    """Written by `formdigits up` when the page listens."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    token: str
    scan_roots: tuple[Path, ...] = ()

    def write(self, settings: Settings) -> None:
        """Put it in the data folder, for its owner alone."""
        aside = server_file(settings).with_suffix(f".{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(self.model_dump_json())
        aside.replace(server_file(settings))


def server_file(settings: Settings) -> Path:
    """Where it lies."""
    return settings.data / "server.json"


def read_server_file(settings: Settings) -> ServerFile | None:
    """The one in the data folder; None where there is none."""
    try:
        return ServerFile.model_validate_json(server_file(settings).read_text())
    except (OSError, ValidationError):
        return None
