"""What the formats have in common: records of a file, the events that they tell of, and whom those name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from graph.importing.files import SourceFile
from ontology import Kind


class Mention(NamedTuple):
    """Somebody or something that a record names, as the record names it. Equal mentions are one entity.

    `country` is the code or name of the country that the data give it ("iso3166-1-alpha3:ARM", "cameo-country:ARM",
    "Armenia"); `codes` are its codes in outside schemes, the most certain first; `kind` only where the data tell it.
    """

    name: str
    kind: Kind | None = None
    country: str | None = None
    codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class Event:
    """One statement to be made of a record. Its relation follows from its first code where it is not named.

    `record` is the data set's own id of the record, None where it has none. `telling` is what records share that tell
    of one act in one breath, such as story and sentence. A mediator is the subject, the sides are `parties`.
    """

    codes: tuple[str, ...] = ()
    relation: str | None = None
    record: str | None = None
    when: str | None = None
    subject: Mention | None = None
    object: Mention | None = None
    parties: tuple[Mention, ...] = ()
    roles: tuple[tuple[str, Mention], ...] = ()
    topic: Mention | None = None
    place: Mention | None = None
    note: str | None = None
    confidence: float | None = None
    telling: str | None = None


class Record(NamedTuple):
    """One record of a file: its number from 1 (a header is none), its bytes, and its events or why it has none.

    `reason` is set where the record cannot be a statement; it names column and value. `mentions` are those whom a list
    of actors names without saying anything of them: they become entities.
    """

    number: int
    raw: bytes
    events: Sequence[Event] = ()
    reason: str | None = None
    mentions: Sequence[Mention] = ()


@dataclass(frozen=True)
class Options:
    """What a user may add to a file: name tables, a mapping, the sheet of a zip."""

    names: tuple[Path, ...] = ()
    """Name tables of the forms that hold numbers: entities first, then relations."""
    mapping: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    covers: str | None = None
    """The period of which the files together tell all that their kind tells, in EDTF."""


class Format(Protocol):
    """A format that is read. `kind` is what its sources are: "event table" or "agreement table"."""

    name: str
    title: str
    dataset: str
    coder: str
    kind: str
    licence: str
    """What its publisher says of its use, as a note."""
    one_numbering: bool
    """Whether an id is of one record in all files of the data set, and not of another in each."""

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The records of the file, in order.

        Raises FormatError where the file is not of this format; it says which columns differ.
        """
        ...

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins; none where its first line is no header."""
        ...

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:
        """The fields of a record by name, as the file has them."""
        ...

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins like this may be of this format: to suggest the right one."""
        ...
