"""The YAML of a new form, as a person would write it and may go on with it."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import yaml

from formdigits.geometry import Box
from submit_ui.new_form.wanted import Wanted

MARK_AT_MM = 14
HEAD = """\
# Lengths are millimetres from the top left corner of the page, x to the right and y down.
# Check changes with `formdigits form check`, and raise the version with every change of what is printed.
format: forms/1
id: {name}
version: 1
title: {title}
"""
PAGE = """\
size: {{width: {width:g}, height: {height:g}}}
registration:
  method: aruco
  mark_mm: 10
  marks:
    - {{id: 0, at: [{near:g}, {near:g}]}}
    - {{id: 1, at: [{right:g}, {near:g}]}}
    - {{id: 2, at: [{right:g}, {bottom:g}]}}
    - {{id: 3, at: [{near:g}, {bottom:g}]}}
identity: {{kind: qr, region: {code}}}
"""


class Placed(NamedTuple):
    """A field that has its place."""

    field: Wanted
    page: int
    boxes: tuple[Box, ...]


def write_yaml(name: str, title: str, size: tuple[float, float], code: Box, placed: Sequence[Placed]) -> str:
    """The whole form template."""
    n_pages = max(one.page for one in placed)
    page = page_yaml(size, code)
    pages = page if n_pages == 1 else "pages:\n" + indented(page) * n_pages
    fields = "".join(field_yaml(one) for one in placed)
    return f"{HEAD.format(name=name, title=quoted(title))}\n{pages}\nfields:\n{fields}"


def page_yaml(size: tuple[float, float], code: Box) -> str:
    """Paper, marks and code of a page."""
    width, height = size
    right, bottom = width - MARK_AT_MM, height - MARK_AT_MM
    return PAGE.format(
        width=width, height=height, near=MARK_AT_MM, right=round(right, 2), bottom=round(bottom, 2), code=numbers(code)
    )


def indented(page: str) -> str:
    """A page as one of several."""
    lines = page.splitlines()
    return "".join(f"{'  - ' if i == 0 else '    '}{line}\n" for i, line in enumerate(lines))


def field_yaml(placed: Placed) -> str:
    """One field."""
    field = placed.field
    lines = [f"- name: {field.name}", f"  title: {quoted(field.title)}"]
    lines += [f"  page: {placed.page}"] if placed.page > 1 else []
    if field.kind != "digits":
        lines.append(f"  kind: {field.kind}")
    lines.append(f"  area: {numbers(placed.boxes[0])}" if field.kind == "image" else f"  boxes: {boxes(placed.boxes)}")
    lines += [f"  values: [{', '.join(quoted(value) for value in field.values)}]"] if field.values else []
    lines += [f"  decimals: {field.decimals}"] if field.decimals else []
    lines += ["  constraints: {date: DDMMYYYY}"] if field.is_date else []
    return "".join(f"  {line}\n" for line in lines)


def boxes(cells: Sequence[Box]) -> str:
    """Boxes as a row where they are one, else as a list."""
    first = cells[0]
    steps = {(round(two.x - one.x, 6), round(two.y - one.y, 6)) for one, two in pairwise(cells)}
    if any(down for _, down in steps) or len(steps) > 1:
        return f"{{list: [{', '.join(numbers(cell) for cell in cells)}]}}"
    row = f"origin: {numbers(first[:2])}, size: {numbers(first[2:])}"
    return f"{{{row}}}" if not steps else f"{{{row}, pitch: {next(iter(steps))[0]:g}, count: {len(cells)}}}"


def numbers(values: Iterable[float]) -> str:
    """`[24, 70.5]`."""
    return f"[{', '.join(f'{round(value, 2):g}' for value in values)}]"


def quoted(text: str) -> str:
    """A text as YAML, quoted where it must be: `no` would be false."""
    return yaml.safe_dump(text, width=1000, allow_unicode=True).removesuffix("\n").removesuffix("\n...")
