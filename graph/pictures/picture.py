"""A picture: what is drawn and where, and its bytes as SVG or PNG.

Everything is measured in points from the lower left corner, with the metrics of the font that matplotlib brings.
"""

import io
import math
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, Literal
from xml.sax.saxutils import escape

import numpy as np

from graph.exceptions import MissingExtraError
from graph.pictures.looks import INK, PAPER

Point = tuple[float, float]

_FONT = "DejaVu Sans"
_LINE = 1.25
"""Distance of lines of text, in sizes of the font."""
_MOST_PIXELS = 4000
_CONTROLS = re.compile("[^\t\n\x20-\x7e\xa0-\u2029\u202f-\u2065\u2070-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# matplotlib's settings are the process's own: whoever draws sets them for as long as it takes.
_DRAWING = threading.Lock()
_SET_BY_USERS = (
    "agg.",
    "axes.",
    "figure.",
    "font.",
    "hatch.",
    "lines.",
    "patch.",
    "path.",
    "savefig.",
    "svg.",
    "text.",
)


class PictureFormat(StrEnum):
    """How a picture is written."""

    SVG = "svg"
    PNG = "png"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return {PictureFormat.SVG: "image/svg+xml", PictureFormat.PNG: "image/png"}[self]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, by its centre and size."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box", gap: float = 0) -> bool:
        """Whether the two come nearer to each other than the gap."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2 + gap
            and abs(self.y - other.y) < (self.height + other.height) / 2 + gap
        )

    def moved(self, x: float, y: float) -> "Box":
        """The same box elsewhere."""
        return Box(self.x + x, self.y + y, self.width, self.height)


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text in a box, with or without a frame. `frame` is the colour of the frame, `dashes` are its dashes."""

    words: str
    box: Box
    size: float
    colour: str = INK
    bold: bool = False
    paper: str | None = None
    frame: str | None = None
    round: bool = False
    align: Literal["left", "center", "right"] = "center"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; filled with the colour `paper` where it is closed."""

    points: tuple[Point, ...]
    colour: str
    width: float
    dashes: tuple[float, ...] = ()
    paper: str | None = None
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: `svg()` and `png()` give its bytes; a notebook shows it. Raises MissingExtraError then.

    `title` and `description` are its alternative text, `caption` is what stands below it, `items` are what is drawn,
    later ones over earlier ones.
    """

    width: float
    height: float
    title: str
    caption: str
    description: str
    items: tuple[Label | Stroke, ...] = field(repr=False)

    @property
    def labels(self) -> tuple[Label, ...]:
        """What is written in the picture."""
        return tuple(i for i in self.items if isinstance(i, Label))

    def svg(self) -> bytes:
        """The picture as SVG, its letters as outlines, with title and description for those who do not see it."""
        text = self._written("svg", {"Title": self.title, "Date": None, "Creator": None, "Type": None, "Format": None})
        fitting = '<svg role="img" aria-labelledby="title description" style="max-width: 100%; height: auto" '
        named = text.decode().replace("<svg ", fitting, 1)
        described = f'<title id="title">\\1</title>\n <desc id="description">{escape(self.description)}</desc>'
        return re.sub("<title>(.*?)</title>", lambda m: m.expand(described), named, count=1, flags=re.S).encode()

    def png(self) -> bytes:
        """The picture as PNG, twice as fine as its points, up to 4,000 pixels a side."""
        return self._written("png", {"Title": self.title, "Description": self.description})

    def written(self, format: PictureFormat) -> bytes:
        """The picture in a format."""
        return self.svg() if format is PictureFormat.SVG else self.png()

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        return self.png(), {"width": round(self.width), "alt": f"{self.title}. {self.description}"}

    def _written(self, format: str, metadata: dict[str, Any]) -> bytes:
        with _settings():
            from matplotlib.figure import Figure

            figure = Figure(figsize=(self.width / 72, self.height / 72), facecolor=PAPER)
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, self.width), ylim=(0, self.height))
            axes.set_axis_off()
            for order, item in enumerate(self.items):
                (_write if isinstance(item, Label) else _stroke)(axes, item, order)  # type: ignore[arg-type]
            output = io.BytesIO()
            if format == "svg":
                figure.savefig(output, format=format, metadata=metadata)
                return output.getvalue()
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from PIL import Image, PngImagePlugin

            figure.set_dpi(min(144, _MOST_PIXELS * 72 / max(self.width, self.height)))
            canvas = FigureCanvasAgg(figure)
            canvas.draw()  # type: ignore[no-untyped-call]
            told = PngImagePlugin.PngInfo()
            for name, words in metadata.items():
                told.add_itxt(name, words)
            # Few colours are in it: a palette makes the file a third of the size.
            pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
            drawn = Image.fromarray(pixels).convert("RGB")
            drawn.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
                output, "PNG", pnginfo=told, optimize=True
            )
            return output.getvalue()


def clean(words: str) -> str:
    """Words without what no XML holds and no font shows."""
    return _CONTROLS.sub("\ufffd", words)


def shown(label: str, id: str) -> str:
    """The label, or the id where the font lacks a letter of the label. Raises MissingExtraError."""
    label = clean(label)
    return label if all(ord(c) in _letters() for c in label if c != "\n") else clean(id)


def measured(words: str, size: float, *, bold: bool = False) -> tuple[float, float]:
    """Width and height of lines of text in points. Raises MissingExtraError."""
    lines = words.split("\n")
    return max(_width(line, bold) for line in lines) * size, _LINE * size * len(lines)


def wrapped(words: str, size: float, width: float, *, bold: bool = False) -> str:
    """The words in lines of that width; a word that is longer than a line is cut into several."""
    lines: list[str] = []
    for paragraph in words.split("\n"):
        line = ""
        for word in re.split(r"\s+", paragraph):
            longer = f"{line} {word}".strip()
            if measured(longer, size, bold=bold)[0] <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while measured(word, size, bold=bold)[0] > width and len(word) > 1:
                fits = max(1, math.floor(len(word) * width / measured(word, size, bold=bold)[0]) - 1)
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        lines.append(line)
    return "\n".join(lines)


@cache
def _font(bold: bool) -> Any:
    with _settings():
        from matplotlib.font_manager import FontProperties

        return FontProperties(family=_FONT, weight="bold" if bold else "normal")


@cache
def _letters() -> frozenset[int]:
    font = _font(False)
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(font)).get_charmap())


@cache
def _width(line: str, bold: bool) -> float:
    font = _font(bold)
    from matplotlib.textpath import text_to_path

    with _DRAWING:
        width, _, _ = text_to_path.get_text_width_height_descent(line, font, ismath=False)
    return float(width) / float(font.get_size_in_points())


@contextmanager
def _settings() -> Iterator[None]:
    try:
        import matplotlib
    except ImportError:
        raise MissingExtraError("a picture", "matplotlib", "pictures") from None
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if k.startswith(_SET_BY_USERS)}
    with _DRAWING, matplotlib.rc_context(defaults | {"svg.hashsalt": "tertius", "svg.fonttype": "path"}):
        yield


def _write(axes: Any, label: Label, order: int) -> None:
    box = label.box
    if label.paper or label.frame:
        from matplotlib.patches import FancyBboxPatch

        corner = min(5.0, box.height / 3) if label.round else 0
        axes.add_patch(
            FancyBboxPatch(
                (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height,
                boxstyle=f"round,pad=0,rounding_size={corner}" if corner else "square,pad=0",
                facecolor=label.paper or "none", edgecolor=label.frame or "none", linewidth=0.9, zorder=order,
            )
        )  # fmt: skip
    lines = label.words.split("\n")
    x = box.x + {"left": -box.width / 2, "center": 0, "right": box.width / 2}[label.align]
    for number, line in enumerate(lines):
        y = box.y + ((len(lines) - 1) / 2 - number) * _LINE * label.size - 0.36 * label.size
        axes.text(
            x, y, line, size=label.size, color=label.colour, family=_FONT, weight="bold" if label.bold else "normal",
            ha=label.align, va="baseline", zorder=order, parse_math=False,
        )  # fmt: skip


def _stroke(axes: Any, stroke: Stroke, order: int) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    # Dashes of matplotlib are counted in widths of the line, ours in points.
    style = (0, [d / stroke.width for d in stroke.dashes]) if stroke.dashes else "-"
    closed = stroke.paper is not None
    axes.add_patch(
        PathPatch(
            Path([*stroke.points, stroke.points[0]] if closed else stroke.points, closed=closed),
            facecolor=stroke.paper or "none", edgecolor=stroke.colour, linewidth=stroke.width, linestyle=style,
            hatch=stroke.hatch or None, zorder=order, capstyle="butt", joinstyle="round",
        )
    )  # fmt: skip


def bounds(boxes: Sequence[Box], points: Sequence[Point] = ()) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of all of them."""
    xs = [b.x + s * b.width / 2 for b in boxes for s in (-1, 1)] + [x for x, _ in points]
    ys = [b.y + s * b.height / 2 for b in boxes for s in (-1, 1)] + [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys)) if xs else (0, 0, 0, 0)
