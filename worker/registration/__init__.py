"""Laying a scanned page on its form: marks or what is printed give the homography, a gate refuses what is not sure.

Start at `registering`.
"""

from worker.registration.cutting import cut_upright, part_around, reduced
from worker.registration.page_code import PageCode
from worker.registration.page_identity import identify
from worker.registration.registering import CornersPx, References, Registration, register

__all__ = [
    "CornersPx",
    "PageCode",
    "References",
    "Registration",
    "cut_upright",
    "identify",
    "part_around",
    "reduced",
    "register",
]
