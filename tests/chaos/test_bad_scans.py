"""Everything that people and attackers send in the place of a scan, in one job with good ones."""

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.chaos.audit import audit
from tests.chaos.harness.manifest import Manifest

pytestmark = pytest.mark.integration

PNG_START = b"\x89PNG\r\n\x1a\n"


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is so large; its pixels would be white."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(b"\0" * 100_000))
    return PNG_START + header + pixels + png_chunk(b"IEND", b"")


def refused_contents(good: bytes, page: bytes) -> dict[str, tuple[bytes, str]]:
    """Contents by file name, with the code that each must fail with."""
    return {
        "empty.png": (b"", "unreadable_file"),
        "zeros.png": (bytes(10_000), "unreadable_file"),
        "text.png": (b"a text and no image", "unreadable_file"),
        "start.png": (PNG_START, "unreadable_file"),
        "half.jpg": (page[: len(page) // 50], "unreadable_file"),
        "nothing.png": (bomb(0, 0), "unreadable_file"),
        "bomb.png": (bomb(60_000, 60_000), "too_large"),
        "long.png": (bomb(50_000_000, 1), "too_large"),
        "huge.png": (bomb(2**31 - 1, 2**31 - 1), "too_large"),
        "letter.png": (b"%PDF-1.7\n" + good, "unsupported_type"),
        "moving.gif": (b"GIF89a" + good, "unsupported_type"),
    }


@pytest.fixture
def folder(images):
    folder = images.folder / "bad"
    folder.mkdir()
    return folder


@pytest.fixture
def refused(folder, images, light):
    """Paths with the code that each must fail with."""
    good = Path(images.paths[0]).read_bytes()
    page = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (900, 600), np.uint8))[1].tobytes()
    codes = {}
    for name, (content, code) in refused_contents(good, page).items():
        (folder / name).write_bytes(content)
        codes[name] = code
    with (folder / "large.png").open("wb") as large:
        large.truncate(light.settings.max_file_bytes + 1)
    (folder / "outside.png").symlink_to("/etc/hostname")
    (folder / "circle.png").symlink_to(folder / "circle.png")
    (folder / "dangling.png").symlink_to(folder / "gone.png")
    os.mkfifo(folder / "fifo.png")
    (folder / "device.png").symlink_to("/dev/zero")
    (folder / "folder.png").mkdir()
    codes |= {"large.png": "too_large", "missing.png": "unreadable_file"}
    codes |= dict.fromkeys(("outside.png", "fifo.png", "device.png", "folder.png"), "path_not_allowed")
    paths = {str(folder / name): code for name, code in codes.items()}
    paths |= {str(folder / name): None for name in ("circle.png", "dangling.png")}
    return paths | {"/etc/passwd": "path_not_allowed", f"{folder}/../../x.png": "path_not_allowed"}


@pytest.fixture
def damaged(folder, images, rng):
    """Good images with a part of them changed or cut off: some can still be read, and none may do harm."""
    paths = []
    for number in range(60):
        content = bytearray(Path(rng.choice(images.paths)).read_bytes())
        for _ in range(rng.randrange(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path = folder / f"damaged-{number}.png"
        path.write_bytes(content[: rng.randrange(len(content))] if number % 2 else content)
        paths.append(str(path))
    return paths


def test_f22_bad_scans_end_with_their_names_and_cost_no_process(light, images, refused, damaged, rng):
    good = images.paths[:100]
    paths = [*good, *refused, *damaged]
    rng.shuffle(paths)
    readers = {reader.pid for reader in light.programs.readers()}

    job_id = light.submit(Manifest(paths, images.texts, refused, either=frozenset(damaged)))
    light.wait_for_end(job_id)

    found = audit(light)[job_id]
    assert found.n_read_again == 0
    assert {reader.pid for reader in light.programs.readers()} == readers
