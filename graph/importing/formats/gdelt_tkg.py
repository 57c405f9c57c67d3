"""GDELT as a temporal knowledge graph: January 2018 by number, in quarters of an hour, with tables of names."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from graph.exceptions import FormatError
from graph.importing import numbered
from graph.importing.codes import fault
from graph.importing.dyads import dyad
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile, first_bytes

_FIRST_DAY = date(2018, 1, 1)
_STEPS_A_DAY = 24 * 4
_STEPS = 31 * _STEPS_A_DAY


class GdeltTkg:
    """One row is one event. A step tells when GDELT took the event in, so that its time is the day and no finer."""

    name = "gdelt-tkg"
    title = "GDELT as temporal knowledge graph, January 2018, by number"
    dataset = "gdelt-tkg"
    coder = "gdelt"
    kind = "event table"
    one_numbering = True
    licence = "free for any use with citation of the GDELT Project and a link to its site; none is stated for this form"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError where the file is none of numbers, or tables of names are missing."""
        with file.open() as stream:
            steps = set(numbered.steps(first_bytes(stream)))
            if len(steps) > 1 and not any(step % 24 for step in steps):
                raise FormatError(
                    "all steps are whole days in hours, and GDELT's are quarters of an hour",
                    str(file.path or file.name),
                    way_out="name the right format (tertius import --list)",
                )
            if not steps:
                raise FormatError(
                    "the first lines are not four or five numbers each: subject, relation, object, step",
                    str(file.path or file.name),
                    1,
                    "name the right format (tertius import --list)",
                )
            for row in numbered.numbered(file, stream, options.names):
                found = row.reason or _event(row)
                if isinstance(found, str):
                    yield Record(row.number, row.raw, reason=found)
                else:
                    yield Record(row.number, row.raw, (found,))

    def header(self, head: bytes) -> list[str]:  # noqa: ARG002
        """None: the files have no header."""
        return []

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The numbers of a row by column."""
        return numbered.fields(raw)

    def recognises(self, head: bytes) -> bool:
        """Whether it begins with rows of numbers whose steps are not all whole days in hours."""
        return any(step % 24 for step in numbered.steps(head))


def _event(row: numbered.Numbered) -> Event | str:
    """The event of a row, or why it has none."""
    if wrong := fault(row.relation, "relation"):
        return wrong
    if row.step >= _STEPS:
        return f"step {row.step} is after January 2018, which has {_STEPS} steps of 15 minutes"
    return dyad(row.relation, _actor(row.subject), _actor(row.object), when=_day(row.step // _STEPS_A_DAY))


@lru_cache(maxsize=65536)
def _actor(name: str) -> Mention:
    return Mention(name)


@lru_cache(maxsize=31)
def _day(number: int) -> str:
    return (_FIRST_DAY + timedelta(days=number)).isoformat()


FORMAT = GdeltTkg()
