"""The shape of answers about networks."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from api.schemas import Body, Ref
from graph.networks import Projection
from graph.networks.comparison import Standing
from graph.questions import Level
from graph.tables.periods import By
from ontology import Kind, Modality, Status

Statements = Annotated[list[str], Field(description="Ids of the statements that it rests on.")]


class AboutBody(Body):
    """What a network says of itself: what was asked for, and what was left out."""

    revision: int
    projection: Projection
    level: Level
    modalities: Annotated[list[Modality], Field(description="Those that are admitted.")]
    families: list[str]
    according_to: str | None
    since: date | None
    until: date | None
    focus: list[str]
    depth: Annotated[int | None, Field(description="How many steps from the focus.")]
    filters: Annotated[list[str], Field(description="The other filters, as name=value.")]
    statements: Annotated[int, Field(description="Statements that match.")]
    undated: Annotated[int, Field(description="Left out of the window, since they have no date.")]
    untold: Annotated[int, Field(description="Left out, since they tell of nothing that took place.")]
    spread: Annotated[int, Field(description="Those of the statements whose dates reach beyond the window.")]
    majority: Annotated[float | None, Field(description="Of dyads: the share that makes a sign.")] = None
    without_pair: Annotated[int | None, Field(description="Of dyads: statements that join no two actors here.")] = None
    mediations: Annotated[int | None, Field(description="Of mediations: how many there are.")] = None
    note: Annotated[str, Field(description="Why there are no edges; else empty.")]


class NodeBody(Body):
    """An entity in a network, or in one of mediations a mediation."""

    id: str
    label: str
    kind: Kind | Literal["mediation"]
    state: Annotated[str | None, Field(description="Of dyads: the state that it is or acts for.")] = None
    bipartite: Annotated[Literal["actor", "mediation"] | None, Field(description="Of mediations.")] = None
    relations: list[str] | None = None
    objects: list[str] | None = None
    statements: list[str] | None = None
    modalities: list[Modality] | None = None
    voices: Annotated[list[str] | None, Field(description="Outermost speakers; empty: the source itself.")] = None
    evidence: str | None = None
    earliest: date | None = None
    latest: date | None = None


class EdgeBody(Body):
    """What one statement says of two of its participants."""

    start: str
    end: str
    key: str
    statement: str
    relation: str
    family: str
    part: Annotated[str, Field(description="As what the end takes part: object, party, or its role.")]
    modality: Modality
    status: Status
    source: str
    voice: Annotated[str, Field(description="The outermost speaker; empty where the source itself vouches.")]
    sign: int | None
    earliest: date | None
    latest: date | None


class DyadBody(Body):
    """Who acts towards whom, or a pair."""

    start: str
    end: str
    weight: Annotated[int, Field(description="Events, counted once.")]
    exact: Annotated[bool, Field(description="Whether that number is sure.")]
    claims: int
    coded: int
    agreements: int
    statements: Statements
    families: list[str]
    modalities: list[Modality]
    sign: Annotated[int | None, Field(description="-1, 0 or 1; null where no act has one.")]
    mixed: bool
    positive: int
    negative: int
    earliest: date | None
    latest: date | None
    spells: Annotated[list[str], Field(description="The times in which its statements lie, as EDTF intervals.")]


class PartBody(Body):
    """Who takes part in a mediation."""

    start: str
    end: str
    parts: Annotated[list[str], Field(description="mediator, party, or the role.")]
    statements: Statements


class NetworkBody(Body):
    """A page of a network, as networkx writes node-link data."""

    directed: bool
    multigraph: bool
    graph: AboutBody
    nodes: Annotated[list[NodeBody], Field(description="The ends of these edges; first also those without edges.")]
    edges: list[EdgeBody] | list[DyadBody] | list[PartBody]
    total: Annotated[int, Field(description="Statements or edges in all.")]
    unit: Annotated[
        Literal["statements", "edges"],
        Field(description="What pages are made of. A page of statements has the edges of each: one may have several."),
    ]
    next: str | None
    revision: int


class PeriodNetworkBody(Body):
    """The network of one month or year, as networkx writes node-link data."""

    period: str
    directed: bool
    multigraph: bool
    graph: AboutBody
    nodes: list[NodeBody]
    edges: list[EdgeBody] | list[DyadBody] | list[PartBody]


class NetworksBody(Body):
    """With `by`: the networks of one period after the other, of a page as many as have some thousand edges."""

    by: By
    items: list[PeriodNetworkBody]
    next: str | None
    revision: int


class StepBody(Body):
    """One tie of a path."""

    start: Ref
    end: Ref
    weight: Annotated[int, Field(description="Events, counted once.")]
    sign: int | None
    families: list[str]
    modalities: list[Modality]
    statements: Statements


class PathsBody(Body):
    """The shortest paths between two actors."""

    start: Ref
    end: Ref
    directed: bool
    length: Annotated[int | None, Field(description="Steps; null where no path leads there.")]
    paths: list[list[StepBody]]
    more: Annotated[bool, Field(description="True: there are more paths of this length.")]
    modalities: Annotated[list[Modality], Field(description="Those that were admitted.")]
    note: Annotated[str, Field(description="Why there is no path; else empty.")]
    network: AboutBody
    revision: int


class PerspectiveBody(Ref):
    """A perspective, and the network that it gives."""

    network: AboutBody


class TieBody(Body):
    """One tie, and what each perspective says of it."""

    start: Ref
    end: Ref
    relation: Annotated[str | None, Field(description="Null between dyads.")]
    standing: Standing
    first: Annotated[str | None, Field(description="holds, denies, open; of dyads the sign; null: says nothing.")]
    second: str | None
    first_statements: Statements
    second_statements: Statements


class PerspectivesBody(Body):
    """Two perspectives beside each other: what is disputed first, then what one alone holds, then what both do."""

    first: Annotated[PerspectiveBody, Field(description="The perspective named first.")]
    second: PerspectiveBody
    counts: dict[Standing, int]
    items: list[TieBody]
    total: int
    next: str | None
    revision: int
