"""Where the labelled boxes of a network lie: networkx lays them out, none overlaps another."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count

import networkx as nx
import numpy as np
import numpy.typing as npt

from graph.pictures.picture import Box, bounds

Numbers = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Size = tuple[float, float]

_APART = 26.0
"""Least distance of two boxes, beside or above each other."""
_PUSHES = 100
_WIDE = 1.5
"""How much longer lines to the sides are than those up and down: words and boxes are wider than high."""
_STEPS = 60
_CURL = 0.85
_PAGE = 820.0
"""Least width that small parts fill before the next row of them begins."""
_SEEDS, _TRIED = 12, 3000
"""How many layouts are tried at most, and how many edges in all of them."""


def placed(graph: "nx.Graph[str]", sizes: Mapping[str, Size]) -> dict[str, Box]:
    """A box of the given size for each node. Parts that nothing joins are laid out one by one, the largest first.

    Edges may have `lines`, how many are drawn, and a `gap`: how far the boxes at their ends are apart at least.
    """
    parts = sorted((sorted(p) for p in nx.connected_components(graph)), key=lambda p: (-len(p), p))
    found: dict[str, Box] = {}
    width = right = bottom = shelf = 0.0
    for part in parts:
        boxes = _part(graph, part, sizes)
        low, floor, high, top = bounds(list(boxes.values()))
        if not found:
            width = max(high - low, _PAGE)
        elif right + high - low > width:  # the next shelf
            right, bottom = 0.0, shelf - 1.5 * _APART
        x, y = right - low, bottom - top
        found |= {node: box.moved(x, y) for node, box in boxes.items()}
        right += high - low + 2 * _APART
        shelf = min(shelf, bottom - (top - floor))
    return found


def _part(graph: "nx.Graph[str]", part: list[str], sizes: Mapping[str, Size]) -> dict[str, Box]:
    size = np.array([sizes[node] for node in part])
    place = {node: n for n, node in enumerate(part)}
    ends = np.array(sorted((place[min(e)], place[max(e)]) for e in graph.subgraph(part).edges)).reshape(-1, 2)
    lines = np.array([graph.edges[part[a], part[b]].get("lines", 1) for a, b in ends.tolist()])
    gaps = np.full((len(part), len(part)), _APART)
    for a, b in ends.tolist():
        gaps[a, b] = gaps[b, a] = graph.edges[part[a], part[b]].get("gap", _APART)
    if len(part) < 3:
        beside = size[:, 0].sum() / 2 + gaps.max() + 1
        centres = np.array([[0.0, 0.0], [beside, 0.0]])[: len(part)]
    else:
        wanted = _wanted(ends, size, gaps)
        seeds = range(max(1, min(_SEEDS, _TRIED // len(ends))))
        tried = [apart(centres, size, gaps) for centres in _laid_out(ends, lines, wanted, seeds)]
        centres = min(tried, key=lambda c: _clutter(c, size, ends, lines))
    return {n: Box(*c, *s) for n, c, s in zip(part, centres.round(1).tolist(), size.tolist(), strict=True)}


def _wanted(ends: Ints, size: Numbers, gaps: Numbers) -> Numbers:
    """How far any two had best lie apart: by the shortest way over lines that leave the gaps open.

    Long ways count less than their length, so that chains curl up instead of leaving the page.
    """
    found = np.full(gaps.shape, np.inf)
    np.fill_diagonal(found, 0)
    a, b = ends.T
    found[a, b] = found[b, a] = gaps[a, b] + (size[a, 0] + size[b, 0]) / 2
    for n in range(len(found)):  # Floyd and Warshall
        found = np.minimum(found, found[:, n, None] + found[None, n])
    usual = np.median(found[a, b])
    return np.where(found > usual, usual * (found / usual) ** _CURL, found)


def _laid_out(ends: Ints, lines: Ints, wanted: Numbers, seeds: Iterable[int]) -> Iterator[Numbers]:
    """Where springs leave the nodes, moved until their distances are as near to the wanted ones as may be.

    That is stress majorization (Gansner, Koren and North 2004).
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(wanted)))
    graph.add_edges_from(ends.tolist())
    weights = np.divide(1, wanted**2, out=np.zeros_like(wanted), where=wanted > 0)
    inverse = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights, hermitian=True)
    for seed in seeds:
        found = nx.spring_layout(graph, seed=seed, method="force")
        centres = np.array([found[n] for n in range(len(wanted))], np.float64) * wanted.max() / 2
        for _ in range(_STEPS):
            distance = np.linalg.norm(centres[:, None] - centres[None], axis=2)
            pull = np.divide(weights * wanted, distance, out=np.zeros_like(wanted), where=distance > 1e-9)
            centres = inverse @ (pull.sum(axis=1)[:, None] * centres - pull @ centres)
        # As many threads as there may be: their last digits must not decide what is drawn.
        yield (_lying(centres, ends, lines) / [1, _WIDE]).round(3)


def _clutter(centres: Numbers, size: Numbers, ends: Ints, lines: Ints) -> float:
    """How many lines cross each other, and, which is worse, how many lie behind a box."""
    start, way = centres[ends[:, 0]], centres[ends[:, 1]] - centres[ends[:, 0]]
    between = start[None] - start[:, None]
    turn = way[:, None, 0] * way[None, :, 1] - way[:, None, 1] * way[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (between[:, :, 0] * way[None, :, 1] - between[:, :, 1] * way[None, :, 0]) / turn
        other = (between[:, :, 0] * way[:, None, 1] - between[:, :, 1] * way[:, None, 0]) / turn
    shared = (ends[:, None, :, None] == ends[None, :, None, :]).any(axis=(2, 3))
    crossing = (along > 0) & (along < 1) & (other > 0) & (other < 1) & ~shared
    points = start[:, None] + np.linspace(0.05, 0.95, 19)[None, :, None] * way[:, None]
    room = size[None, None] / 2 + 4 + 6.0 * (lines[:, None, None, None] - 1)  # many lines are broad together
    behind = np.asarray((np.abs(points[:, :, None] - centres[None, None]) < room).all(axis=-1)).any(axis=1)
    others = (ends[:, :, None] != np.arange(len(size))).all(axis=1)
    return float((crossing * np.outer(lines, lines)).sum() / 2 + 8 * ((behind & others) * lines[:, None]).sum())


def _lying(centres: Numbers, ends: Ints, lines: Ints) -> Numbers:
    """The centres turned so that lines lie as flat as may be: words on them do, and pages are wider than high."""
    ways = (centres[ends[:, 0]] - centres[ends[:, 1]]) * lines[:, None]
    _, _, axes = np.linalg.svd(ways, full_matrices=False)
    # The axes have no sign of their own.
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]
    return np.asarray((centres - centres.mean(axis=0)) @ axes.T)


def apart(centres: Numbers, sizes: Numbers, gaps: Numbers) -> Numbers:
    """The centres moved until boxes of these sizes are as far apart as the gaps of each two of them say.

    Overlapping boxes push each other away along the way that is shorter beside what is needed there; where that takes
    long, everything grows meanwhile, until there is room.
    """
    centres = centres.copy()
    # Rounding afterwards must not bring them together again.
    needed = (sizes[:, None] + sizes[None]) / 2 + gaps[:, :, None] / [1, _WIDE] + 0.2
    order = np.sign(np.arange(len(sizes))[:, None] - np.arange(len(sizes))[None]).astype(np.float64)
    for push in count():
        distance = centres[:, None] - centres[None]
        lacking = needed - np.abs(distance)
        overlaps = np.asarray((lacking > 1e-9).all(axis=2))
        np.fill_diagonal(overlaps, False)
        if not overlaps.any():
            return centres
        direction = np.where(distance != 0, np.sign(distance), order[:, :, None])
        shorter = lacking[:, :, 0] / needed[:, :, 0] <= lacking[:, :, 1] / needed[:, :, 1]
        along = np.stack([shorter, ~shorter], axis=2) & overlaps[:, :, None]
        centres += (direction * lacking * along).sum(axis=1) * 0.5
        if push >= _PUSHES:
            centres *= 1.02
    raise AssertionError("count() has no end")
