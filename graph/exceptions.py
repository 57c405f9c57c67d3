"""What can go wrong with what has been said.

GraphError
├── InputError                 bad input in a file; knows file, line and way out
│   └── InputErrors            several of them, told together
├── NameResolutionError        a name that does not lead to one thing
│   ├── UnknownNameError
│   └── AmbiguousNameError
├── NotFoundError              an id that the graph does not have
├── ParameterError             a question whose parameters make no sense
├── RdfSyntaxError             RDF that does not parse
├── ChangeRefusedError         a write that would leave what is no statement; holds the findings
├── QueryError                 SPARQL that cannot be answered
│   ├── QuerySyntaxError
│   ├── QueryRefusedError      against the policy: SERVICE, depth, size, update
│   ├── QueryTimeoutError
│   ├── QueryTooLargeError     more rows, bytes or memory than allowed
│   └── GraphConflictError     a graph that an operation needs is not there, or one that it makes is
├── UndefinedMeasureError      a measure that has no value on this network; says why
├── MissingExtraError          a library is not installed that comes with an extra
├── ServiceError               a service that cannot be reached, or answers what it should not
└── StoreError                 the store cannot be opened or written
    ├── BackupError            a backup that is damaged, or none
    ├── CitationRoomError      no more answers can be frozen
    ├── StoreFormatError
    ├── StoreLockedError
    └── StoreWriteError
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class GraphError(Exception):
    """Base of every error of this package."""


@dataclass
class InputError(GraphError):
    """Something wrong in a file: what, where, with which value, and what to do."""

    message: str
    file: str = ""
    line: int | None = None
    way_out: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return f"{where}{self.message}" + (f" ({self.way_out})" if self.way_out else "")


class FormatError(InputError):
    """A file that is not of the format named, or is broken as a whole."""


class InputErrors(GraphError):
    """Everything that is wrong with an input, so that it can be mended at once."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(str(e) for e in self.errors))


@dataclass(frozen=True)
class Candidate:
    """An entity that a name may have meant."""

    id: str
    label: str
    kind: str


class NameResolutionError(GraphError):
    """A name that does not lead to exactly one thing; `candidates` say what it may mean."""

    def __init__(self, name: str, message: str, candidates: Iterable[Candidate]) -> None:
        self.name, self.candidates = name, tuple(candidates)
        listed = ", ".join(f"{c.id} ({c.kind})" for c in self.candidates)
        super().__init__(f"{message}; {'candidates: ' + listed if listed else 'nothing similar is known'}")


class UnknownNameError(NameResolutionError):
    """No entity has this id, label or alias."""

    def __init__(self, name: str, candidates: Iterable[Candidate] = (), what: str = "entity") -> None:
        super().__init__(name, f"no {what} is known as {name!r}", candidates)


class AmbiguousNameError(NameResolutionError):
    """Several entities have this label or alias; give an id."""

    def __init__(self, name: str, candidates: Iterable[Candidate]) -> None:
        super().__init__(name, f"{name!r} is ambiguous: give an id", candidates)


class NotFoundError(GraphError):
    """Nothing of this sort has this id; `known` lists what there is, where that is short."""

    def __init__(self, what: str, id: str, known: Iterable[str] = ()) -> None:
        self.what, self.id, self.known = what, id, tuple(known)
        listed = f"; there are {', '.join(self.known)}" if self.known else ""
        super().__init__(f"no {what} has the id {id!r}{listed}")


class NoRecordError(NotFoundError):
    """A statement that there is, and of which no record was kept; `reason` tells why."""

    def __init__(self, statement: str, reason: str) -> None:
        super().__init__("record", statement)
        self.reason = reason
        self.args = (f"no record is kept of the statement {statement}: {reason}",)


class ParameterError(GraphError):
    """A parameter of a question that makes no sense; `parameter` names it."""

    def __init__(self, parameter: str, message: str) -> None:
        self.parameter, self.message = parameter, message
        super().__init__(f"{parameter}: {message}")


class RdfSyntaxError(GraphError):
    """RDF that does not parse; the message tells line and column where the format has them."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for which a write is refused: at which node, what is wrong and the way out."""

    focus: str
    message: str


class ChangeRefusedError(GraphError):
    """A write would leave something malformed, or an edge that no statement carries; `findings` say what."""

    def __init__(self, findings: Sequence[Refusal]) -> None:
        self.findings = list(findings)
        shown = "\n".join(f"{f.focus}: {f.message}" for f in self.findings[:20])
        more = f"\nand {len(self.findings) - 20} more" if len(self.findings) > 20 else ""
        super().__init__(f"refused, nothing was changed:\n{shown}{more}")

    def __reduce__(self) -> tuple[type["ChangeRefusedError"], tuple[list[Refusal]]]:
        return type(self), (self.findings,)


class QueryError(GraphError):
    """A SPARQL query that could not be answered."""


class QuerySyntaxError(QueryError):
    """The query is not SPARQL; the message tells line and column."""


class QueryRefusedError(QueryError):
    """The query asks for something that is not allowed here."""


class QueryTimeoutError(QueryError):
    """The query took longer than allowed and was ended."""


class QueryTooLargeError(QueryError):
    """The answer has more rows or bytes, or needs more memory, than allowed."""


class GraphConflictError(QueryError):
    """An operation of an update needs a graph that is not there, or makes one that is; `graph` names it."""

    def __init__(self, operation: str, graph: str) -> None:
        self.graph = graph
        if operation == "CREATE":
            found, way_out = "already there", "CREATE SILENT leaves it as it is"
        else:
            found, way_out = "not there", f"{operation} SILENT takes it for an empty one"
        super().__init__(f"{operation}: the graph <{graph}> is {found}, nothing was changed; {way_out}")


class ServiceError(GraphError):
    """A service cannot be reached, or does not answer as one; `status` is that of its answer, where there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class StoreError(GraphError):
    """The store cannot be opened, read or written."""


class BackupError(StoreError):
    """The file is no backup, or not as it was when the backup was made."""


class CitationRoomError(StoreError):
    """The frozen answers take all the room that they may."""

    def __init__(self, taken: int, room: int) -> None:
        super().__init__(
            f"frozen answers take {taken} bytes of {room} that they may take here: keep the answer and its query "
            "yourself, or ask the operator for more room"
        )


class StoreFormatError(StoreError):
    """The folder is not a store, or one of another format."""


class StoreLockedError(StoreError):
    """Another process is writing to the store."""


class StoreWriteError(StoreError):
    """A write failed; the store is as it was."""


class UndefinedMeasureError(GraphError):
    """A measure that has no value on this network; `measure` names it, `reason` says why."""

    def __init__(self, measure: str, reason: str) -> None:
        self.measure, self.reason = measure, reason
        super().__init__(f"{measure} is undefined here: {reason}")


class MissingExtraError(GraphError):
    """Something needs a library that is installed only with an extra; `extra` names it."""

    def __init__(self, what: str, library: str, extra: str) -> None:
        self.library, self.extra = library, extra
        super().__init__(f"{what} needs {library}, which is not installed: pip install 'tertius[{extra}]'")
