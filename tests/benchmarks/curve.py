"""How times grow with the size: drawn from the figures of one run that measured several sizes."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure as Picture

from tests.benchmarks.measure import Figure

GROWING = {
    "validated import, speed": ("o", "-"),
    "open, and the first question": ("s", "-"),
    "mirror from its columns": ("^", "-"),
    "top mediators": ("D", "--"),
    "statements a month": ("v", "--"),
    "who accuses whom most": ("P", "--"),
    "one mediator's statements": ("X", ":"),
}
"""What is drawn, and its marks and lines, which can be told apart without colours."""
_UNITS = {"s": 1.0, "ms": 1e-3, "µs": 1e-6}


def draw_growth(figures: Sequence[Figure], path: Path) -> bool:
    """Draws seconds over statements, both logarithmic, as SVG; False where there are not two sizes."""
    sizes = {f.size for f in figures if f.what in GROWING}
    if len(sizes) < 2:
        return False
    picture = Picture(figsize=(9, 5), layout="constrained")
    axes = picture.subplots()
    for what, (mark, line) in GROWING.items():
        points = sorted((f.size, _seconds(f.ours)) for f in figures if f.what == what)
        if points:
            axes.loglog(*zip(*points, strict=True), marker=mark, linestyle=line, label=what.removesuffix(", speed"))
    axes.set_xlabel("statements")
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", alpha=0.3)
    picture.legend(loc="outside right upper", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(path)
    return True


def _seconds(text: str) -> float:
    number, unit = text.partition(",")[0].split(" ")[:2]
    return float(number) * _UNITS[unit]
