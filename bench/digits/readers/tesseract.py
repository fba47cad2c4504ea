"""Tesseract, told that there are digits and nothing else; one process reads many pictures, as it is fastest."""

import csv
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2

from bench.digits.readers.answer import Answer, line_of
from formdigits.arrays import GreyPage

ONE_SIGN, ONE_LINE = "10", "7"
"""How Tesseract calls what is on a picture."""
MARGIN_PX = 16
"""It wants paper around the writing."""
LEVEL_OF_WORDS = "5"


class Tesseract:
    """Debian's package tesseract-ocr."""

    name = "Tesseract"
    at_most = 1200

    @staticmethod
    def is_there() -> bool:
        """Whether it is installed."""
        return shutil.which("tesseract") is not None

    def read_cells(self, cells: Sequence[GreyPage]) -> list[Answer]:
        """One sign each."""
        return read(cells, ONE_SIGN)

    def read_fields(self, fields: Sequence[Sequence[GreyPage]]) -> list[Answer]:
        """One line each."""
        return read([line_of(field) for field in fields], ONE_LINE)


def read(pictures: Sequence[GreyPage], mode: str) -> list[Answer]:
    """Read pictures in one call."""
    with tempfile.TemporaryDirectory(prefix="formdigits-") as name:
        folder = Path(name)
        files = [folder / f"{i}.png" for i in range(len(pictures))]
        for file, picture in zip(files, pictures, strict=True):
            paper = int(picture.max())
            framed = cv2.copyMakeBorder(picture, *[MARGIN_PX] * 4, cv2.BORDER_CONSTANT, value=(paper,))
            cv2.imwrite(str(file), framed)
        (folder / "list.txt").write_text("".join(f"{file}\n" for file in files))
        options = ["--psm", mode, "--dpi", "200", "-c", "tessedit_char_whitelist=0123456789", "tsv"]
        subprocess.run(
            ["tesseract", folder / "list.txt", folder / "found", *options],
            check=True,
            capture_output=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        )
        return answers_in((folder / "found.tsv").read_text(), len(pictures))


def answers_in(table: str, n: int) -> list[Answer]:
    """The words of each picture, from Tesseract's table: a line a word, with its page and confidence."""
    words: list[list[tuple[str, float]]] = [[] for _ in range(n)]
    for line in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if line["level"] == LEVEL_OF_WORDS and line["text"].strip():
            words[int(line["page_num"]) - 1].append((line["text"].strip(), float(line["conf"])))
    return [Answer("".join(text for text, _ in some), min((sure for _, sure in some), default=-1.0)) for some in words]
