"""What an A4 page at 300 dpi with 100 boxes costs beside decoding its JPEG, and how large a reading process becomes.

A process of its own reads files that were drawn before, so that the simulator's memory and time are not counted.
"""

import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from bench.forms.designs import BenchForms, design
from formdigits.messages import Chunk, PageRef
from formdigits.readings import PageReading
from formdigits.scan import decode_scan
from samples.pen import load_test_digits
from samples.simulator import sensor
from samples.simulator.laying import Lie, lay
from samples.simulator.sheet import printed
from samples.simulator.writing import PENS, Writer, fill_in

PAGES = 8
"""As many as a chunk of a small job has."""
ROUNDS = 15
LARGEST_DPI = 600
QUALITY = 85
HUNDRED = "hundred"
"""The design of an A4 page with 100 boxes."""


def measure_cost(folder: Path) -> dict[str, float]:
    """Draw the pages, and let a fresh process read them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.jpg").write_bytes(draw(300))
    (folder / "large.jpg").write_bytes(draw(LARGEST_DPI))
    found = subprocess.run(
        [sys.executable, "-m", "bench.forms.cost", str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    measured: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return measured


def draw(dpi: int) -> bytes:
    """A colour scan of a sheet that is filled in, a little askew."""
    rng, form = np.random.default_rng(1), design(HUNDRED)
    sheet = printed(form, 1, dpi)
    fill_in(sheet, form, 1, load_test_digits(), rng, Writer("blue", PENS["blue"], 1.0))
    lay(sheet, Lie(dpi, skew_deg=0.7), rng)
    sensor.blur(sheet, rng)
    sensor.noise(sheet, rng)
    stream = io.BytesIO()
    Image.fromarray(sheet.picture).save(stream, "JPEG", quality=QUALITY, dpi=(dpi, dpi))
    return stream.getvalue()


class SameScan:
    """One scan for every path."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read_many(self, paths: Iterable[str]) -> Iterable[bytes]:
        """The scan, as often as it is asked for."""
        return (self._data for _ in paths)


def reader_of(forms: BenchForms) -> Callable[[bytes], None]:
    """What reads a chunk of equal pages, with the shipped network on one thread."""
    # The network is loaded by the process that reads, and not by the one that draws.
    from formdigits.model_version import DEFAULT_MODEL  # noqa: PLC0415
    from worker.digit_classifier import DigitClassifier  # noqa: PLC0415
    from worker.reading import read_chunks  # noqa: PLC0415

    cv2.setNumThreads(1)
    classifier = DigitClassifier(DEFAULT_MODEL, n_threads=1)
    pages = tuple(PageRef(number=i, path="/page.jpg") for i in range(1, PAGES + 1))
    chunk = Chunk(job_id="bench", chunk_id=0, form=design(HUNDRED).ref, max_error=0.005, pages=pages)

    def read(data: bytes) -> None:
        results = read_chunks([chunk], forms=forms, scans=SameScan(data), classifier=classifier)[0]
        assert all(isinstance(result, PageReading) for result in results.values()), results

    return read


def read_and_tell(folder: Path) -> None:
    """In the fresh process: time decoding and reading in turns, then read large pages, and print what was found."""
    read = reader_of(BenchForms([HUNDRED]))
    data = (folder / "page.jpg").read_bytes()
    array = np.frombuffer(data, np.uint8)
    steps: dict[str, Callable[[], object]] = {
        "decode_ms": lambda: decode_scan(data),
        "opencv_decode_ms": lambda: cv2.imdecode(array, cv2.IMREAD_COLOR),
        "page_ms": lambda: read(data),
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            started = time.thread_time()  # what others do on the machine does not count
            for _ in range(1 if name == "page_ms" else PAGES):
                step()
            times[name].append(1000 * (time.thread_time() - started) / PAGES)
    found = {name: statistics.median(some[2:]) for name, some in times.items()}
    found["times"] = found["page_ms"] / found["decode_ms"]
    found["jpeg_kb"] = len(data) / 1000
    found["peak_mb"] = peak_mb()
    read((folder / "large.jpg").read_bytes())
    found["large_peak_mb"] = peak_mb()
    print(json.dumps(found))


def peak_mb() -> float:
    """The most memory that this process had, in megabytes."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return float(lines["VmHWM"].split()[0]) / 1024


if __name__ == "__main__":
    read_and_tell(Path(sys.argv[1]))
