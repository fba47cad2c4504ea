"""Keeps some of what went wrong as pictures, for a person to look at."""

from pathlib import Path

import cv2
import numpy as np

from bench.forms.pages import Drawn
from bench.forms.reading import Facts
from formdigits.geometry import Box
from samples.scanner import Picture

MOST_PER_KIND = 12
FAR_OFF_MM = 1.0
"""A page that is laid this far from its place has been read in the wrong one."""
PX_PER_MM = 8
MARGIN_MM = 4


def keep(folder: Path, page: Drawn, facts: Facts) -> None:
    """Save the scan where the page failed, and every field that was read wrongly, under a name that says how."""
    if not page.truth:
        if facts["error"] is None:
            save_scan(folder / "false-pass", page)
        return
    if facts["error"]:
        save_scan(folder / facts["error"], page)
    elif facts["worst_mm"] > FAR_OFF_MM:
        save_scan(folder / "misplaced", page)
    for field in facts.get("fields", ()):
        if field["text"] != field["truth"]:
            save_field(folder / kind_of(field), page, field)


def kind_of(field: Facts) -> str:
    """How a field is wrong, the worst first."""
    pairs = list(zip(field["truth"], field["text"], strict=False))
    if field["outcome"] == "accepted":
        return "accepted-wrong"
    if any(read == "_" != true for true, read in pairs):
        return "ink-as-blank"
    return "blank-as-ink" if any(true == "_" != read for true, read in pairs) else "read-wrong"


def save_scan(folder: Path, page: Drawn) -> None:
    """Save the scan as it was read."""
    suffix = "png" if page.data.startswith(b"\x89PNG") else "jpg" if page.data.startswith(b"\xff\xd8") else "tif"
    if has_room(folder):
        (folder / f"{page.set}-{page.number}-{page.design}.{suffix}").write_bytes(page.data)


def save_field(folder: Path, page: Drawn, field: Facts) -> None:
    """Save a field, upright, from where it truly lies."""
    if not has_room(folder):
        return
    box = next(one.box for one in page.form.fields if one.name == field["name"]).grown(MARGIN_MM)
    name = f"{page.number}-{page.design}-{field['name']}-is-{field['truth']}-read-{field['text']}.png"
    cv2.imwrite(str(folder / name.replace("?", "x")), upright(page, box))


def upright(page: Drawn, box: Box) -> Picture:
    """A part of the form, from the simulated scan."""
    size = round(box.width * PX_PER_MM), round(box.height * PX_PER_MM)
    to_mm = np.array([[1 / PX_PER_MM, 0, box.x], [0, 1 / PX_PER_MM, box.y], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(page.sheet.picture, page.sheet.homography @ to_mm, size, flags=flags)
    return (cut if cut.ndim == 2 else cut[:, :, ::-1]).astype(np.uint8, copy=False)


def has_room(folder: Path) -> bool:
    """Whether one more is worth keeping; two processes may keep one too many."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum(1 for _ in folder.iterdir()) < MOST_PER_KIND
