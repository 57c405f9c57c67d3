"""The parameters of requests: names, meanings and examples, shared by every path that takes them."""

import base64
import hashlib
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.errors import Problem
from graph.differences import Subject
from graph.evidence import Evidence
from graph.exceptions import ParameterError
from graph.knowledge_graph import selection_from_names
from graph.pictures import Picture, draw_timeline
from graph.questions import Level
from graph.selection import Selection
from graph.snapshot import Snapshot
from graph.tables import By, Split, Table, Unit, table
from graph.timelines import Step, timeline
from graph.times import edtf_bounds
from ontology import Kind, Modality, Status

Word = Annotated[str, Field(min_length=1, max_length=500)]
MAX_LIMIT = 1000
_LOOKUP, _FEW = {"subject", "object", "between", "since", "until", "exact", "joined"}, 1000


def whole_number(value: Any) -> Any:
    # Python reads "１０" and "1_0" as numbers too; a link should not.
    if isinstance(value, str) and not (value.isascii() and value.isdecimal()):
        raise ValueError("is a whole number in plain digits")
    return value


class Parameters(BaseModel):
    """Base of the parameter models: unknown parameters are errors."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Page(Parameters):
    """Which part of a list."""

    limit: Annotated[int, BeforeValidator(whole_number)] = Field(
        50, ge=1, le=MAX_LIMIT, description="Most items of one answer, at most 1,000.", examples=[50]
    )
    cursor: Word | None = Field(
        None, description="The `next` of the answer before this one; `*` is the first page.", examples=["*"]
    )


class Narrowing(Parameters):
    """Filters that every selection takes. Entities may be given by id, label or alias."""

    subject: Word | None = Field(None, description="Who does it; a stand-in means its government.", examples=["Russia"])
    object: Word | None = Field(None, description="Towards whom or what.", examples=["Mirzoyan"])
    party: list[Word] = Field([], description="One of the sides; may be repeated.", examples=[["Armenia"]])
    between: list[Word] = Field([], description="The two sides; give it twice.", examples=[["Armenia", "Azerbaijan"]])
    involving: list[Word] = Field(
        [], description="Subject, object, side or in a role; may be repeated.", examples=[["Zakharova"]]
    )
    about_relation: Word | None = Field(
        None, description="Relation or family of the statement that it is about.", examples=["mediates"]
    )
    about_subject: Word | None = Field(
        None, description="Subject of the statement that it is about.", examples=["United States"]
    )
    role: list[Word] = Field(
        [], description="A role, or ROLE:ENTITY; may be repeated.", examples=[["destination:Moscow"]]
    )
    topic: Word | None = Field(None, description="What it concerns.", examples=["armenia-azerbaijan-peace-treaty"])
    source: list[Word] = Field([], description="Id of a source; may be repeated.", examples=[["article"]])
    dataset: list[Word] = Field(
        [], description="Name of a data set; may be repeated.", examples=[["armenia-azerbaijan-talks"]]
    )
    evidence: list[Evidence] = Field(
        [],
        description="What it rests on: curated claims, coded events or agreements; may be repeated.",
        examples=[["claim"]],
    )
    attributed_to: Word | None = Field(
        None, description="A speaker, at any depth of the chain.", examples=["Zakharova"]
    )
    according_to: Word | None = Field(
        None,
        description="The perspective: what this actor, or who speaks for it, says; `source`: what sources vouch for.",
        examples=["Russia"],
    )
    depth: Literal["outermost", "any"] = Field(
        "outermost",
        description="With according_to: `any` adds what others report the actor to have said.",
        examples=["any"],
    )
    modality: list[Modality] = Field([], description="How the claim is made; may be repeated.", examples=[["asserted"]])
    status: list[Status] = Field(
        [], description="Whether the statement stands; without it, active and disputed ones.", examples=[["active"]]
    )
    since: Word | None = Field(
        None, description="First day of the window, or a month or year (EDTF).", examples=["2020"]
    )
    until: Word | None = Field(
        None, description="Last day of the window, or a month or year (EDTF).", examples=["2024-12"]
    )
    event: Word | None = Field(None, description="Key of an event.", examples=["latest-invitation"])
    exact: bool = Field(
        False, description="True: only the entities named, not those who act for them.", examples=[True]
    )

    def selection(self, snapshot: Snapshot, **more: Any) -> Selection:
        """The selection with its names resolved. Raises what resolving raises, and ParameterError."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name in Narrowing.model_fields
            if (value := getattr(self, name)) not in (None, [])
        }
        for name, side in (("since", 0), ("until", 1)):
            if name in given:
                given[name] = _window(name, given[name], side)
        return selection_from_names(snapshot, given | {k: v for k, v in more.items() if v is not None})


class WhoParameters(Narrowing, Page):
    """Filters of a question."""

    level: Level = Field(
        Level.ENTITY, description="How far actors are rolled up: to bodies or states.", examples=["state"]
    )
    joined: bool = Field(
        True,
        description="With between, false: records that name one side each, or the sides apart, are not joined.",
        examples=[False],
    )

    def lookup(self, snapshot: Snapshot, question: str) -> Selection | None:
        """The selection, where its answer takes less than a millisecond; None where that is not sure.

        That is: plain filters, names that need no guessing, few statements to look at.
        """
        named = [n for n in (self.subject, self.object, *self.between) if n is not None]
        if not self.model_fields_set <= _LOOKUP or not all(map(snapshot.names.knows, named)):
            return None
        selection = self.selection(snapshot, question=question)
        return selection if snapshot.selector.most(selection) <= _FEW else None


class StatementParameters(Narrowing, Page):
    """Filters of the list of statements."""

    relation: Word | None = Field(None, description="A relation, narrower ones included.", examples=["invites"])
    family: Word | None = Field(None, description="A family of relations.", examples=["mediation"])


class TimelineParameters(Narrowing):
    """Filters of the timeline, and its step."""

    relation: Word | None = Field(None, description="A relation, narrower ones included.", examples=["invites"])
    family: Word | None = Field(None, description="A family of relations.", examples=["accusation"])
    by: Step = Field(Step.MONTH, description="Length of the periods.", examples=["year"])

    def picture(self, snapshot: Snapshot) -> Picture:
        """The timeline drawn. Raises what making the selection raises, and MissingExtraError."""
        selection = self.selection(snapshot, relation=self.relation, family=self.family)
        filters = self.model_dump(exclude_unset=True, exclude={"by"})
        return draw_timeline(timeline(snapshot, selection, self.by), filters=filters, revision=snapshot.revision)


class TableParameters(Narrowing):
    """What is counted in a table, and how it is laid out."""

    relation: Word | None = Field(None, description="A relation, narrower ones included.", examples=["invites"])
    family: Word | None = Field(None, description="A family of relations.", examples=["mediation"])
    by: By = Field(By.MONTH, description="Length of the periods.", examples=["year"])
    level: Level = Field(
        Level.ENTITY, description="How far actors are rolled up: to bodies or states.", examples=["state"]
    )
    split: Split = Field(
        Split.NONE, description="What rows are told apart by, beside unit and period.", examples=["family"]
    )
    joined: bool = Field(
        True,
        description="False: what a mediator does with one side each, on one day or in one event, joins no pair.",
        examples=[False],
    )
    complete: bool = Field(
        True, description="False: only periods in which some statement may lie, no zeros.", examples=[False]
    )

    def table(self, snapshot: Snapshot, unit: Unit, most_rows: int) -> Table:
        """The table. Raises what making the selection and the table raises."""
        selection = self.selection(snapshot, relation=self.relation, family=self.family)
        return table(
            snapshot, selection, unit, self.by, level=self.level, split=self.split, joined=self.joined,
            complete=self.complete, most_rows=most_rows,
        )  # fmt: skip


class AgreementParameters(Narrowing):
    """Whose statements are compared."""

    relation: Word | None = Field(None, description="A relation, narrower ones included.", examples=["invites"])
    family: Word | None = Field(None, description="A family of relations.", examples=["mediation"])
    coder: list[Word] = Field(
        [], description="One of the two coders; needed where there are more.", examples=[["curated", "second-reader"]]
    )


class EntityParameters(Page):
    """Filters of the list of entities."""

    q: Word | None = Field(None, description="Part of a label, alias or id, in any case.", examples=["mirzo"])
    kind: list[Kind] = Field([], description="Kind of entity; may be repeated.", examples=[["person"]])


class RelationParameters(Parameters):
    """Filters of the list of relations."""

    family: Word | None = Field(None, description="A family of relations.", examples=["mediation"])


class ResolveParameters(Parameters):
    """How a name is to be understood."""

    actor: bool = Field(False, description="True: a stand-in means its government.", examples=[True])
    on: date | None = Field(
        None, description="The name of a post means whoever held it on this day.", examples=["2026-05-31"]
    )


class DifferenceParameters(Page):
    """Which revisions are compared, and what is listed."""

    since: Annotated[int | None, BeforeValidator(whole_number)] = Field(
        None, alias="from", ge=1, description="The revision before; without it, the last one kept before `to`.",
        examples=[1],
    )  # fmt: skip
    to: Annotated[int | None, BeforeValidator(whole_number)] = Field(
        None, ge=1, description="The revision after; without it, the current one.", examples=[2]
    )
    of: Subject = Field(Subject.STATEMENTS, description="What is listed.", examples=["entities"])


class NoParameters(Parameters):
    """For paths that take none."""


def _window(name: str, text: str, side: int) -> date:
    try:
        bound = edtf_bounds(text)[side]
    except ValueError as error:
        raise ParameterError(name, str(error)) from None
    if bound is None:
        raise ParameterError(name, f"{text!r} is open: leave the parameter out instead")
    return bound


# Cursors hold the revision and the place in the list: an answer never mixes two states of the graph.


def read_cursor(cursor: str | None, revision: int, query: str) -> int:
    """The offset that a cursor stands for. Raises Problem: 422 where it is not ours, 409 where the graph changed."""
    if cursor in (None, "*"):
        return 0
    try:
        number, offset, digest = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(":")
        place = int(number), int(offset)
    except ValueError:
        raise Problem(422, f"cursor: {cursor!r} is not one of ours; use the `next` of an answer as it is") from None
    if digest != _digest(query) or place[1] < 0:
        raise Problem(422, "cursor: it belongs to another question; start again without it")
    if place[0] != revision:
        raise Problem(409, "cursor: the graph has changed since; start again without it")
    return place[1]


def write_cursor(revision: int, offset: int, query: str) -> str:
    """A cursor for the place."""
    return base64.urlsafe_b64encode(f"{revision}:{offset}:{_digest(query)}".encode()).decode().rstrip("=")


def paging(request: Request, total: int, following: str | None) -> dict[str, str]:
    """The headers of a list that has no place for them in its body: the total, and the way to the next page."""
    headers = {"X-Total-Count": str(total)}
    if following:
        headers["Link"] = f'<{request.url.include_query_params(cursor=following)}>; rel="next"'
    return headers


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:8]


def cursor_query(path: str, parameters: BaseModel) -> str:
    """What a cursor belongs to: the path and every parameter but the page's."""
    return path + parameters.model_dump_json(exclude={"cursor", "limit"})
