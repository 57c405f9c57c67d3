"""Entities: whatever statements name. Frozen models that refuse unknown fields."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ontology import UNSPECIFIED, Kind

EntityId = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        max_length=200,
        description="Id of an entity: lower-case letters, digits, - . _",
    ),
]
SourceId = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*$",
        max_length=200,
        description="Id of a source: lower-case letters, digits, - . _",
    ),
]
# Language, script, region and variants of BCP 47: engines refuse a file with a tag that has no such form.
_PROVISIONAL = re.compile(r"\.[0-9a-f]{8}$")
_LANGUAGE = r"^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$"
Language = Annotated[str, Field(pattern=_LANGUAGE, description="Language tag in lower case, such as en or sr-latn")]
OutsideCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9._-]*:[^\s:]+$",
        max_length=200,
        description="SCHEME:CODE, the scheme with its version where it has one; codes are text, 010 is not 10",
    ),
]
CoderName = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=10_000)]


class Model(BaseModel):
    """Base of the models: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Name(Model):
    """A label or an alias, with its language."""

    text: Text
    lang: Language = "en"


def _name(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _names(value: Any) -> Any:
    return [_name(v) for v in value] if isinstance(value, list | tuple) else value


def sorted_unique(value: tuple[str, ...]) -> tuple[str, ...]:
    """Sorted without repeats: for sets that are written as lists."""
    return tuple(sorted(set(value)))


def _sorted_names(value: tuple[Name, ...]) -> tuple[Name, ...]:
    return tuple(sorted(set(value), key=lambda n: (n.text, n.lang)))


class Entity(Model):
    """An actor, a place, an occasion, an agreement or a matter.

    `of` leads from a post or body to the body or state that it belongs to and acts for; `stands_for` from a
    place to the actor that its name may stand for; `members` are those of a closed group; `unnamed_in` is the
    source that speaks of somebody without a name. `country` is the one that data give somebody or something: who is
    given a country does not act for it.
    """

    id: EntityId
    kind: Kind
    label: Annotated[Name, BeforeValidator(_name)]
    aliases: Annotated[tuple[Name, ...], BeforeValidator(_names), AfterValidator(_sorted_names)] = ()
    description: Text | None = None
    of: EntityId | None = None
    country: EntityId | None = None
    stands_for: EntityId | None = None
    closed: bool | None = None
    members: Annotated[tuple[EntityId, ...], AfterValidator(sorted_unique)] = ()
    unnamed_in: SourceId | None = None
    codes: Annotated[tuple[OutsideCode, ...], AfterValidator(sorted_unique)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.id == UNSPECIFIED:
            raise ValueError(f"the id {UNSPECIFIED!r} is reserved for the agent that a text leaves open")
        if self.of and self.kind not in (Kind.POST, Kind.GOVERNMENT_BODY):
            raise ValueError(f"'of' belongs to posts and government bodies, not to a {self.kind}")
        if self.stands_for and self.kind is not Kind.PLACE:
            raise ValueError(f"'stands_for' belongs to places, not to a {self.kind}")
        if (self.closed is not None or self.members) and self.kind is not Kind.GROUP:
            raise ValueError(f"'closed' and 'members' belong to groups, not to a {self.kind}")
        if self.members and not self.closed:
            raise ValueError("an open group lists no members: say closed: true or leave the members out")
        if self.id in self.references():
            raise ValueError(f"{self.id!r} refers to itself")
        return self

    def references(self) -> tuple[str, ...]:
        """Ids of the other entities that this one names."""
        return tuple(i for i in (self.of, self.country, self.stands_for, *self.members) if i)


def is_provisional(id: str) -> bool:
    """Whether an id was given by an import to whom a name or code alone tells of: see `graph.importing.actors`.

    It ends with a point and eight hexadecimal digits.
    """
    return _PROVISIONAL.search(id) is not None
