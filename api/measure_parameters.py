"""The parameters of measures on networks."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.network_parameters import NetworkFilters
from api.parameters import Page, Word, whole_number
from graph.exceptions import ParameterError
from graph.measures import MEASURES
from graph.networks import Asked, Projection
from graph.networks.asked import actor as whom
from graph.snapshot import Snapshot
from graph.tables.periods import By


class MeasuresParameters(NetworkFilters, Page):
    """What is measured of each actor."""

    measures: list[Word] = Field([], description="A measure; may be repeated.", examples=[["betweenness"]])
    projection: Literal["dyads", "signed", "mediation"] = Field(
        "dyads",
        description="Who acts towards whom; pairs without direction; from each mediator to each party.",
        examples=["mediation"],
    )
    weighted: bool = Field(
        True, description="False: each tie counts alike. Steps of a path always do.", examples=[False]
    )

    sample: int | None = Field(
        None, ge=1, le=1_000_000,
        description="Betweenness is estimated from the paths that begin at so many actors: of large networks.",
        examples=[200],
    )  # fmt: skip

    def wanted(self) -> tuple[str, ...]:
        """The measures, all where none is named. Raises ParameterError."""
        for name in self.measures:
            if name not in MEASURES:
                raise ParameterError("measures", f"{name!r} is none of {', '.join(MEASURES)}")
        return tuple(dict.fromkeys(self.measures)) or tuple(MEASURES)


class BrokerageParameters(NetworkFilters, Page):
    """Between which groups actors broker."""

    groups: Literal["state", "country", "kind"] = Field(
        "state",
        description="What the groups are: the state that an actor is or acts for, its country, or its kind.",
        examples=["kind"],
    )
    group: list[Word] = Field(
        [],
        description="Groups of your own, instead: `NAME:ACTOR`, once for each actor.",
        examples=[["west:United States", "east:Russia"]],
    )
    ungrouped: Literal["left-out", "alone"] = Field(
        "left-out", description="Whether who has no group is left out, or a group alone.", examples=["alone"]
    )
    projection: Literal["dyads", "mediation"] = Field(
        "dyads", description="Who acts towards whom, or from each mediator to each party.", examples=["mediation"]
    )

    def own_groups(self, snapshot: Snapshot) -> dict[str, str]:
        """The group of each actor that is named. Raises what resolving raises, and ParameterError."""
        found: dict[str, str] = {}
        for word in self.group:
            name, colon, actor = word.partition(":")
            if not (name.strip() and colon and actor.strip()):
                raise ParameterError("group", f"{word!r} names no group and actor: write west:Norway")
            id = whom(snapshot, actor.strip(), self.level)
            if found.setdefault(id, name.strip()) != name.strip():
                raise ParameterError("group", f"{actor.strip()!r} is in {found[id]} and in {name.strip()}")
        return found


class BalanceParameters(NetworkFilters):
    """Whose signed network is looked at, and whether over time."""

    by: By | None = Field(None, description="Also by month or year.", examples=["year"])
    draws: int = Field(
        0, ge=0, le=1000,
        description="Rewired networks to set the degree beside, two or more; it takes as many times as long.",
        examples=[100],
    )  # fmt: skip


class MediatorsParameters(NetworkFilters):
    """Between whom mediators are sought, and in which network."""

    between: list[Word] = Field(description="The two sides: give it twice.", examples=[["Armenia", "Azerbaijan"]])
    least: int = Field(1, ge=1, le=1_000_000, description="Fewest good events with each side.", examples=[3])
    limit: Annotated[int, BeforeValidator(whole_number)] = Field(
        50, ge=1, le=1000, description="Most candidates, and most of those refused, that are told.", examples=[10]
    )

    def asked(self, snapshot: Snapshot, projection: Projection) -> Asked:
        """What is asked for, of all ties: the sides are no filter."""
        return NetworkFilters.asked(self.model_copy(update={"between": []}), snapshot, projection)

    def sides(self) -> tuple[str, str]:
        """The names of the two. Raises ParameterError."""
        if len(self.between) != 2:
            raise ParameterError("between", f"takes two actors, got {len(self.between)}")
        return self.between[0], self.between[1]
