"""How sure a matching is: how much worse the best one is in which a page has something else."""

from typing import NamedTuple

import numpy as np

from worker.roster.evidence import Floats, Ints


class Margins(NamedTuple):
    """What it costs all pages together that one page has something else than in the best matching; 0 and above."""

    of_line: Floats
    """Shape (n pages, n lines); infinite where a page cannot have the line."""
    of_none: Floats
    """Shape (n pages,)."""


def margins_of(costs: Floats, owned: Ints) -> Margins:
    """Measure the margins of the best matching.

    Who must leave a line takes another one and sends its owner away, until somebody takes a free line or none.  The
    cheapest such chain is a shortest path between owners, with one hub for all that is free.

    Args:
        costs: of each line for each page, shape (n pages, n lines), infinite where it cannot have it; none costs 0.
        owned: which line each page has in the best matching, -1 for none, shape (n pages,).
    """
    owners = np.flatnonzero(owned >= 0)
    lines, hub = owned[owners], len(owners)
    is_free = np.ones(costs.shape[1], bool)
    is_free[lines] = False
    own = np.zeros(len(costs))
    own[owners] = costs[owners, lines]
    ways = _ways(costs, owned, is_free)
    place = np.full(len(costs), hub)  # who has no line stands at the hub
    place[owners] = np.arange(hub)
    of_line = costs - own[:, None]
    of_line[:, lines] += ways[:hub, place].T
    of_line[:, is_free] += ways[hub, place][:, None]
    of_line[owners, lines] = 0
    return Margins(np.maximum(of_line, 0), np.maximum(ways[hub, place] - own, 0))


def _ways(costs: Floats, owned: Ints, is_free: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Floats:
    """The cheapest chain from the line of each owner to that of each other, shape (n + 1, n + 1); the hub comes last.

    That is Floyd and Warshall's: costs may be below zero, and no round is, or the matching were not the best.
    """
    owners = np.flatnonzero(owned >= 0)
    lines = owned[owners]
    ways = np.zeros((len(owners) + 1, len(owners) + 1))
    ways[:-1, :-1] = costs[np.ix_(owners, lines)]
    ways[:-1, -1] = costs[owners][:, is_free].min(axis=1, initial=0)
    ways[:-1] -= costs[owners, lines][:, None]
    ways[-1, :-1] = costs[owned < 0][:, lines].min(axis=0, initial=0)
    np.fill_diagonal(ways, 0)
    for via in range(len(ways)):
        np.minimum(ways, ways[:, via, None] + ways[None, via, :], out=ways)
    return ways
