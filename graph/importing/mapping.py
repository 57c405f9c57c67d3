"""A user's mapping: which columns of a table, or keys of JSON, tell which part of an event."""

import codecs
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from graph.entities import CoderName, Text
from graph.yaml_files import read_yaml
from graph.yaml_models import validated
from ontology import Kind, vocabulary

_SCHEME = r"^[a-z0-9][a-z0-9._-]*$"
_YEAR, _MONTH, _DAY = re.compile(r"%[YyGcxD]"), re.compile(r"%[mbBhjcxD]"), re.compile(r"%[dejcxD]")


def _column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _known_relation(word: str) -> str:
    return vocabulary().relation(word).id


def _known_role(word: str) -> str:
    if word not in vocabulary().roles:
        raise ValueError(f"unknown role {word!r}; roles are {', '.join(vocabulary().roles)}")
    return word


def _bytewise(name: str) -> str:
    try:
        plain = "a,\t\n".encode(name) == b"a,\t\n"
        canonical = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        raise ValueError(f"{name!r} is no encoding that is known") from None
    if not plain:
        raise ValueError(f"{name!r} has no lines that end in one byte: convert the file to utf-8")
    return canonical


Column = Annotated[str, Field(min_length=1, max_length=1000)]
RelationId = Annotated[str, AfterValidator(_known_relation)]
RoleId = Annotated[str, AfterValidator(_known_role)]
Scheme = Annotated[str, Field(pattern=_SCHEME)]
Separator = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    # Spaces are kept: a tab may be a delimiter.
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cell(_Model):
    """A column as it is. In YAML the name of the column alone will do."""

    column: Column

    def columns(self) -> Iterator[str]:
        """The columns that are named."""
        yield self.column


class Listed(Cell):
    """A column of several items, with the separator between them."""

    separator: Separator | None = None


class Coded(Listed):
    """A column of codes of one scheme, or, without one, of whole codes: SCHEME:CODE."""

    scheme: Scheme | None = None


class Country(Cell):
    """A column of countries by name, or, where a scheme is said, by code."""

    scheme: Scheme | None = None


class RelationWords(Cell):
    """A column whose words stand for relations; without a table of them, it has those of the vocabulary."""

    values: Annotated[dict[str, RelationId], Field(min_length=1)] | None = None

    @cached_property
    def meanings(self) -> dict[str, str]:
        """What each word stands for."""
        return self.values or {r: r for r in vocabulary().relations}


class KindWords(Cell):
    """A column whose words stand for kinds of entities; without a table of them, it has those of the vocabulary."""

    values: Annotated[dict[str, Kind], Field(min_length=1)] | None = None

    @cached_property
    def meanings(self) -> dict[str, Kind]:
        """What each word stands for."""
        return self.values or {str(k): k for k in Kind}


_Codes = Annotated[tuple[Annotated[Coded, BeforeValidator(_column)], ...], BeforeValidator(_listed)]


class When(_Model):
    """When it happened: one column, or the first day and the last. The format is that of strptime, without it EDTF.

    What the format does not read is not known: "%m/%Y" gives months.
    """

    column: Column | None = None
    first: Column | None = Field(None, alias="from")
    last: Column | None = Field(None, alias="to")
    format: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.column is None) == (self.first is None and self.last is None):
            raise ValueError("a date has either column, or from and to")
        if self.format is not None and not _YEAR.search(self.format):
            raise ValueError(f"the format {self.format!r} reads no year: write %Y")
        return self

    @property
    def length(self) -> int:
        """How many characters of YYYY-MM-DD the format reads."""
        format = self.format or ""
        return 4 if not _MONTH.search(format) else 10 if _DAY.search(format) else 7

    def columns(self) -> Iterator[str]:
        """The columns that are named."""
        yield from (c for c in (self.column, self.first, self.last) if c)


class Who(Listed):
    """Somebody or something that a column names; with a separator, several, which the other columns tell of alike."""

    kind: Kind | None = None
    kinds: Annotated[KindWords, BeforeValidator(_column)] | None = None
    country: Annotated[Country, BeforeValidator(_column)] | None = None
    codes: _Codes = ()
    aliases: Annotated[Listed, BeforeValidator(_column)] | None = None

    def columns(self) -> Iterator[str]:
        """The columns that are named."""
        yield self.column
        for cell in (self.kinds, self.country, self.aliases, *self.codes):
            if cell is not None:
                yield cell.column


_Who = Annotated[Who, BeforeValidator(_column)]
_Several = Annotated[tuple[_Who, ...], BeforeValidator(_listed)]
_Cell = Annotated[Cell, BeforeValidator(_column)]


class Mapping(_Model):
    """What the file of a mapping says."""

    dataset: Annotated[str, Field(pattern=_SCHEME, max_length=100)]
    title: Text
    licence: Text
    coder: CoderName | None = None
    kind: Literal["event table", "agreement table"] = "event table"

    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quoted: bool = True
    encoding: Annotated[str, AfterValidator(_bytewise)] = "utf-8"
    header: bool = True
    names: tuple[Column, ...] = ()
    missing: tuple[str, ...] = ("",)

    record: _Cell | None = None
    when: Annotated[When, BeforeValidator(_column)] | None = None
    relation: RelationId | None = None
    relations: Annotated[RelationWords, BeforeValidator(_column)] | None = None
    codes: _Codes = ()
    subject: _Who | None = None
    object: _Who | None = None
    parties: _Several = ()
    roles: dict[RoleId, _Several] = Field(default_factory=dict)
    topic: _Who | None = None
    place: _Who | None = None
    note: _Cell | None = None
    confidence: _Cell | None = None
    telling: Annotated[tuple[Column, ...], BeforeValidator(_listed)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.relation is not None and self.relations is not None:
            raise ValueError("relation is one for all records, relations a column: leave one of them out")
        if self.relation is None and self.relations is None and not self.codes:
            raise ValueError("nothing says what happened: add relation, relations or codes")
        if self.subject is None and self.object is None and not self.parties:
            raise ValueError("nothing says who: add subject, object or parties")
        if self.header and self.names:
            raise ValueError("names are for files without a header: add header: false")
        return self

    def columns(self) -> list[str]:
        """All columns that are named, each once."""
        cells = (
            self.record, self.when, self.relations, *self.codes, self.subject, self.object, *self.parties,
            *(w for whos in self.roles.values() for w in whos), self.topic, self.place, self.note, self.confidence,
        )  # fmt: skip
        return list(dict.fromkeys([*(n for c in cells if c is not None for n in c.columns()), *self.telling]))


def read_mapping(path: Path) -> Mapping:
    """The mapping of a YAML file. Raises InputErrors that name file, line, value and way out."""
    return validated(Mapping, read_yaml(path))
