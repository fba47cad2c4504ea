"""The picture of `make bench`: what an image costs, by the size of its job."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter


def draw_cost(sizes: Sequence[dict[str, Any]], machine: str, file: Path) -> None:
    """Draw milliseconds an image and seconds of submitting against the size of the job."""
    n = [size["n_images"] for size in sizes]
    figure = Figure(figsize=(7, 5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(n, [1e3 / size["images_per_s"] for size in sizes], marker="o", label="submitting and reading")
    above.plot(n, [1e3 * size["submit_s"] / size["n_images"] for size in sizes], marker="s", label="submitting alone")
    above.set(ylabel="milliseconds an image", ylim=(0, None), title="What an image costs, by the size of its job")
    above.legend()
    below.plot(n, [size["broker_growth_mb"] for size in sizes], marker="o", label="broker")
    below.plot(n, [size["page_growth_mb"] for size in sizes], marker="s", label="page")
    below.plot(n, [size["worker_growth_mb"] for size in sizes], marker="^", label="worker")
    below.set(xscale="log", xlabel="images in the job", ylabel="growth of memory, MB")
    below.xaxis.set_major_formatter(EngFormatter(sep=""))
    below.legend()
    for axes in (above, below):
        axes.grid(alpha=0.3)
    figure.text(0.99, 0.005, machine, ha="right", fontsize=6, color="grey")
    figure.savefig(file, dpi=120)
