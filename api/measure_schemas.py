"""The shape of answers about measures."""

from typing import Annotated

from pydantic import Field

from api.network_schemas import AboutBody, Statements
from api.schemas import Body, Ref


class MeasuredBody(Body):
    """What was measured on which network, and how long that took."""

    network: AboutBody
    took_ms: Annotated[float, Field(description="Milliseconds that measuring took, for the first who asked.")]
    cached: Annotated[bool, Field(description="Whether it was measured for an earlier request.")]
    revision: int


class MeasureBody(Body):
    """One measure."""

    unit: str
    reason: Annotated[str | None, Field(description="Why it is undefined on this network.")]


class ActorMeasuresBody(Body):
    """The measures of one actor; null: undefined for this one."""

    actor: Ref
    values: dict[str, float | None]


class MeasuresBody(MeasuredBody):
    """Measures of each actor, the highest of the first measure first."""

    measures: dict[str, MeasureBody]
    weighted: bool
    sample: Annotated[int | None, Field(description="From how many actors betweenness is estimated; null: from all.")]
    directed: bool
    items: list[ActorMeasuresBody]
    total: int
    next: str | None


class ScoreBody(Body):
    """How often an actor is seen in a role, and how often chance would have it."""

    observed: int
    expected: float
    sd: float
    z: Annotated[float | None, Field(description="(observed - expected) / sd.")]
    reason: Annotated[str | None, Field(description="Why there is no z.")]


class BrokerBody(Body):
    """One actor: coordinator, itinerant, gatekeeper, representative, liaison, and the total."""

    actor: Ref
    group: Annotated[str | None, Field(description="Null where it is a group alone.")]
    roles: dict[str, ScoreBody]


class BrokerageBody(MeasuredBody):
    """Brokerage of each actor, the most of all roles first (Gould and Fernandez 1989)."""

    groups: Annotated[str, Field(description="What the groups are; `own` where they were given.")]
    reason: Annotated[str | None, Field(description="Why brokerage is undefined on this network.")]
    density: float | None
    directed: bool
    totals: Annotated[dict[str, int], Field(description="How often each role is seen in the whole network.")]
    left_out: Annotated[
        list[str], Field(description="Ids of actors without a group, which are not counted; `limit` of them at most.")
    ]
    left_out_total: int
    alone: Annotated[
        list[str], Field(description="Ids of actors without a group, each of which is one; `limit` of them at most.")
    ]
    alone_total: int
    items: list[BrokerBody]
    total: int
    next: str | None


class CensusBody(Body):
    """Triads whose three ties have a clear sign, and what was left out."""

    all_positive: int
    one_negative: int
    two_negative: int
    all_negative: int
    triads: int
    degree: Annotated[float | None, Field(description="Share of balanced triads.")]
    weak_degree: Annotated[float | None, Field(description="Share of triads balanced in the weak sense.")]
    reason: Annotated[str | None, Field(description="Why there is no degree.")]
    positive: Annotated[int, Field(description="Pairs on good terms.")]
    negative: Annotated[int, Field(description="Pairs on bad terms.")]
    mixed: Annotated[int, Field(description="Pairs left out, having both signs.")]
    unsigned: Annotated[int, Field(description="Pairs left out, having none.")]


class FrustrationBody(Body):
    """The fewest ties that contradict a division in two camps."""

    lower: int
    upper: int
    exact: bool
    index: Annotated[list[float] | None, Field(description="Bounds of 1 - 2·contradicted/ties.")]
    reason: Annotated[str | None, Field(description="Why there is no index.")]
    ties: int
    camps: Annotated[list[list[Ref]], Field(description="A division that leaves `upper` ties; others may be as good.")]
    contradicted: Annotated[list[list[Ref]], Field(description="The ties that contradict it.")]


class PeriodBody(CensusBody):
    """The census of one period."""

    period: str
    undated: Annotated[int, Field(description="Statements that are in no period, since they have no date.")]
    spread: Annotated[int, Field(description="Statements whose dates reach beyond the period.")]


class ChanceBody(Body):
    """A figure beside the same of rewired networks, in which everybody keeps as many ties."""

    observed: float | None
    draws: Annotated[int, Field(description="Rewired networks in which the figure is defined.")]
    undefined: Annotated[int, Field(description="Those in which it is not.")]
    mean: float | None
    sd: float | None
    z: float | None
    as_high: Annotated[float | None, Field(description="Share of draws with a figure at least as large.")]
    as_low: Annotated[float | None, Field(description="Share of draws with a figure at most as large.")]
    reason: Annotated[str | None, Field(description="Why there is no z.")]


class BalanceBody(MeasuredBody):
    """Structural balance of a signed network."""

    census: CensusBody
    chance: Annotated[ChanceBody | None, Field(description="With `draws`: the degree beside that of chance.")]
    frustration: FrustrationBody
    periods: Annotated[list[PeriodBody] | None, Field(description="With `by`: each month or year.")]


class CandidateBody(Body):
    """An actor with ties to both sides."""

    actor: Ref
    with_one: Statements
    with_other: Statements
    why_not: Annotated[str | None, Field(description="Which of its ties speaks against it.")]


class RivalBody(Body):
    """One who does mediate between them."""

    actor: Ref
    evidence: str
    mediations: int
    share: Annotated[float, Field(description="Of all parts that mediators take between them, by evidence.")]
    alone: Annotated[int, Field(description="Mediations without another mediator.")]
    earliest: str | None
    latest: str | None
    statements: Statements


class MediatorsBody(Body):
    """Who mediates between two sides, and who might: the latter by name, in no order of merit."""

    between: list[Ref]
    mediators: list[RivalBody]
    concentration: Annotated[dict[str, float], Field(description="Sum of squared shares, by kind of evidence.")]
    mediators_reason: Annotated[str | None, Field(description="Why there are none.")]
    candidates: Annotated[list[CandidateBody], Field(description="`limit` of them at most, as of those refused.")]
    refused: Annotated[list[CandidateBody], Field(description="Who has ties to both, of which one is bad or mixed.")]
    candidates_total: int
    refused_total: int
    candidates_reason: Annotated[str | None, Field(description="Why there are none.")]
    network: Annotated[AboutBody, Field(description="The signed network that candidates are sought in.")]
    mediations: Annotated[AboutBody, Field(description="The network of mediations.")]
    revision: int
