"""Which files a person means who names files and folders, and in which parts they are uploaded."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from formdigits.errors import BadRequest

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
BATCH_BYTES = 32_000_000
BATCH_FILES = 500

Batch = list[Path]


def find_scans(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Files as they are named, folders as the images in them, in the order that people count in.

    Raises:
        BadRequest: one of the paths leads nowhere, or a folder holds no image.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(images_under(path), key=natural)
            if not inside:
                raise BadRequest(f"{path} holds no image; these are read: {' '.join(sorted(IMAGE_SUFFIXES))}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise BadRequest(f"{path} is no file and no folder")
    return [Path(os.path.abspath(path)) for path in found]  # noqa: PTH100  # links stay as they were named


def images_under(folder: Path) -> Iterator[Path]:
    """The image files in a folder and its subfolders; hidden ones are left out."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES:  # noqa: PTH122  # fast
                yield Path(parent, name)


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key by which page-2 comes before page-10."""
    parts = re.split(r"(\d+)", str(path))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part.lower()) for part in parts]


def common_names(paths: Sequence[Path]) -> list[str]:
    """What to call each file: its path below the folder that holds all of them."""
    base = os.path.commonpath([path.parent for path in paths])
    return [path.relative_to(base).as_posix() for path in paths]


def batches(paths: Sequence[Path]) -> Iterator[Batch]:
    """Parts that fit one request each; a file that is larger stands alone."""
    batch: Batch = []
    size = 0
    for path in paths:
        n_bytes = path.stat().st_size
        if batch and (len(batch) == BATCH_FILES or size + n_bytes > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += n_bytes
    if batch:
        yield batch
