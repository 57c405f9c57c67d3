"""What a network is asked of, and how it is drawn: one value, by which networks are kept."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np

from graph.columns import MODALITIES, OPEN_END, OPEN_START, Columns, Rows
from graph.exceptions import ParameterError
from graph.questions import TOLD, Level, raiser
from graph.selection import Mask, Selection
from graph.snapshot import Snapshot
from ontology import Modality, UnknownTermError, vocabulary


class Projection(StrEnum):
    """What the edges of a network are: statements, dyads, dyads with a sign, or parts in mediations."""

    MULTI = "multi"
    DYADS = "dyads"
    SIGNED = "signed"
    MEDIATION = "mediation"

    @property
    def directed(self) -> bool:
        """Whether its ties lead from one to the other."""
        return self in (Projection.MULTI, Projection.DYADS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A network asked for. `focus` are ids; `steps` is how far from them, in actors; for `majority` see `signs`."""

    selection: Selection = field(default_factory=Selection)
    families: tuple[str, ...] = ()
    level: Level = Level.ENTITY
    focus: tuple[str, ...] = ()
    steps: int = 1
    projection: Projection = Projection.MULTI
    majority: float = 0.75

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """The modalities that are admitted: those asked for, else those that tell of what took place.

        A network of statements has all of them: there each edge names its own.
        """
        if self.projection is Projection.MULTI:
            return self.selection.modality or tuple(Modality)
        return self.selection.modality or tuple(MODALITIES[n] for n in sorted(TOLD))


def asked_for(
    snapshot: Snapshot, selection: Selection, *, families: Iterable[str] | str = (), level: Level | str = Level.ENTITY,
    focus: Iterable[str] | str = (), steps: int | None = None, projection: Projection | str = Projection.MULTI,
    majority: float = 0.75,
) -> Asked:  # fmt: skip
    """What is asked for, with names and words as they are given.

    Raises UnknownTermError, UnknownNameError, AmbiguousNameError, ParameterError.
    """
    words = _listed(families)
    for word in words:
        if word not in vocabulary().families:
            raise UnknownTermError("family", word, vocabulary().families)
    names = _listed(focus)
    if steps is not None and not names:
        raise ParameterError("depth", "is how far from the focus: name one with focus, or leave the number out")
    if steps is not None and steps < 0:
        raise ParameterError("depth", f"{steps} is no number of steps: 0 is the focus alone, 1 its neighbours too")
    if not 0.5 < majority <= 1:
        raise ParameterError(
            "majority", f"{majority} is no share of one sign over the other: it is above 0.5, and 1 at most"
        )
    chosen = Projection(_word("projection", projection, Projection))
    if chosen is Projection.MEDIATION and not (words or selection.question or selection.relation or selection.family):
        selection = replace(selection, relation="mediates")  # to offer mediation is not to mediate
    rolled = Level(_word("level", level, Level))
    centre = [actor(snapshot, name, rolled, exact=selection.exact) for name in names]
    return Asked(
        selection=selection, families=tuple(sorted(set(words))), level=rolled, focus=tuple(dict.fromkeys(centre)),
        steps=1 if steps is None else steps, projection=chosen, majority=majority,
    )  # fmt: skip


def actor(snapshot: Snapshot, name: str, level: Level, *, exact: bool = False) -> str:
    """The id of whom a name means, at a level; a stand-in means its government, unless `exact`.

    Raises UnknownNameError, AmbiguousNameError.
    """
    id = snapshot.names.resolve(name, actor=not exact)
    number = snapshot.columns.entity_number.get(id)
    return id if number is None else snapshot.columns.entities[raiser(snapshot, level)(number, OPEN_START, OPEN_END)]


_DRAWING = ("families", "level", "focus", "majority")


def split(filters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `asked_for` takes of these filters, and what a selection takes.

    `depth` belongs to both: a number is how far from the focus, a word how deep in the chain of speakers.
    """
    drawing = {n: v for n, v in filters.items() if n in _DRAWING and v is not None}
    chosen = {n: v for n, v in filters.items() if n not in (*_DRAWING, "depth")}
    given = filters.get("depth")
    for depth in () if given is None else (given,) if isinstance(given, int | str) else given:
        if isinstance(depth, int):
            drawing["steps"] = depth
        else:
            chosen["depth"] = depth
    return drawing, chosen


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows that a network is made of, and how many others were left out, and why.

    `undated` were left out of the window for having no date; `untold` for telling of nothing that took place.
    """

    rows: Rows
    undated: int
    untold: int


def choose(snapshot: Snapshot, asked: Asked) -> Chosen:
    """The rows asked for, in order. Raises what `Selector.select` raises."""
    rows, undated = matching(snapshot, asked)
    kept = rows[telling(snapshot, asked, rows)]
    return Chosen(kept, len(undated), len(rows) - len(kept))


def matching(snapshot: Snapshot, asked: Asked) -> tuple[Rows, Rows]:
    """The rows that the filters leave, in order, of whatever modality; and those left out of the window undated."""
    c = snapshot.columns
    found = snapshot.selector.select(asked.selection)
    rows, undated = found.rows, found.without_date
    if asked.families:
        of_family = np.array([vocabulary().relations[r].family in asked.families for r in c.relations], bool)
        rows, undated = rows[of_family[c.relation[rows]]], undated[of_family[c.relation[undated]]]
    return np.sort(rows), undated


def telling(snapshot: Snapshot, asked: Asked, rows: Rows) -> Mask:
    """Which of the rows tell of what took place; all of them where statements, or their modalities, are asked for."""
    if asked.projection is Projection.MULTI or asked.selection.modality:
        return np.ones(len(rows), bool)
    tells = np.zeros(len(MODALITIES), bool)
    tells[list(TOLD)] = True
    return tells[snapshot.columns.modality[rows]]


def note(asked: Asked, chosen: Chosen, *, nodes: int, edges: int) -> str:
    """What a reader has to know of a network without edges; nothing where it has some."""
    if edges:
        return ""
    if not len(chosen.rows):
        if chosen.undated:
            return f"no dated statement: {chosen.undated} match but have no date, and no window holds them"
        if chosen.untold:
            return (
                f"nothing that took place: {chosen.untold} statements match, of aims, conditions or denials; "
                "name their modality to see them"
            )
        return "no statement matches these filters"
    if asked.focus:
        return f"no selected statement joins {' or '.join(asked.focus)} with anybody"
    if nodes:
        return f"{nodes} actor{'s' if nodes > 1 else ''} and no tie: the selected statements join no two of them"
    return f"{len(chosen.rows)} statements match, and none of them joins two actors at this level"


def spread(columns: Columns, rows: Rows, asked: Asked) -> int:
    """How many of the rows have dates that reach beyond the window, so that they may lie outside of it."""
    s = asked.selection
    low = s.since.toordinal() if s.since else OPEN_START
    high = s.until.toordinal() if s.until else OPEN_END
    return int(((columns.earliest[rows] < low) | (columns.latest[rows] > high)).sum())


def about(snapshot: Snapshot, asked: Asked, chosen: Chosen, **more: Hashable) -> dict[str, Hashable]:
    """What a network says of itself: filters, level, what was admitted and what was left out."""
    s = asked.selection
    return {
        "revision": snapshot.revision, "projection": asked.projection.value, "level": asked.level.value,
        "modalities": tuple(m.value for m in asked.modalities), "families": asked.families,
        "according_to": s.according_to, "since": s.since.isoformat() if s.since else None,
        "until": s.until.isoformat() if s.until else None, "focus": asked.focus,
        "depth": asked.steps if asked.focus else None, "filters": _filters(s),
        "statements": len(chosen.rows), "undated": chosen.undated,
        "untold": chosen.untold, "spread": spread(snapshot.columns, chosen.rows, asked), **more,
    }  # fmt: skip


def _filters(selection: Selection) -> tuple[str, ...]:
    """The filters that have no place of their own, as `name=value`."""
    given = ((f.name, getattr(selection, f.name)) for f in fields(selection) if f.name not in _TOLD_APART)
    told = ((name, value) for name, value in given if value != getattr(_UNFILTERED, name))
    return tuple(
        f"{name}={str(v).lower() if isinstance(v, bool) else v}"
        for name, value in told
        for v in (value if isinstance(value, tuple) else (value,))
    )


_UNFILTERED = Selection()
_TOLD_APART = ("modality", "according_to", "since", "until")


def _listed(value: Iterable[str] | str) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _word(parameter: str, word: str, known: type[StrEnum]) -> str:
    if word not in set(known):
        raise ParameterError(parameter, f"{word!r} is none of {', '.join(known)}")
    return word
