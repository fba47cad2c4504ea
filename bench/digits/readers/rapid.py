"""RapidOCR with the network in its own package, recognition alone: the place of the digits is known."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import cv2

from bench.digits.readers.answer import Answer, line_of
from formdigits.arrays import GreyPage


class RapidOcr:
    """On one thread."""

    name = "RapidOCR"
    at_most = 1200

    @cached_property
    def _engine(self) -> Any:
        from rapidocr import RapidOCR  # noqa: PLC0415 it is there where the model is measured

        threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
        return RapidOCR(params={"Global.log_level": "error", **threads})

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """Each as a line of its own."""
        return [self._read(cell) for cell in cells]

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """Each as one line, which it was made for."""
        return [self._read(line_of(field)) for field in fields]

    def _read(self, picture: GreyPage) -> Answer:
        colour = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        found = self._engine(colour, use_det=False, use_cls=False, use_rec=True)
        if not found.txts:
            return Answer("", -1.0)
        digits = "".join(sign for sign in found.txts[0] if sign in "0123456789")
        return Answer(digits, float(found.scores[0]))
