"""Names the machine, because a figure without one says little."""

import os
import platform
from pathlib import Path


def describe_machine() -> str:
    """Processor, cores, memory and the versions that matter."""
    return f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB, Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
