"""How times grow with the size: drawn from the figures of one run that measured several sizes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure as Picture

from tests.benchmarks.measure import Figure

_IMPORTED = {
    "validated import, speed": ("o", "-"),
    "open, and the first question": ("s", "-"),
    "mirror from its columns": ("^", "-"),
    "top mediators": ("D", "--"),
    "statements a month": ("v", "--"),
    "who accuses whom most": ("P", "--"),
    "one mediator's statements": ("X", ":"),
}
_NETWORKS = {
    "dyads of statements": ("o", "-"),
    "pairs with signs": ("s", "-"),
    "dyads as a networkx graph": ("^", ":"),
    "betweenness from 200": ("D", "--"),
    "PageRank": ("v", "--"),
    "components": ("P", "--"),
    "brokerage of all": ("X", "-."),
    "balance census of all": ("*", "-."),
}
GROWING = {"": ("statements", _IMPORTED), "-networks": ("statements, or ties of their network", _NETWORKS)}
"""What is drawn into which file, along what; its marks and lines, which can be told apart without colours."""
_UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}


def draw_growth(figures: Sequence[Figure], beside: Path) -> list[Path]:
    """Draws seconds over sizes, both logarithmic, as SVG beside a file; the pictures of which there are two sizes."""
    drawn = []
    for name, (along, growing) in GROWING.items():
        path = beside.with_name(f"{beside.stem}{name}.svg")
        if _drawn(figures, along, growing, path):
            drawn.append(path)
    return drawn


def _drawn(figures: Sequence[Figure], along: str, growing: Mapping[str, tuple[str, str]], path: Path) -> bool:
    points = {what: sorted((f.size, _seconds(f.ours)) for f in figures if f.what == what) for what in growing}
    if max(map(len, points.values())) < 2:
        return False
    picture = Picture(figsize=(9, 5), layout="constrained")
    axes = picture.subplots()
    for what, (mark, line) in growing.items():
        if points[what]:
            axes.loglog(
                *zip(*points[what], strict=True), marker=mark, linestyle=line, label=what.removesuffix(", speed")
            )
    axes.set_xlabel(along)
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", alpha=0.3)
    picture.legend(loc="outside right upper", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path)
    return True


def _seconds(text: str) -> float:
    number, unit = text.partition(",")[0].split(" ")[:2]
    return float(number) * _UNITS[unit]
