"""The lines of a network: ties of one kind between two boxes, bent so that they pass beside the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

import numpy as np
import numpy.typing as npt

from graph.pictures.looks import LOOKS, PAPER, End, Tie
from graph.pictures.picture import Box, Point, Stroke

Points = npt.NDArray[np.float64]

_BETWEEN = 17.0
"""Points between the middles of two lines of one pair."""
_BENDS = (0.0, 0.08, -0.08, 0.16, -0.16, 0.24, -0.24, 0.34, -0.34, 0.46, -0.46, 0.6, -0.6)
"""How far the lines of a pair may bend beside the straight one, in lengths of the way."""
_MANY, _LESS = 60, 7
"""Of more lines than that each has only the first bends: wide ones would hide more than they leave free."""
_T = np.linspace(0, 1, 241)[:, None]
_SHOWN = 28


@dataclass(slots=True)
class Line:
    """The statements that join two nodes in one way. `mutual`: it leads both ways."""

    start: str
    end: str
    tie: Tie
    mark: End
    mutual: bool
    statements: set[str] = field(default_factory=set)
    relations: set[str] = field(default_factory=set)
    weight: float = 0
    fine: float = 1
    """How much thinner it is among very many."""

    @property
    def width(self) -> float:
        """The more statements, the thicker."""
        return self.fine * (LOOKS[self.tie].width + min(3.0, 0.45 * log2(max(self.weight, 1))))


def courses(lines: Sequence[Line], boxes: Mapping[str, Box]) -> list[Points]:
    """The visible course of each line, from the edge of its first box to that of its last."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for number, line in enumerate(lines):
        pairs.setdefault((min(line.start, line.end), max(line.start, line.end)), []).append(number)
    found: dict[int, Points] = {}
    for (one, other), numbers in pairs.items():
        if one == other:
            for n, number in enumerate(numbers):
                found[number] = _loop(boxes[one], n)
            continue
        others = [box for node, box in boxes.items() if node not in (one, other)]
        bends = _BENDS if len(lines) <= _MANY else _BENDS[:_LESS]
        tried = [_fan(boxes[one], boxes[other], len(numbers), bend) for bend in bends]
        _, fan = min(enumerate(tried), key=lambda t: (_hidden(t[1], others), t[0]))
        for number, course in zip(numbers, fan, strict=True):
            forwards = lines[number].start == one
            found[number] = _cut(course if forwards else course[::-1], boxes, lines[number])
    return [found[n] for n in range(len(lines))]


def _fan(one: Box, other: Box, many: int, bend: float) -> list[Points]:
    start, end = np.array([one.x, one.y]), np.array([other.x, other.y])
    way = end - start
    length = max(float(np.linalg.norm(way)), 1.0)
    aside = np.array([-way[1], way[0]]) / length
    between = min(_BETWEEN, 0.9 * length / many)
    # The ends lie side by side, too, as far as the smaller box is wide.
    shift = min(9.0, *(1.6 * (abs(aside[0]) * b.width + abs(aside[1]) * b.height) / 2 / many for b in (one, other)))
    fan = []
    for n in range(many):
        place = n - (many - 1) / 2
        control = (start + end) / 2 + (2 * (bend * length + between * place) - shift * place) * aside
        first, last = start + shift * place * aside, end + shift * place * aside
        fan.append((1 - _T) ** 2 * first + 2 * _T * (1 - _T) * control + _T**2 * last)
    return fan


def _hidden(fan: Iterable[Points], boxes: Sequence[Box]) -> int:
    """How much of the lines would lie behind boxes."""
    if not boxes:
        return 0
    centres = np.array([(b.x, b.y) for b in boxes])
    halves = np.array([(b.width / 2 + 3, b.height / 2 + 3) for b in boxes])
    points = np.concatenate([course[::6] for course in fan])
    return int((np.abs(points[:, None] - centres[None]) < halves).all(axis=2).sum())


def _cut(course: Points, boxes: Mapping[str, Box], line: Line) -> Points:
    first = _outside(course, boxes[line.start], 1.0)
    last = _outside(course, boxes[line.end], 1.5)
    begin = int(np.argmax(first)) if first.any() else 0
    finish = len(course) - int(np.argmax(last[::-1])) if last.any() else len(course)
    kept = course[begin:finish] if finish - begin > 2 else course
    return np.asarray(kept[np.unique(np.linspace(0, len(kept) - 1, _SHOWN).round().astype(int))])


def _outside(course: Points, box: Box, gap: float) -> npt.NDArray[np.bool_]:
    away = np.abs(course - [box.x, box.y]) > [box.width / 2 + gap, box.height / 2 + gap]
    return np.asarray(away.any(axis=1))


def _loop(box: Box, number: int) -> Points:
    radius = 9.0 + 4 * number
    angle = np.linspace(-0.25 * np.pi, 1.25 * np.pi, _SHOWN)
    centre = np.array([box.x + box.width / 2 - 16, box.y + box.height / 2 + radius * 0.8])
    return centre + radius * np.stack([-np.cos(angle), np.sin(angle)], axis=1)


def strokes(line: Line, course: Points) -> list[Stroke]:
    """The line and the mark at its end, at both ends where it is mutual."""
    look = LOOKS[line.tie]
    ways = [course, course[::-1]] if line.mutual else [course]
    if line.mutual and line.mark is End.ANY:
        ways = []  # without direction and modality there is nothing for an end to tell
    marks = [mark(line.mark, way, look.colour, line.width) for way in ways]
    return [Stroke(_points(course), look.colour, line.width, look.dashes), *marks]


def mark(end: End, course: Points, colour: str, width: float) -> Stroke:
    """The mark of a line of this colour and width where the course ends."""
    tip = course[-1]
    # The direction of the last bit that is as long as the mark.
    near = course[np.linalg.norm(course - tip, axis=1) < 9]
    ahead = tip - (near[0] if len(near) > 1 else course[-2])
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    aside = np.array([-ahead[1], ahead[0]])
    size = 7.0 + 0.9 * width

    def shape(*places: tuple[float, float], paper: str | None) -> Stroke:
        outline = np.array([tip - back * size * ahead + out * size * aside for back, out in places])
        return Stroke(_points(outline), colour, 1.3, paper=paper)

    match end:
        case End.ASSERTED:
            return shape((0, 0), (1.1, 0.45), (1.1, -0.45), paper=colour)
        case End.CLAIMED:
            return shape((0.08, 0), (1.1, 0.45), (1.1, -0.45), paper=PAPER)
        case End.CODED:
            return shape((0, 0), (0.6, 0.38), (1.2, 0), (0.6, -0.38), paper=colour)
        case End.INTENDED:
            turn = np.linspace(0, 2 * np.pi, 17)[:-1]
            return shape(*((0.5 + 0.42 * np.cos(a), 0.42 * np.sin(a)) for a in turn), paper=PAPER)
        case End.NEGATED:
            return shape((0.1, 0.6), (0.3, 0.6), (0.3, -0.6), (0.1, -0.6), paper=colour)
        case End.ANY:
            return shape((0.9, 0.42), (0.05, 0), (0.9, -0.42), paper=None)


def _points(course: Points) -> tuple[Point, ...]:
    return tuple((round(x, 2), round(y, 2)) for x, y in course.tolist())
