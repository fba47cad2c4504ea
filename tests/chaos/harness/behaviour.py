"""How a worker behaves: what a test writes into a file of the data folder, every process of it goes by at once."""

import os
from pathlib import Path

from pydantic import BaseModel

FILE = "behaviour.json"


class Behaviour(BaseModel):
    """Read before every use, so that a test changes it while the worker runs."""

    s_per_page: float = 0.0
    """How long decoding a scan takes longer, asleep: a chunk lasts as long on a busy machine."""
    sends_twice: bool = False
    """Whether every message is sent twice."""

    def write(self, data: Path) -> None:
        aside = data / f".{FILE}"
        aside.write_text(self.model_dump_json())
        aside.replace(data / FILE)


def behaviour() -> Behaviour:
    """What this process is to do."""
    file = Path(os.environ["FORMDIGITS_DATA_DIR"]) / FILE
    return Behaviour.model_validate_json(file.read_text()) if file.exists() else Behaviour()
