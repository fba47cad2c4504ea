"""Makes the clock of a Python program wrong by the seconds that stand in a file, before anybody has looked at it."""

import os
import time
from pathlib import Path

right_time, right_time_ns = time.time, time.time_ns


def ahead_s() -> int:
    return int(Path(os.environ["CHAOS_CLOCK"]).read_text())


time.time = lambda: right_time() + ahead_s()
time.time_ns = lambda: right_time_ns() + ahead_s() * 10**9
