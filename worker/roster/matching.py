"""Gives the lines of a roster out to pages, each to one at most, so that all together is likeliest."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from worker.roster.evidence import Candidates, Floats, Ints
from worker.roster.margins import margins_of

MOST_CELLS = 1_000_000
"""Pages times lines that are solved together: 8 MB, and seconds."""
STEPS = (5.0, 3.0, 2.0, 1.0, 0.0)
"""Where more hang together: lines that are so much less likely than a page's best, as logarithms, are left out."""
MOST_RIVALS = 5
SAME = 1e-9
"""Weights that differ by less are equal."""

Piece = list[int]
"""Pages that want lines of each other, by their place among all."""


class Match(NamedTuple):
    """What one page has."""

    line: int | None
    """Of the roster; None where it has none."""
    chance: float
    """Probability that it has this, beside all else that it and the others could have, 0 to 1."""
    rivals: tuple[int, ...] = ()
    """Other pages that want the line that this one has or wants most, by their place among all."""


def match(pages: Sequence[Candidates]) -> list[Match]:
    """Give the lines out.

    Args:
        pages: what each could have.
    """
    found: dict[int, Match] = {}
    for piece, seen in _small_pieces(pages, range(len(pages)), STEPS):
        found.update(_alone(pages, piece[0]) if len(piece) == 1 else _solve(pages, piece, seen))
    return [found[at] for at in range(len(pages))]


def _small_pieces(
    pages: Sequence[Candidates], which: Sequence[int], steps: Sequence[float], within: float = np.inf
) -> Iterator[tuple[Piece, float]]:
    """Take pages apart that share no candidate, and those that are too many still by their best candidates alone.

    Yields:
        A piece, and how much less likely than a page's best the candidates are that count in it.
    """
    for piece in _pieces(pages, which, within):
        n_lines = len({line for at in piece for line in _kept(pages[at], within).lines.tolist()})
        if len(piece) * n_lines > MOST_CELLS and steps:
            yield from _small_pieces(pages, piece, steps[1:], steps[0])
        else:
            yield piece, within


def _pieces(pages: Sequence[Candidates], which: Sequence[int], within: float) -> list[Piece]:
    """Pages that hang together by lines that several of them could have."""
    parent = {at: at for at in which}

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    first_with: dict[int, int] = {}
    for at in which:
        for line in _kept(pages[at], within).lines.tolist():
            parent[root(at)] = root(first_with.setdefault(line, at))
    pieces: dict[int, Piece] = defaultdict(list)
    for at in which:
        pieces[root(at)].append(at)
    return list(pieces.values())


def _kept(page: Candidates, within: float) -> Candidates:
    """A page with its best candidates alone; the others count with the rest."""
    n = len(page.lines)
    kept = (
        n if np.isinf(within) else min(n, 1) if within == 0 else int((page.weights >= page.weights[:1] - within).sum())
    )
    if kept == n:
        return page
    rest = float(np.logaddexp.reduce([page.rest, *page.weights[kept:]]))
    return Candidates(page.lines[:kept], page.weights[:kept], rest, page.unlike)


def _alone(pages: Sequence[Candidates], at: int) -> dict[int, Match]:
    """A page that shares no line takes its best one."""
    line = int(pages[at].lines[0]) if len(pages[at].lines) else None
    return {at: Match(line, _own_chance(pages[at], line))}


def _own_chance(page: Candidates, line: int | None) -> float:
    """How likely a line is, from the page alone."""
    if line is None:
        return _share([*page.weights, page.rest])
    own = page.weights[page.lines == line]
    return _share(np.array([*page.weights[page.lines != line], page.rest, page.unlike]) - own)


def _solve(pages: Sequence[Candidates], piece: Piece, within: float) -> dict[int, Match]:
    """The best matching of a piece, and how sure it is for each page."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 many jobs never need it, and it takes 40 MB

    kept = [_kept(pages[at], within) for at in piece]
    lines = np.unique(np.concatenate([page.lines for page in kept]))
    costs = np.full((len(piece), len(lines)), np.inf)
    for row, page in zip(costs, kept, strict=True):
        row[np.searchsorted(lines, page.lines)] = -page.weights
    rows, columns = linear_sum_assignment(np.minimum(costs, 0))
    owned, taken = np.full(len(piece), -1), costs[rows, columns] < 0
    owned[rows[taken]] = columns[taken]
    wanted = np.searchsorted(lines, [page.lines[0] for page in kept])
    chances = _chances(kept, costs, owned)
    found: dict[int, Match] = {}
    for i, (at, chance) in enumerate(zip(piece, chances, strict=True)):
        line = int(lines[owned[i]]) if owned[i] >= 0 else None
        # Where candidates were left out, what the others have proves nothing: they may be what was left out.
        most = 1.0 if np.isinf(within) else _own_chance(pages[at], line)
        found[at] = Match(line, min(chance, most), _rivals(i, piece, owned, wanted))
    return found


def _chances(kept: Sequence[Candidates], costs: Floats, owned: Ints) -> Iterator[float]:
    """How likely it is that each page has what it has, beside everything else that it and the others could have."""
    margins = margins_of(costs, owned)
    for i, page in enumerate(kept):
        others = -margins.of_line[i]
        if owned[i] < 0:
            yield _share([*others, page.rest])
            continue
        weight, without = -costs[i, owned[i]], margins.of_none[i]
        others[owned[i]] = -np.inf
        # A page that is of nobody on the roster may show this very number, and is read right then: unless the line is
        # another page's, who would take it.
        of_another = -without if without < weight - SAME else -np.inf
        yield _share([*others, page.rest - without, page.unlike - weight, of_another])


def _rivals(i: int, piece: Piece, owned: Ints, wanted: Ints) -> tuple[int, ...]:
    """Other pages of a piece that have or want what this one has or wants most; the first few."""
    same = (wanted == wanted[i]) | (owned == wanted[i]) | (wanted == owned[i])
    same[i] = False
    return tuple(piece[j] for j in np.flatnonzero(same)[:MOST_RIVALS])


def _share(others: Floats | Sequence[float]) -> float:
    """Probability of what weighs 0 beside others, which are logarithms."""
    return float(1 / (1 + np.exp(others).sum()))
