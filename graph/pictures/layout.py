"""Where the labelled boxes of a network lie: networkx lays them out, none overlaps another."""

from collections.abc import Mapping
from itertools import count

import networkx as nx
import numpy as np
import numpy.typing as npt

from graph.pictures.picture import Box, bounds

Numbers = npt.NDArray[np.float64]
Size = tuple[float, float]

_APART = 26.0
"""Least distance of two boxes, beside or above each other."""
_LENGTH = 95.0
"""Points that a tie of usual length shows between its boxes."""
_PUSHES = 200
_WIDE = 1.35
"""How much wider than high a part of the network is laid out."""


def placed(graph: "nx.Graph[str]", sizes: Mapping[str, Size]) -> dict[str, Box]:
    """A box of the given size for each node. Parts that nothing joins are laid out one by one, the largest first.

    Edges may have a `gap`: how far the boxes at their ends are apart at least, so that lines between them can be seen.
    """
    parts = sorted((sorted(p) for p in nx.connected_components(graph)), key=lambda p: (-len(p), p))
    found: dict[str, Box] = {}
    width = right = bottom = shelf = 0.0
    for part in parts:
        boxes = _part(graph, part, sizes)
        low, floor, high, top = bounds(list(boxes.values()))
        if not found:
            width = max(high - low, 420.0)
        elif right + high - low > width:  # the next shelf
            right, bottom = 0.0, shelf - 2 * _APART
        x, y = right - low, bottom - top
        found |= {node: box.moved(x, y) for node, box in boxes.items()}
        right += high - low + 2 * _APART
        shelf = min(shelf, bottom - (top - floor))
    return found


def _part(graph: "nx.Graph[str]", part: list[str], sizes: Mapping[str, Size]) -> dict[str, Box]:
    size = np.array([sizes[node] for node in part])
    if len(part) < 3:
        reach = np.array([0.0, size[:, 0].sum() / 2 + _LENGTH])[: len(part)]
        centres = np.stack([reach, np.zeros(len(part))], axis=1)
    else:
        ordered: nx.Graph[str] = nx.Graph()
        ordered.add_nodes_from(part)
        ordered.add_edges_from(sorted((min(e), max(e)) for e in graph.subgraph(part).edges))
        start = nx.spring_layout(ordered, seed=7, iterations=300, k=2.2 / len(part) ** 0.5)
        centres = _lying(np.array([start[node] for node in part], np.float64)) * [_WIDE, 1]
        joined = np.array([(part.index(a), part.index(b)) for a, b in ordered.edges])
        length = np.linalg.norm(centres[joined[:, 0]] - centres[joined[:, 1]], axis=1)
        centres *= (_LENGTH + size[:, 0].mean()) / max(float(np.median(length)), 1e-6)
    gaps = np.full((len(part), len(part)), _APART)
    for a, b, gap in graph.subgraph(part).edges(data="gap", default=_APART):
        gaps[part.index(a), part.index(b)] = gaps[part.index(b), part.index(a)] = gap
    centres = apart(centres, size, gaps)
    return {n: Box(*c, *s) for n, c, s in zip(part, centres.round(1).tolist(), size.tolist(), strict=True)}


def _lying(centres: Numbers) -> Numbers:
    """The centres turned so that they reach farthest to the sides: pages are wider than high."""
    centres = centres - centres.mean(axis=0)
    _, _, axes = np.linalg.svd(centres, full_matrices=False)
    # The axes have no sign of their own.
    axes *= np.where(axes[np.arange(2), np.abs(axes).argmax(axis=1)] < 0, -1, 1)[:, None]
    return np.asarray(centres @ axes.T)


def apart(centres: Numbers, sizes: Numbers, gaps: Numbers) -> Numbers:
    """The centres moved until boxes of these sizes are as far apart as the gaps of each two of them say.

    Overlapping boxes push each other away along the shorter way; where that takes long, everything grows meanwhile,
    until there is room.
    """
    centres = centres.copy()
    # Rounding afterwards must not bring them together again.
    needed = (sizes[:, None] + sizes[None]) / 2 + gaps[:, :, None] + 0.2
    order = np.sign(np.arange(len(sizes))[:, None] - np.arange(len(sizes))[None]).astype(np.float64)
    for push in count():
        distance = centres[:, None] - centres[None]
        lacking = needed - np.abs(distance)
        overlaps = np.asarray((lacking > 1e-9).all(axis=2))
        np.fill_diagonal(overlaps, False)
        if not overlaps.any():
            return centres
        direction = np.where(distance != 0, np.sign(distance), order[:, :, None])
        shorter = lacking[:, :, 0] <= lacking[:, :, 1]
        along = np.stack([shorter, ~shorter], axis=2) & overlaps[:, :, None]
        centres += (direction * lacking * along).sum(axis=1) * 0.5
        if push >= _PUSHES:
            centres *= 1.02
    raise AssertionError("count() has no end")
