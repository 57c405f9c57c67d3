"""Timing, and the table of what was found beside what is aimed at."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table


class Group(NamedTuple):
    """A table: its title, and whose figures stand in its columns."""

    title: str
    columns: tuple[str, str, str] = ("Tertius", "bare engine", "rdflib")


@dataclass(frozen=True)
class Figure:
    """One line of a table; `ratio` is what the aim is about."""

    group: Group
    what: str
    size: int
    ours: str
    bare: str = ""
    rdflib: str = ""
    ratio: float | None = None
    aim: str = ""
    met: bool | None = None


def seconds(
    *functions: Callable[[], object], repeats: int, once: bool = False, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Median time of each function. They take turns, so that a busy machine slows all of them alike.

    What takes less than 20 ms is called several times in a turn, unless it can be called only `once`. The `clock` of
    what one thread does alone can be that of the processor, which other work on the machine hardly slows.
    """
    times: list[list[float]] = [[] for _ in functions]
    numbers = [1 if once else max(1, round(0.02 / _time(function, 1, clock))) for function in functions]
    for _ in range(repeats):
        for taken, function, number in zip(times, functions, numbers, strict=True):
            gc.collect()
            taken.append(_time(function, number, clock))
    return [statistics.median(t) for t in times]


def _time(function: Callable[[], object], number: int, clock: Callable[[], float]) -> float:
    began = clock()
    for _ in range(number):
        function()
    return (clock() - began) / number


def short(duration: float | None) -> str:
    """A duration with its unit."""
    if duration is None:
        return ""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if duration >= size:
            return f"{duration / size:.3g} {unit}"
    return f"{duration / 1e-6:.3g} µs"


def at_least(aim: float, ratio: float) -> dict[str, Any]:
    """A ratio that should be large."""
    return {"ratio": round(ratio, 3), "aim": f"≥ {aim}", "met": ratio >= aim}


def at_most(aim: float, ratio: float) -> dict[str, Any]:
    """A ratio that should be small."""
    return {"ratio": round(ratio, 3), "aim": f"≤ {aim}", "met": ratio <= aim}


def show(figures: list[Figure], machine: str) -> None:
    """Prints the tables."""
    console = Console(width=None if Console().is_terminal else 140)
    for group in dict.fromkeys(f.group for f in figures):
        table = Table(title=f"{group.title} ({machine})", title_justify="left")
        for name in ("", "statements", *group.columns, "ratio", "aim", ""):
            table.add_column(name, justify="left" if not name else "right")
        for f in figures:
            if f.group == group:
                met = "" if f.met is None else "[green]met[/]" if f.met else "[red]missed[/]"
                ratio = "" if f.ratio is None else f"{f.ratio:.2f}" if f.ratio < 100 else f"{f.ratio:.0f}"
                table.add_row(f.what, f"{f.size:,}", f.ours, f.bare, f.rdflib, ratio, f.aim, met)
        console.print(table)


def save(figures: list[Figure], path: Path, **about: Any) -> None:
    """Writes the figures as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(about | {"figures": [asdict(f) for f in figures]}, ensure_ascii=False, indent=2) + "\n")
