"""The statement: one claim, by one voice, in one source, with its place there, its time and its modality."""

import hashlib
import re
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, computed_field, field_validator, model_validator
from pydantic_core import to_json

from graph.entities import CoderName, EntityId, Model, OutsideCode, SourceId, Text, sorted_unique
from graph.ids import id_text
from graph.sources import Edtf
from graph.times import Bounds, check_when_text, date_bounds
from ontology import Modality, Status, vocabulary

ID_PATTERN = r"^[a-z2-7]{26}$"
StatementId = Annotated[
    str, Field(pattern=ID_PATTERN, description="Id of a statement: hash of its content, 26 characters")
]
CONTENT = (
    "source", "start", "end", "record", "subject_is_statement", "subject", "relation", "object", "about", "parties",
    "roles", "topic", "place", "when", "when_text", "repeated", "attributed_to", "modality", "coder",
)  # fmt: skip
"""What the id of a statement follows from, in this order."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Confidence = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class StatementRef(Model):
    """A statement standing where an entity could stand: as the subject of another statement."""

    statement: StatementId


class RoleOf(Model):
    """A further participant and its role."""

    role: str
    entity: EntityId

    @field_validator("role")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in vocabulary().roles:
            raise ValueError(f"unknown role {value!r}; roles are {', '.join(vocabulary().roles)}")
        return value


class EventLink(Model):
    """The judgement that a statement tells of an event that others tell of as well."""

    id: EntityId
    coder: CoderName | None = None
    confidence: Confidence | None = None


def _roles(value: Any) -> Any:
    """Accepts {role: entity or list of entities} beside a list of {role, entity}."""
    if not isinstance(value, dict):
        return value
    pairs = [(role, e) for role, es in value.items() for e in (es if isinstance(es, list | tuple) else [es])]
    return [{"role": role, "entity": entity} for role, entity in pairs]


def _sorted_roles(value: tuple[RoleOf, ...]) -> tuple[RoleOf, ...]:
    return tuple(sorted(set(value), key=lambda r: (r.role, r.entity)))


def _event(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class Statement(Model):
    """One claim. Frozen; unknown fields are refused; `id` is computed from the content.

    Either `start` and `end` (Unicode code points, end exclusive) or `record` tell the place in the source.
    `attributed_to` is the chain of speakers, outermost first, and empty where the source itself vouches.
    Outside the id, and free to change later: `event`, `status`, `note`, `corrected_by`, `codes`,
    `confidence`, and the mere metadata `key`, `row`, `subject_as`, `object_as`.
    """

    subject: EntityId | StatementRef | None = None
    relation: str
    object: EntityId | None = None
    about: StatementId | None = None
    parties: Annotated[tuple[EntityId, ...], AfterValidator(sorted_unique)] = ()
    roles: Annotated[tuple[RoleOf, ...], BeforeValidator(_roles), AfterValidator(_sorted_roles)] = ()
    topic: EntityId | None = None
    place: EntityId | None = None
    subject_as: Text | None = None
    object_as: Text | None = None
    source: SourceId
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=0)] | None = None
    record: Text | None = None
    row: Annotated[int, Field(ge=1)] | None = None
    attributed_to: tuple[EntityId, ...] = ()
    modality: Modality
    when: Edtf | None = None
    when_text: Annotated[Text, AfterValidator(check_when_text)] | None = None
    repeated: bool = False
    event: Annotated[EventLink, BeforeValidator(_event)] | None = None
    status: Status = Status.ACTIVE
    note: Text | None = None
    corrected_by: StatementId | None = None
    codes: Annotated[tuple[OutsideCode, ...], AfterValidator(sorted_unique)] = ()
    coder: CoderName = "curated"
    confidence: Confidence | None = None
    key: Annotated[str, Field(min_length=1, max_length=200)] | None = None

    @field_validator("relation")
    @classmethod
    def _known_relation(cls, value: str) -> str:
        return vocabulary().relation(value).id

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end go together")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError(f"start {self.start} is not before end {self.end}")
        if (self.start is None) == (self.record is None):
            raise ValueError("a statement has either start and end, its place in a text, or the record of a table")
        if self.status is not Status.ACTIVE and not (self.note or self.corrected_by):
            raise ValueError(f"a {self.status} statement says why: add a note or corrected_by")
        return self

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @cached_property
    def id(self) -> str:
        """Hash of the content: 128 bits of SHA-256 in base 32."""
        return id_text(hashlib.sha256(to_json(self.content())).digest()[:16])

    def content(self) -> list[Any]:
        """What the id is the hash of, as JSON: the values of CONTENT."""
        subject = self.subject.statement if isinstance(self.subject, StatementRef) else self.subject
        return [
            self.source, self.start, self.end, self.record,
            isinstance(self.subject, StatementRef), subject, self.relation, self.object, self.about,
            self.parties, [(r.role, r.entity) for r in self.roles], self.topic, self.place,
            self.when, self.when_text, self.repeated, self.attributed_to, self.modality, self.coder,
        ]  # fmt: skip

    @property
    def is_dated_by_bounds(self) -> bool:
        """Whether it is a table's record of one day, which its bounds tell: a tenth less to be stored."""
        return self.record is not None and told_by_bounds(self.when, self.when_text)

    def bounds(self, published: str | None) -> Bounds:
        """First and last day on which the act can have taken place, given when the source was published.

        Where both a date and anchored words are known, the narrower bound of each side.
        """
        return date_bounds(self.when, self.when_text, published)

    def entities(self) -> tuple[str, ...]:
        """Ids of all entities that the statement names, speakers included."""
        subject = () if isinstance(self.subject, StatementRef) else (self.subject,)
        named = (*subject, self.object, *self.parties, *(r.entity for r in self.roles), self.topic, self.place)
        return tuple(e for e in (*named, *self.attributed_to) if e)

    def statements(self) -> tuple[str, ...]:
        """Ids of the statements that this one speaks about or has as its subject."""
        subject = (self.subject.statement,) if isinstance(self.subject, StatementRef) else ()
        return (*subject, *((self.about,) if self.about else ()))


def in_order(s: Statement) -> tuple[str, int, int, str, str]:
    """What statements are sorted by: their sources, and places in them."""
    return s.source, s.start or 0, s.end or 0, s.record or "", s.id


def told_by_bounds(when: str | None, when_text: str | None) -> bool:
    """Whether the date is one day, of which first and last day tell all."""
    return when_text is None and bool(when and _DAY.fullmatch(when))
