"""Two networks beside each other: what only one of them holds, what both do, and what they dispute."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import networkx as nx

from graph.columns import MODALITIES
from graph.dataframes import frame
from graph.exceptions import ParameterError
from graph.questions import TOLD
from ontology import Modality, vocabulary

if TYPE_CHECKING:
    import pandas as pd

_TOLD = frozenset(str(MODALITIES[n]) for n in TOLD)
_SIGNS = {1: "positive", -1: "negative"}


class Standing(StrEnum):
    """How two networks stand to each other on one tie."""

    FIRST = "only-first"
    SECOND = "only-second"
    SHARED = "shared"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie, and what each network says of it.

    `relation` is None between networks of dyads. `first` and `second` are the stance of each: "holds", "denies" or
    "open" (aims, conditions, what is unconfirmed) of statements; "positive", "negative", "mixed", "neutral" or
    "unsigned" of dyads; None where it says nothing. The statements are those behind each.
    """

    start: str
    end: str
    relation: str | None
    standing: Standing
    first: str | None
    second: str | None
    first_statements: tuple[str, ...]
    second_statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All ties of two networks, by standing: what is disputed first, and by name."""

    ties: tuple[Tie, ...]

    def frame(self) -> "pd.DataFrame":
        """One row a tie, statements as lists of ids. Raises MissingExtraError."""
        return frame((asdict(t) | {"standing": t.standing.value} for t in self.ties), Tie.__slots__)

    def of(self, standing: Standing | str) -> tuple[Tie, ...]:
        """The ties that stand so."""
        return tuple(t for t in self.ties if t.standing is Standing(standing))

    @property
    def only_first(self) -> tuple[Tie, ...]:
        """What the first network holds, and the second does not speak of."""
        return self.of(Standing.FIRST)

    @property
    def only_second(self) -> tuple[Tie, ...]:
        """What the second network holds, and the first does not speak of."""
        return self.of(Standing.SECOND)

    @property
    def shared(self) -> tuple[Tie, ...]:
        """What both speak of and do not dispute."""
        return self.of(Standing.SHARED)

    @property
    def disputed(self) -> tuple[Tie, ...]:
        """What one holds and the other denies; between dyads: what one has as positive and the other as negative."""
        return self.of(Standing.DISPUTED)


_Key = tuple[str, str, str | None]


def compare(first: "nx.Graph[str]", second: "nx.Graph[str]") -> Comparison:
    """What two networks of one projection hold alone, hold both, and dispute.

    Of statements (`projection="multi"`) ties are compared relation by relation, symmetric ones in either direction.
    One *holds* a tie of which some statement tells that it took place, *denies* one that it only negates; what it has
    only as an aim, a condition or unconfirmed is *open*. Of dyads signs are compared; a mixed one disputes nothing.
    That one says nothing of a tie is no denial. Raises ParameterError for networks of different projections, or of
    mediations, whose nodes are statements: compare their `ties`.
    """
    if (first.is_multigraph(), first.is_directed()) != (second.is_multigraph(), second.is_directed()):
        raise ParameterError("projection", "the two networks are of different projections")
    stances = _of_statements if first.is_multigraph() else _of_dyads
    one, other = stances(first), stances(second)
    found = []
    for key in one.keys() | other.keys():
        (mine, my_statements), (theirs, their_statements) = one.get(key, (None, ())), other.get(key, (None, ()))
        found.append(Tie(*key, _standing(mine, theirs), mine, theirs, my_statements, their_statements))
    order = [Standing.DISPUTED, Standing.FIRST, Standing.SECOND, Standing.SHARED]
    found.sort(key=lambda t: (order.index(t.standing), t.start, t.end, t.relation or ""))
    return Comparison(tuple(found))


def _standing(first: str | None, second: str | None) -> Standing:
    if first is None:
        return Standing.SECOND
    if second is None:
        return Standing.FIRST
    return Standing.DISPUTED if {first, second} in _OPPOSED else Standing.SHARED


_OPPOSED = ({"holds", "denies"}, {"positive", "negative"})


def _of_statements(network: "nx.Graph[str]") -> dict[_Key, tuple[str | None, tuple[str, ...]]]:
    edges: dict[_Key, list[dict[str, Any]]] = defaultdict(list)
    for one, other, data in network.edges(data=True):
        pair = sorted((one, other)) if vocabulary().relation(data["relation"]).symmetric else (one, other)
        edges[pair[0], pair[1], data["relation"]].append(data)
    return {key: (_stance(those), _distinct(e["statement"] for e in those)) for key, those in edges.items()}


def _stance(edges: Iterable[dict[str, Any]]) -> str:
    modalities = {e["modality"] for e in edges}
    if modalities & _TOLD:
        return "holds"
    return "denies" if Modality.NEGATED in modalities else "open"


def _of_dyads(network: "nx.Graph[str]") -> dict[_Key, tuple[str | None, tuple[str, ...]]]:
    if network.graph.get("projection") == "mediation" and not network.is_directed():
        raise ParameterError("projection", "nodes of mediation networks are statements: compare their ties")
    found: dict[_Key, tuple[str | None, tuple[str, ...]]] = {}
    for one, other, data in network.edges(data=True):
        pair = (one, other) if network.is_directed() else tuple(sorted((one, other)))
        found[pair[0], pair[1], None] = _sign(data), tuple(data["statements"])
    return found


def _sign(data: dict[str, Any]) -> str:
    if data["sign"] is None:
        return "unsigned"
    return "mixed" if data.get("mixed") else _SIGNS.get(data["sign"], "neutral")


def _distinct(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
