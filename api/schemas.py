"""The bodies of answers, for the OpenAPI page and for tests that hold every answer against them."""

from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graph.differences import Change, Subject
from graph.evidence import Evidence
from graph.questions import Sides
from ontology import Kind, Modality, Status

Value = TypeVar("Value")


class Body(BaseModel):
    """Base of the answers: no field more than is described."""

    model_config = ConfigDict(extra="forbid")


class Ref(Body):
    """An entity, or a statement standing where an entity could stand."""

    id: str
    label: str
    kind: Annotated[str | None, Field(description="`statement` where it is one, else absent.")] = None


class StatementRef(Body):
    """A statement in words."""

    id: str
    text: str


class RoleRef(Body):
    """A further participant."""

    role: str
    entity: Ref


class EventRef(Body):
    """The judgement that several statements tell of one event."""

    id: str
    coder: str | None
    confidence: float | None


class StatementBody(Body):
    """One claim, whole."""

    id: str
    iri: str
    text: str
    subject: Ref | None
    relation: str
    family: str
    object: Ref | None
    about: StatementRef | None
    parties: list[Ref]
    roles: list[RoleRef]
    topic: Ref | None
    place: Ref | None
    subject_as: str | None
    object_as: str | None
    source: str
    start: int | None
    end: int | None
    record: str | None
    row: int | None
    quote: Annotated[str | None, Field(description="The passage, where the operator has the text.")]
    attributed_to: Annotated[list[Ref], Field(description="Speakers, outermost first; empty: the source itself.")]
    modality: Modality
    when: str | None
    when_text: str | None
    earliest: date | None
    latest: date | None
    repeated: bool
    event: EventRef | None
    status: Status
    note: str | None
    corrected_by: StatementRef | None
    codes: list[str]
    coder: str
    confidence: float | None
    key: str | None


class StatementList(Body):
    """Statements of a selection."""

    items: list[StatementBody]
    total: int
    next: str | None
    undated: Annotated[int, Field(description="Statements left out of the window for having no date.")]
    revision: int


class VoiceBody(Body):
    """Who says so, in which source, how often."""

    attributed_to: list[Ref]
    source: str
    statements: int


class Answer(Body):
    """All statements of one subject, relation, object, about and parties, and of one kind of evidence."""

    subject: Ref | None
    relation: str
    object: Ref | None
    about: StatementRef | None
    parties: list[Ref]
    evidence: Annotated[Evidence, Field(description="What it rests on; kinds are never counted together.")]
    inferred: Annotated[
        bool, Field(description="True where no statement names both sides, but several together are taken to.")
    ]
    modalities: dict[Modality, int]
    disputed: int
    voices: list[VoiceBody]
    statements: list[str]
    datasets: Annotated[dict[str, int], Field(description="Statements by data set.")]
    events: Annotated[
        int,
        Field(
            description="Distinct events that are said to have taken place. Of several data sets of coded events, "
            "which may tell of the same, what the one that tells of most has."
        ),
    ]
    events_exact: Annotated[
        bool,
        Field(
            description="False where an act was repeated, statements may tell of one event unlinked, or sides are "
            "joined."
        ),
    ]
    earliest: date | None
    latest: date | None
    sides: Annotated[
        Sides | None,
        Field(
            description="With `between`: both or one of the two are named; joined, where rows of one data set name "
            "one each and tell of one mediator in one sentence of a story, or else on one day, or where the two are "
            "party to an agreement by other records than that of its third party."
        ),
    ] = None
    sides_in: Annotated[
        list[str], Field(description="Statements that name the parties, where those of the answer do not; else absent.")
    ] = []


class ActorCoverage(Body):
    """What the graph holds about one actor, of one kind of evidence."""

    entity: Ref
    evidence: Annotated[Evidence | None, Field(description="Null where it holds nothing about the actor.")]
    statements: int
    as_subject: int
    by_relation: dict[str, int]
    about_theirs: Annotated[
        dict[str, int],
        Field(description="Statements about what the actor does, such as objections to its mediation."),
    ]
    earliest: date | None
    latest: date | None


class CoverageBody(Body):
    """What the graph holds: an empty list of answers is never a no."""

    statements: int
    matched: int
    by_evidence: Annotated[dict[Evidence, int], Field(description="Those matched, by what they are evidence of.")]
    undated: int
    actors: list[ActorCoverage]


class WhoBody(Body):
    """The answer to a question."""

    question: str
    parameters: dict[str, Any]
    revision: int
    answers: list[Answer]
    total: int
    next: str | None
    coverage: CoverageBody


class EntitySummary(Body):
    """An entity in a list."""

    id: str
    label: str
    kind: Kind
    aliases: list[str]


class EntityList(Body):
    """Entities found."""

    items: list[EntitySummary]
    total: int
    next: str | None


class NameBody(Body):
    """A name with its language."""

    text: str
    lang: str


class PostBody(Body):
    """A post of a person."""

    post: Ref
    statement: str
    status: Status
    when: str | None
    earliest: date | None
    latest: date | None


class HolderBody(Body):
    """A holder of a post."""

    holder: Ref
    statement: str
    status: Status
    when: str | None
    earliest: date | None
    latest: date | None


class EntityCounts(Body):
    """Statements of the entity itself, without those who act for it."""

    as_subject: dict[str, int]
    as_object: dict[str, int]
    involving: int


class JudgementBody(Body):
    """Who judged that an entity is another one, why and when."""

    number: int
    by: str
    why: str
    at: datetime


class MergedBody(Body):
    """An entity that is another one."""

    entity: Ref
    into: Ref
    judgement: JudgementBody


class EntityBody(Body):
    """An entity, whole."""

    id: str
    iri: str
    label: str
    lang: str
    kind: Kind
    aliases: list[NameBody]
    description: str | None
    of: Ref | None
    country: Ref | None
    stands_for: Ref | None
    closed: bool | None
    members: list[Ref]
    unnamed_in: str | None
    codes: list[str]
    merged_into: MergedBody | None
    merged: list[MergedBody]
    posts: list[PostBody]
    holders: list[HolderBody]
    acts_for: list[Ref]
    acted_for_by: list[Ref]
    counts: EntityCounts


class FrameBody(Body):
    """Which slots and roles statements of a relation take."""

    requires: list[str]
    requires_any: list[str]
    parties_for: list[str]
    permits: list[str]
    roles: list[str]
    subject_kinds: list[str]
    object_kinds: list[str]
    party_kinds: list[str]


class RelationBody(Body):
    """A relation."""

    id: str
    iri: str
    label: str
    inverse_label: str
    definition: str
    family: str
    sign: int | None
    symmetric: bool
    wider: list[str]
    narrower: list[str]
    frame: FrameBody
    close_match: list[str]
    broad_match: list[str]


class TermBody(Body):
    """A word of the vocabulary."""

    id: str
    iri: str
    label: str
    definition: str


class RelationList(Body):
    """The vocabulary."""

    items: list[RelationBody]
    total: int
    families: list[TermBody]
    modalities: list[TermBody]
    roles: list[TermBody]
    kinds: list[TermBody]


class SourceBody(Body):
    """A source with its counts."""

    id: str
    iri: str
    title: str
    kind: str
    publisher: str | None
    published: str | None
    retrieved: str | None
    covers: Annotated[str | None, Field(description="The period of which it tells all, as declared; EDTF.")]
    language: str | None
    licence: str | None
    sha256: str | None
    length: int | None
    file: str | None
    derived_from: str | None
    note: str | None
    dataset: str | None
    coder: str | None
    modality: Annotated[Modality | None, Field(description="Of all its statements that do not say otherwise.")]
    evidence: Annotated[Evidence, Field(description="What its statements are evidence of.")]
    statements: int
    modalities: dict[Modality, int]


class SourceList(Body):
    """Sources."""

    items: list[SourceBody]
    total: int
    next: str | None


class BytesBody(Body):
    """Bytes as text, or in base 64."""

    text: Annotated[str | None, Field(description="Null where the bytes are not UTF-8.")]
    base64: Annotated[str | None, Field(description="The bytes where they are not UTF-8, else null.")]


class RecordBody(BytesBody):
    """The record of an imported file that a statement is made of."""

    statement: str
    source: str
    dataset: str
    file: str | None
    format: Annotated[str, Field(description="As `tertius import --list` names it.")]
    number: Annotated[int, Field(description="Its place in the file, from 1; a header does not count.")]
    fields: Annotated[dict[str, str], Field(description="Every field by its column's name, as the file has it.")]


class RejectBody(BytesBody):
    """A record that became no statement."""

    source: str
    file: str
    number: int
    reason: str


class RejectList(Body):
    """Records that became no statement."""

    items: list[RejectBody]
    total: int
    next: str | None


class CountsBody(Body):
    """What became of records: those read are stored, repeated or rejected."""

    read: int
    stored: int
    repeated: Annotated[int, Field(description="The same record again, by its id, or by content and occurrence.")]
    rejected: int
    elsewhere: Annotated[int, Field(description="Repeated, since another file of the data set has them.")]
    recoded: Annotated[
        int, Field(description="Stored with the id and day of a record in another file, which codes it otherwise.")
    ]
    unmapped: Annotated[int, Field(description="Stored with a code for which only a wider relation stands.")]
    linked: Annotated[int, Field(description="Statements that tell of an event that others tell of as well.")]


class DatasetSummary(Body):
    """A data set in a list."""

    id: str
    evidence: list[Evidence]
    formats: Annotated[dict[str, str], Field(description="Formats of imported files, with what they are.")]
    licences: Annotated[list[str], Field(description="What its publisher says of its use.")]
    earliest: Annotated[date | None, Field(description="First day that it tells of.")]
    latest: Annotated[date | None, Field(description="Last day that it tells of.")]
    sources: int
    entities: Annotated[int, Field(description="Entities that it describes itself.")]
    statements: Annotated[dict[Evidence, int], Field(description="Statements, by what they are evidence of.")]
    records: Annotated[CountsBody | None, Field(description="Null where no file of it was imported.")]


class FileBody(Body):
    """One source of a data set."""

    source: str
    title: str
    kind: str
    evidence: Evidence
    file: str | None
    sha256: str | None
    licence: str | None
    format: str | None
    earliest: date | None
    latest: date | None
    covers: Annotated[str | None, Field(description="The period of which it tells all, as declared; EDTF.")]
    statements: int
    records: CountsBody | None
    other_encoding: Annotated[int | None, Field(description="Records that are not in the encoding of the format.")]


class DatasetBody(DatasetSummary):
    """A data set, whole."""

    coders: list[str]
    publishers: list[str]
    files: list[FileBody]
    unmapped_codes: Annotated[dict[str, int], Field(description="Codes of unmapped records, most first.")]
    reasons: Annotated[dict[str, int], Field(description="Why records were rejected, most first.")]


class DatasetList(Body):
    """Data sets."""

    items: list[DatasetSummary]
    total: int
    next: str | None


class ContradictionBody(Body):
    """Statements that cannot all hold, and why."""

    kind: str
    reason: str
    settled: Annotated[bool, Field(description="True where one of them is marked as disputed.")]
    statements: list[StatementRef]


class ContradictionList(Body):
    """All contradictions."""

    items: list[ContradictionBody]
    total: int
    next: str | None
    revision: int


class PeriodBody(Body):
    """One period of a timeline."""

    period: str
    statements: int


class SeriesBody(Body):
    """Statements of one data set per period."""

    dataset: str
    evidence: Evidence
    periods: list[PeriodBody]
    spread: Annotated[int, Field(description="Statements whose dates reach over several periods.")]
    undated: Annotated[int, Field(description="Statements without a date, or with only one bound.")]


class TimelineBody(Body):
    """Statements per period, by data set; all together only where they are of one kind of evidence, else null."""

    by: str
    series: list[SeriesBody]
    periods: list[PeriodBody] | None
    spread: int | None
    undated: int | None
    revision: int


class ResolvedBody(Body):
    """The entity that a name means."""

    id: str
    iri: str
    label: str
    kind: Kind


class ValueTerm(Body):
    """A term of RDF, as in SPARQL's JSON results."""

    type: Literal["uri", "literal"]
    value: str
    lang: Annotated[str | None, Field(alias="xml:lang", pattern=r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$")] = None
    datatype: str | None = None


class OwnQuestion(Body):
    """A query of one's own, and values for variables that it selects."""

    query: Annotated[str, Field(min_length=1, examples=["SELECT ?who ?whom { ?who r:invites ?whom }"])]
    values: Annotated[
        dict[str, ValueTerm | bool | int | float | str],
        Field(description="A name, CURIE or IRI, a number, or a term.", examples=[{"whom": "Mirzoyan"}]),
    ] = {}


class VariableBody(Body):
    """A variable of a named question that may be bound."""

    name: str
    meaning: str
    example: str | None


class QuestionBody(Body):
    """A named question."""

    name: str
    title: str
    variables: list[VariableBody]
    href: str
    query: Annotated[str, Field(description="Its SPARQL.")]


class QuestionList(Body):
    """The named questions."""

    items: list[QuestionBody]
    total: int


class FieldAgreementBody(Body):
    """How far two coders agree on one field."""

    field: str
    compared: Annotated[int, Field(description="Places of which both made a statement.")]
    agreed: Annotated[int, Field(description="Those on which they put the same there, if only nothing.")]
    alpha: Annotated[
        float | None, Field(description="Krippendorff's, of nominal values; null where all values are the same.")
    ]


class PlaceBody(Body):
    """What two coders made of one place in a text, null where one of them made nothing of it."""

    one: StatementBody | None
    other: StatementBody | None
    differ: Annotated[list[str], Field(description="Fields on which they disagree.")]


class AgreementBody(Body):
    """Two coders compared over the sources that both of them coded; places in the order of the texts."""

    coders: Annotated[list[str], Field(description="`one` and `other` of the places, in this order.")]
    sources: list[str]
    matched: Annotated[int, Field(description="Places of which both made a statement.")]
    alone: Annotated[dict[str, int], Field(description="Statements that each coder made alone.")]
    fields: list[FieldAgreementBody]
    reason: Annotated[str | None, Field(description="Why nothing is compared, where that is so.")]
    items: list[PlaceBody]
    total: int
    next: str | None
    revision: int


class AdjudicationBody(Body):
    """What is decided between coders of one text."""

    statements: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500)]],
        Field(min_length=1, max_length=1000, description="Ids of those that do not stand, or are reopened."),
    ]
    instead: Annotated[
        str | None,
        Field(
            min_length=1, max_length=500, description="Id of the statement of the same source that stands; null: none."
        ),
    ] = None
    reopen: Annotated[bool, Field(description="True: what was decided against them no longer holds.")] = False
    by: Annotated[str, Field(min_length=1, max_length=500, description="Who decides.", examples=["C. Judge"])]
    why: Annotated[
        str, Field(min_length=1, max_length=5000, description="On which grounds.", examples=["nobody travelled"])
    ]

    @model_validator(mode="after")
    def _one(self) -> Self:
        # That nothing stands instead is a decision too: it is not to be had by leaving something out.
        if self.reopen == ("instead" in self.model_fields_set):
            raise ValueError("give either instead, which may be null, or reopen: true")
        return self


class FreezeBody(Body):
    """What is to be frozen: the address of a question, or a query."""

    target: Annotated[
        str | None,
        Field(
            max_length=200_000,
            description="Path and parameters of the answer: /who/…, /statements, /timeline, /conflicts or /sparql.",
            examples=["/who/invites?object=Mirzoyan"],
        ),
    ] = None
    query: Annotated[str | None, Field(max_length=200_000, description="A SPARQL query instead.")] = None
    revision: Annotated[
        int | None, Field(ge=1, description="The revision that answered; without it, the current one is asked.")
    ] = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.target is None) == (self.query is None):
            raise ValueError("give either target or query")
        return self


class ThenAndNow(Body, Generic[Value]):
    """A value when the answer was frozen, and now."""

    then: Value
    now: Value | None


class FateBody(Body):
    """What became of a statement."""

    id: str
    status: Annotated[str, Field(description="active, disputed, retracted, or `gone` where it is no longer there.")]
    text: str
    note: str | None
    corrected_by: str | None


class ComparisonBody(Body):
    """A frozen answer beside the one that its question is given now."""

    citation: str
    same: Annotated[bool, Field(description="Whether the checksums of the rows agree.")]
    revision: ThenAndNow[int]
    rows: ThenAndNow[int]
    checksum: ThenAndNow[str]
    added: Annotated[list[Any], Field(description="Rows that were not there, at most 1,000.")]
    added_total: int
    removed: Annotated[list[Any], Field(description="Rows that are no longer there, as far as they were kept.")]
    removed_total: int
    statements: Annotated[list[FateBody], Field(description="The statements in these rows.")]
    remarks: list[str]


class BeforeAndAfter(Body):
    """A field's values."""

    before: Any
    after: Any


class DifferenceBody(Body):
    """One difference."""

    change: Change
    id: Annotated[str, Field(description="Empty for quads.")]
    text: Annotated[str, Field(description="In words, or the quad.")]
    fields: dict[str, BeforeAndAfter]


class DifferencesBody(Body):
    """What one revision says that the other does not."""

    since: Annotated[int, Field(alias="from")]
    to: int
    of: Subject
    counts: dict[Change, int]
    items: list[DifferenceBody]
    total: int
    next: str | None


class Health(Body):
    """Whether the service answers, and from what."""

    status: str
    version: str
    store: str
    base: Annotated[str, Field(description="Base of the store's IRIs.")]
    revision: int
    statements: int
    entities: int
    sources: int


class ProblemBody(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
