"""Statements of a table by the thousand: many say the same of others, at another place of the table, on another day."""

import hashlib
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

from graph.ids import id_texts
from graph.statements import CONTENT, Statement, StatementRef

Subject = str | StatementRef | None


class Pattern:
    """What statements have in common that differ in the fields of `Alike` alone; `statement` is a whole one of them."""

    __slots__ = ("_codes", "_pieces", "statement")

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        content = statement.content()
        subject, object = CONTENT.index("subject_is_statement"), CONTENT.index("object")
        record, when = CONTENT.index("record"), CONTENT.index("when")
        assert (record + 1, CONTENT[subject + 1]) == (subject, "subject")
        self._codes = to_json(statement.codes)
        self._pieces = (
            to_json(content[:record])[:-1] + b",",
            b"," + to_json(content[subject + 2 : object])[1:-1] + b",",
            b"," + to_json(content[object + 1 : when])[1:-1] + b",",
            b"," + to_json(content[when + 1 :])[1:],
        )

    def digests(
        self, subject: Subject, object: str | None, record: str | None, when: str | None
    ) -> tuple[bytes, bytes]:
        """The 16 bytes of the id of the statement that says so, and 8 for what it says with which codes.

        The latter are the same whatever source says so of a record.
        """
        first, second, third, last = self._pieces
        content = b"".join((to_json(record), _subject(subject), second, _json(object), third, _json(when), last))
        said = hashlib.blake2b(content + self._codes, digest_size=8).digest()
        return hashlib.sha256(first + content).digest()[:16], said


_json = lru_cache(maxsize=1 << 16)(to_json)


@lru_cache(maxsize=1 << 16)
def _subject(subject: Subject) -> bytes:
    if isinstance(subject, StatementRef):
        return b",true," + to_json(subject.statement)
    return b",false," + to_json(subject)


class Alike(NamedTuple):
    """A statement by its pattern and what is its own; `digest` and `said` are those of the pattern's `digests`."""

    pattern: Pattern
    subject: Subject
    object: str | None
    record: str | None
    row: int | None
    when: str | None
    digest: bytes
    said: bytes

    @classmethod
    def of(cls, s: Statement) -> Self:
        """The statement, which is alike itself."""
        pattern = Pattern(s)
        digests = pattern.digests(s.subject, s.object, s.record, s.when)
        return cls(pattern, s.subject, s.object, s.record, s.row, s.when, *digests)

    def statement(self) -> Statement:
        """The statement."""
        own = {name: getattr(self, name) for name in ("subject", "object", "record", "row", "when")}
        found = self.pattern.statement.model_copy(update=own)
        found.__dict__.pop("id", None)  # the pattern's, where it was asked for
        return found


class Batch(list[Alike]):
    """Statements that are written together."""

    @property
    def digests(self) -> npt.NDArray[np.uint8]:
        """The bytes of the ids, 16 a statement."""
        return np.frombuffer(b"".join([a.digest for a in self]), np.uint8).reshape(-1, 16)

    def ids(self) -> list[str]:
        """The ids as text."""
        return id_texts(self.digests)
