"""Reciprocity: ties that are returned, and acts that are answered in kind within some days."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import networkx as nx

from graph.dataframes import frame
from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures.arrays import Measured, Ties

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Answered:
    """What one actor does to another, and what of it the other answers in kind.

    Of `acts` statements with a date, `answered` surely are answered in time and `may_be` more possibly, as dates are
    too coarse to tell; `undated` more have no date, and `returned` is what the other does in turn. `answers` names
    statements and those that surely answer them.
    """

    actor: Hashable
    other: Hashable
    acts: int
    answered: int
    may_be: int
    undated: int
    returned: int
    answers: tuple[tuple[str, str], ...]

    @property
    def share(self) -> tuple[float, float] | None:
        """Bounds of the share that is answered; None where nothing has a date."""
        return (self.answered / self.acts, (self.answered + self.may_be) / self.acts) if self.acts else None

    @property
    def reason(self) -> str | None:
        """Why there is no share."""
        return None if self.acts else "none of the statements has a date"


@dataclass(frozen=True, slots=True)
class Answers:
    """For each pair of actors, in the order of names, what is answered `within` some days."""

    within: int
    found: tuple[Answered, ...]

    @property
    def share(self) -> tuple[float, float] | None:
        """Bounds of the share of all dated acts that is answered; None where nothing has a date."""
        acts = sum(f.acts for f in self.found)
        sure = sum(f.answered for f in self.found)
        return (sure / acts, (sure + sum(f.may_be for f in self.found)) / acts) if acts else None

    @property
    def reason(self) -> str | None:
        """Why there is no share."""
        return None if self.share else "none of the statements has a date" if self.found else "there are no statements"

    def frame(self) -> "pd.DataFrame":
        """A row for each pair. Raises MissingExtraError."""
        names = ("actor", "other", "acts", "answered", "may_be", "undated", "returned", "share", "reason")
        return frame(({name: getattr(found, name) for name in names} for found in self.found), names)


def reciprocity(network: Measured) -> float:
    """The share of ties that are returned. Raises UndefinedMeasureError without ties, and without direction."""
    ties = Ties.of(network)
    if not ties.directed:
        raise UndefinedMeasureError("reciprocity", "ties without direction are neither returned nor not")
    if not len(ties.source):
        raise UndefinedMeasureError("reciprocity", "there are no ties")
    return float((ties.back != -1).mean())


_Act = tuple[date, date, str]


def answered(network: "nx.MultiDiGraph[Any]", within: int) -> Answers:
    """What is answered in kind, and by when: accusations by accusations, in a network of accusations.

    `network` is one of statements, as `KnowledgeGraph.network(family="accusation")` gives: its ties have `earliest`
    and `latest` as ISO dates. An act is answered where the other does the same to the actor on a later day, at most
    `within` days after. Dates are bounds: an answer is sure where it holds for any day between them, and possible
    where it holds for some. On the same day nobody knows who began. One answer may answer several acts. Statements
    are counted, not events. Raises ParameterError.
    """
    if within < 1:
        raise ParameterError("within", f"{within} days leave no day for an answer: give 1 or more")
    if not network.is_directed():
        raise ParameterError("network", "without directions nobody answers anybody")
    acts: dict[tuple[Any, Any], dict[str, _Act]] = {}
    undated: dict[tuple[Any, Any], set[str]] = {}
    for number, (a, b, tie) in enumerate(network.edges(data=True)):
        if a == b:
            continue
        name = str(tie.get("statement", number))
        earliest, latest = tie.get("earliest"), tie.get("latest")
        if earliest is None and latest is None:
            undated.setdefault((a, b), set()).add(name)
            continue
        low = date.fromisoformat(earliest) if earliest else date.min
        high = date.fromisoformat(latest) if latest else date.max
        acts.setdefault((a, b), {})[name] = (low, high, name)
    pairs = sorted({*acts, *undated}, key=lambda pair: (str(pair[0]), str(pair[1])))
    return Answers(within, tuple(_between(pair, acts, undated, within) for pair in pairs))


def _between(
    pair: tuple[Any, Any],
    acts: dict[tuple[Any, Any], dict[str, _Act]],
    undated: dict[tuple[Any, Any], set[str]],
    within: int,
) -> Answered:
    mine = sorted(acts.get(pair, {}).values())
    turned = pair[1], pair[0]
    returned = sorted(acts.get(turned, {}).values())
    answers: list[tuple[str, str]] = []
    sure = possible = 0
    for low, high, name in mine:
        first = next((r for r in returned if r[0] > high and (r[1] - low).days <= within), None)
        if first:
            sure += 1
            answers.append((name, first[2]))
        else:
            possible += any(r[1] > low and (r[0] - high).days <= within for r in returned)
    return Answered(
        actor=pair[0],
        other=pair[1],
        acts=len(mine),
        answered=sure,
        may_be=possible,
        undated=len(undated.get(pair, ())),
        returned=len(returned) + len(undated.get(turned, ())),
        answers=tuple(answers),
    )
