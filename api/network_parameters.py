"""The parameters of networks: filters, and how a network is drawn, measured, searched and compared."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from api.parameters import Narrowing, Page, Word, whole_number
from graph.exceptions import ParameterError
from graph.networks import Asked, Projection, asked_for, kept
from graph.pictures import MOST_ACTORS, Picture, draw_network
from graph.questions import Level
from graph.snapshot import Snapshot
from graph.tables.periods import By

MOST_PERIODS = 1_200
"""A century of months."""
_MOST_DRAWN = 50_000
"""Statements or ties beyond which a picture tells nothing, and takes long."""


class NetworkFilters(Narrowing):
    """Which statements a network is made of, and of which actors."""

    relation: Word | None = Field(None, description="A relation, narrower ones included.", examples=["invites"])
    family: Word | None = Field(None, description="A family of relations.", examples=["mediation"])
    families: list[Word] = Field([], description="A family of relations; may be repeated.", examples=[["invitation"]])
    level: Level = Field(
        Level.ENTITY, description="How far actors are rolled up: to bodies or states.", examples=["state"]
    )
    focus: list[Word] = Field([], description="Only who is near this actor; may be repeated.", examples=[["Armenia"]])
    depth: list[Word] = Field(  # type: ignore[assignment] # that of according_to is one word
        [],
        description="A number: how many steps from the focus, 1 where nothing is said. `any`, with according_to: adds "
        "what others report the actor to have said. Both by repeating it.",
        examples=[["any"]],
    )
    majority: float = Field(
        0.75, description="Share of a pair's signed events that makes its sign; else it is mixed.", examples=[0.75]
    )

    def asked(self, snapshot: Snapshot, projection: Projection) -> Asked:
        """What is asked for. Raises what resolving raises, and ParameterError."""
        steps, words = [d for d in self.depth if d.isascii() and d.isdecimal()], []
        for word in self.depth:
            if word in ("outermost", "any"):
                words.append(word)
            elif word not in steps:
                raise ParameterError("depth", f"{word!r} is no number of steps, and none of outermost, any")
        if len(steps) > 1 or len(words) > 1:
            raise ParameterError("depth", f"takes one number and one word, got {', '.join(self.depth)}")
        plain = self.model_copy(update={"depth": words[0] if words else "outermost"})
        return asked_for(
            snapshot, plain.selection(snapshot, relation=self.relation, family=self.family), families=self.families,
            level=self.level, focus=self.focus, steps=int(steps[0][:9]) if steps else None, projection=projection,
            majority=self.majority,
        )  # fmt: skip


class DrawnParameters(NetworkFilters):
    """A whole network."""

    projection: Projection = Field(
        Projection.MULTI,
        description="Each statement an edge; dyads with events counted once; pairs with a sign; mediations as nodes.",
        examples=["dyads"],
    )


class NetworkParameters(DrawnParameters, Page):
    """Pages of a network, or of the networks of one period after the other."""

    by: By | None = Field(
        None, description="The networks of one month or year after the other: pages are of periods.", examples=["year"]
    )


class PathParameters(NetworkFilters):
    """Between whom paths are sought, and over which ties."""

    start: Word = Field(alias="from", description="Where the paths begin.", examples=["Russia"])
    to: Word = Field(description="Where they lead.", examples=["Armenia"])
    directed: bool = Field(False, description="True: only from who acts to towards whom.", examples=[True])
    limit: Annotated[int, BeforeValidator(whole_number)] = Field(
        10, ge=1, le=100, description="Most paths of one answer, at most 100.", examples=[10]
    )


class CompareParameters(NetworkFilters, Page):
    """Whose perspectives are compared."""

    according_to: list[Word] = Field(  # type: ignore[assignment] # two of them
        description="The perspectives: give it twice; `source` is what sources vouch for.",
        examples=[["Russia", "source"]],
    )
    projection: Literal["multi", "dyads", "signed"] = Field(
        "multi", description="Relation by relation, or the signs of dyads or of pairs.", examples=["multi"]
    )

    def perspectives(self, snapshot: Snapshot) -> tuple[Asked, Asked]:
        """What each perspective is asked. Raises what `asked` raises."""
        if len(self.according_to) != 2:
            raise ParameterError("according_to", f"takes two perspectives, got {len(self.according_to)}")
        one, other = (
            self.model_copy(update={"according_to": name}).asked(snapshot, Projection(self.projection))
            for name in self.according_to
        )
        if one == other:
            raise ParameterError("according_to", "both names mean one perspective: name two different ones")
        return one, other


class PictureParameters(DrawnParameters):
    """What is drawn of a network, and how much of it."""

    most: Annotated[int, BeforeValidator(whole_number)] = Field(
        MOST_ACTORS, ge=1, le=MOST_ACTORS, description="Most entities drawn: those with most statements.", examples=[20]
    )

    def picture(self, snapshot: Snapshot) -> Picture:
        """The network drawn. Raises what making the network raises, ParameterError and MissingExtraError."""
        filters = self.model_dump(exclude_unset=True, exclude={"most"})
        found = kept(snapshot, self.asked(snapshot, self.projection), _MOST_DRAWN)
        return draw_network(found, filters=filters, most=self.most)
