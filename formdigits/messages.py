"""All that travels through the broker: a message names what to do, and the ledger knows whether to do it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

READ_PAGES = "worker.read_pages"
"""Name of the task that takes a `ReadPages`."""
RETRAIN = "trainer.retrain"
"""Name of the task that takes a `Retrain`."""
READ_QUEUE = "read"
TRAIN_QUEUE = "train"

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Of a sheet of paper on its scan, in pixels: the form's top left one first, then clockwise as one reads the form."""


class Message(BaseModel):
    """Base of the messages: frozen, strict, and versioned so that old and new programs refuse each other cleanly."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[2] = 2


class PageRef(BaseModel):
    """One page of a job and where its scan lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, description="Counts from 1 within the job, as people do.")
    path: str = Field(
        description="Absolute path under an allowed root, which the worker checks again; `#page=3` at its end names a"
        " page of a document."
    )
    corners_px: Corners | None = Field(
        None, description="Where a person sees the paper's corners on the scan; left out where nobody had to look."
    )


class Chunk(BaseModel):
    """Pages of one job that are claimed and committed together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    job_id: str
    chunk_id: int
    form: str = Field(description="`name@version` of the form template.")
    max_error: float = Field(gt=0, le=1, description="Error budget: wrong fields among the accepted.")
    pages: tuple[PageRef, ...] = Field(min_length=1)


class ReadPages(Message):
    """Please read the digits on these pages, all in one batch: a full chunk, or small ones of several jobs."""

    chunks: tuple[Chunk, ...] = Field(min_length=1)


class Recipe(BaseModel):
    """How to train; kept with the model version that it makes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    epochs: int = Field(12, ge=1, le=500)
    batch_size: int = Field(128, ge=8, le=4096)
    validation_split: float = Field(0.1, ge=0.02, le=0.5, description="Share of the training digits held out.")
    n_digits: int | None = Field(None, ge=1000, description="Train on this many digits only; None: on all.")
    seed: int = 2026


class Retrain(Message):
    """Please train a new model version."""

    retrain_id: int
