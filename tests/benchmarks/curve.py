"""How times grow with the size: printed and drawn from the figures of one run that measured several sizes."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure as Picture
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import Figure, short

_IMPORTED = {
    "validated import, speed": ("o", "-"),
    "open, and the first question": ("s", "-"),
    "mirror from its columns": ("^", "-"),
    "top mediators": ("D", "--"),
    "statements a month": ("v", "--"),
    "who accuses whom most": ("P", "--"),
    "who opposes whose mediation": ("*", "--"),
    "one mediator's statements": ("X", ":"),
}
_NETWORKS = {
    "dyads of statements": ("o", "-"),
    "pairs with signs": ("s", "-"),
    "dyads as a networkx graph": ("^", ":"),
    "betweenness": ("D", "--"),
    "betweenness from 200": ("d", "--"),
    "PageRank": ("v", "--"),
    "components": ("P", "--"),
    "brokerage of all": ("X", "-."),
    "balance census of all": ("*", "-."),
}
GROWING = {"": ("statements", _IMPORTED), "-networks": ("statements of a network", _NETWORKS)}
"""What is drawn into which file, along what; its marks and lines, which can be told apart without colours."""
_UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}


def show_growth(figures: Sequence[Figure]) -> None:
    """Prints the seconds at each size, and the power of the size with which they grow: 0 is flat, 1 is linear."""
    for along, growing in GROWING.values():
        if not (grown := _grown(figures, growing)):
            continue
        sizes = sorted({size for times in grown.values() for size in times})
        table = Table(title=f"How times grow with {along}", title_justify="left")
        for name in ("", *(f"{size:,}" for size in sizes), "power"):
            table.add_column(name, justify="right" if name else "left")
        for what, times in grown.items():
            shown = (short(times.get(size)) for size in sizes)
            table.add_row(what.removesuffix(", speed"), *shown, f"{_power(times):.2f}")
        Console(width=None if Console().is_terminal else 140).print(table)


def draw_growth(figures: Sequence[Figure], beside: Path) -> list[Path]:
    """Draws seconds over sizes, both logarithmic, as SVG beside a file; the pictures of which there are two sizes."""
    drawn = []
    for name, (along, growing) in GROWING.items():
        path = beside.with_name(f"{beside.stem}{name}.svg")
        if _drawn(figures, along, growing, path):
            drawn.append(path)
    return drawn


def _drawn(figures: Sequence[Figure], along: str, growing: Mapping[str, tuple[str, str]], path: Path) -> bool:
    if not (grown := _grown(figures, growing)):
        return False
    picture = Picture(figsize=(9, 5), layout="constrained")
    axes = picture.subplots()
    for what, times in grown.items():
        mark, line = growing[what]
        axes.loglog([*times], [*times.values()], marker=mark, linestyle=line, label=what.removesuffix(", speed"))
    axes.set_xlabel(along)
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", alpha=0.3)
    picture.legend(loc="outside right upper", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path)
    return True


def _grown(figures: Sequence[Figure], growing: Mapping[str, object]) -> dict[str, dict[int, float]]:
    """Of each thing that was measured at several sizes, the seconds at each."""
    found = {what: {f.size: _seconds(f.ours) for f in figures if f.what == what} for what in growing}
    return {what: dict(sorted(times.items())) for what, times in found.items() if len(times) > 1}


def _power(times: Mapping[int, float]) -> float:
    (first, early), *_, (last, late) = times.items()
    return math.log(late / early) / math.log(last / first)


def _seconds(text: str) -> float:
    number, unit = text.partition(",")[0].split(" ")[:2]
    return float(number) * _UNITS[unit]
