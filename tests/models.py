"""Model versions for tests: their files are what a test says, and nothing loads them."""

import tempfile
from pathlib import Path

import numpy as np

from formdigits.model_store import ModelStore
from formdigits.model_version import MODEL_FILE
from tests.fakes import MANIFEST_DRAFT

CROPS = np.ones((2, 28, 28, 1), np.float32)
GOLDEN = np.full((2, 11), 1 / 11, np.float32)


def publish(store: ModelStore, content: bytes, report: Path | None = None) -> str:
    """Publish a version whose file holds `content`, and return its name."""
    with tempfile.TemporaryDirectory() as folder:
        h5 = Path(folder) / MODEL_FILE
        h5.write_bytes(content)
        manifest = store.publish(
            h5, draft=MANIFEST_DRAFT, golden_crops=CROPS, golden_probabilities=GOLDEN, report=report
        )
    return manifest.version
