"""Digits that stand in no boxes: where one ends and the next begins is found together with what they are.

`segment` cuts the ink of a field wherever digits may touch, and joins what may be one digit: a lattice.  The network
judges every crop of it, and `decode` finds the way through it that is most likely.
"""

from worker.free_field.area import own_writing
from worker.free_field.decoding import FreeReading, decode
from worker.free_field.lattice import Lattice, segment

__all__ = ["FreeReading", "Lattice", "decode", "own_writing", "segment"]
