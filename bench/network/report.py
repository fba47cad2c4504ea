"""Writes docs/network-runtimes.md from what was measured."""

from pathlib import Path
from typing import Any

from bench.digits.card_tables import percent
from bench.forms.report import table
from bench.network.runtimes import RUNTIMES

PAGE = Path(__file__).parents[2] / "docs" / "network-runtimes.md"
TEXT = """# Ways to compute the network

`make bench-network` writes this page. Every runtime computes the same weights, those of the shipped `mnist_cnn.h5`
(version `{version}`), in a fresh process on one core and on two, in turns; rounds: {rounds}, of
which the quickest counts. On {machine}; processors that multiply 8 bits at once (VNNI): {vnni}.

Workers read with **ONNX Runtime** in 32 bits. `mnist_cnn.h5` stays what is published: a worker makes the graph of it
when it loads, and the other runtimes are compared, not offered.

The choice is for a worker's processes, which have one core each. Of what computes the same probabilities, ONNX Runtime
was the quickest on one core at every size of a batch, and it starts at once; TensorFlow needs seconds and many times
its memory. LiteRT needs less memory and disk, and is slower on one core. In 8 bits the network would be quicker still,
and its probabilities would move, and with them what the error budget promises.

## Time

Milliseconds a batch, and digits a second of the largest one that a worker sends (256).

{times}

## What comes with it

*Start* is processor time from loading the runtime to its first 64 digits. *Memory* is what it adds to a process that
has read batches of up to 256. *Installed* is the disk of its packages with what they need, without numpy and what
formdigits has anyway.

{costs}

## What it computes

On MNIST's test part, through the served calibration, beside what is served. The largest difference is of a calibrated
probability.

{agreement}
"""


def write_page(found: dict[str, Any], page: Path) -> None:
    """Write the page."""
    words = {name: found[name] for name in ("version", "rounds", "machine")}
    of = found["of"]
    vnni = "yes" if "vnni" in Path("/proc/cpuinfo").read_text() else "no"
    page.write_text(
        TEXT.format(**words, vnni=vnni, times=times_table(of), costs=cost_table(of), agreement=agreement_table(of))
    )


def times_table(of: dict[str, Any]) -> str:
    """A row for each runtime and number of cores."""
    rows = [
        (
            RUNTIMES[name].name,
            str(n_cores),
            *(f"{ms:.2f}" for ms in by_size.values()),
            f"{1000 * 256 / next(ms for size, ms in by_size.items() if int(size) == 256):,.0f}",
        )
        for name, one in of.items()
        for n_cores, by_size in one["ms"].items()
    ]
    sizes = next(iter(next(iter(of.values()))["ms"].values()))
    return table(("runtime", "cores", *(f"batch {size}" for size in sizes), "digits/s"), rows)


def cost_table(of: dict[str, Any]) -> str:
    """Start, memory, installed size."""
    rows = [
        (RUNTIMES[name].name, f"{one['start_s']:.2f} s", f"{one['memory_mb']:.0f} MB", f"{one['installed_mb']:,.0f} MB")
        for name, one in of.items()
    ]
    return table(("runtime", "start", "memory", "installed"), rows)


def agreement_table(of: dict[str, Any]) -> str:
    """Accuracy, and the distance from what is served."""
    rows = [
        (
            RUNTIMES[name].name,
            f"{one['largest_difference']:.6f}",
            percent(one["same_answer"]),
            percent(one["reading"]["accuracy"]),
            *(percent(error, 3) for error in one["reading"]["error_at_reject"].values()),
            percent(one["reading"]["calibration_error"]),
        )
        for name, one in of.items()
    ]
    wrong = ("wrong, none rejected", "1 % rejected", "5 % rejected")
    return table(("runtime", "largest difference", "same answer", "right", *wrong, "calibration error"), rows)
