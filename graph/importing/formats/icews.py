"""ICEWS events as released in tables of twenty columns, tab-separated, without quotes."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import NamedTuple

from graph.exceptions import FormatError
from graph.importing.codes import CAMEO, fault, icews_codes
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile, rows
from graph.importing.formats.icews_names import icews_mention

COLUMNS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text", "CAMEO Code",
    "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID", "Sentence Number", "Publisher",
    "City", "District", "Province", "Country", "Latitude", "Longitude",
)  # fmt: skip
_READ = [c for c in COLUMNS if c not in ("Intensity", "Publisher", *COLUMNS[14:])]
_MISSING = ("", "NA", "NULL")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST, _LAST = "1991-01-01", "2099-12-31"
"""ICEWS begins after the first, and nothing of it can be of the century after the last."""


class Icews:
    """Raw tables of ICEWS, as on Dataverse: `events.2018.tab` and the like."""

    name = "icews"
    title = "ICEWS coded event data, tables of twenty columns"
    dataset = "icews"
    coder = "icews"
    kind = "event table"
    licence = "As the publisher of the file says: ICEWS Coded Event Data, Harvard Dataverse, doi 10.7910/DVN/28075"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """One event a row. Raises FormatError where the first line is not the header."""
        by_label = options.values.get("codes") == "text"
        with file.open() as stream:
            found = rows(file, stream, "\t", quoted=False)
            header = next(found, None)
            if header is None:
                raise FormatError(f"{file.name} is empty")
            self._check_header(header.fields, file)
            read = itemgetter(*(header.fields.index(name) for name in _READ))
            for row in found:
                number = row.number - 1
                if row.reason is None and len(row.fields) != len(header.fields):
                    reason = f"{len(row.fields)} fields where the header has {len(header.fields)}"
                    yield Record(number, row.raw, reason=reason)
                elif row.reason is not None:
                    yield Record(number, row.raw, reason=row.reason)
                else:
                    yield self._record(number, row.raw, _Row._make(map(str.strip, read(row.fields))), by_label)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return head.partition(b"\n")[0].decode("utf-8-sig", "replace").rstrip("\r").split("\t")

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by name, as the file has them."""
        file = SourceFile(None, self.name)
        return dict(zip(header, file.decoded(raw).rstrip("\r\n").split("\t"), strict=False))

    def recognises(self, head: bytes) -> bool:
        """Whether the first line is the header."""
        return set(COLUMNS) <= set(self.header(head))

    def _check_header(self, names: Sequence[str], file: SourceFile) -> None:
        missing = [c for c in COLUMNS if c not in names]
        if missing:
            surplus = [n for n in names if n not in COLUMNS][:8]
            raise FormatError(
                f"{file.name} is no table of ICEWS: its first line lacks {', '.join(missing)}"
                + (f" and has {', '.join(repr(n) for n in surplus)}" if surplus else "")
            )

    def _record(self, number: int, raw: bytes, row: "_Row", by_label: bool) -> Record:
        code = row.code
        if wrong := _wrong_day(row.day):
            return Record(number, raw, reason=wrong)
        if by_label:
            labelled = icews_codes().get(row.text.lower())
            if labelled is None:
                return Record(number, raw, reason=f"Event Text {row.text!r} is no label of ICEWS")
            code = labelled
        elif wrong := _fault(code):
            labelled = icews_codes().get(row.text.lower())
            if labelled and labelled.lstrip("0") == code:
                wrong += f"; Event Text says {labelled}: --set codes=text takes the codes from there"
            return Record(number, raw, reason=wrong)
        source = _mention(row.source, row.source_sectors, row.source_country)
        target = _mention(row.target, row.target_sectors, row.target_country)
        if source is None and target is None:
            return Record(number, raw, reason="neither Source Name nor Target Name is given")
        event = Event(
            codes=(f"{CAMEO}:{code}",), record=_given(row.id), when=row.day, subject=source, object=target,
            telling=_telling(row),
        )  # fmt: skip
        return Record(number, raw, [event])


class _Row(NamedTuple):
    """The fields that make a statement."""

    id: str
    day: str
    source: str
    source_sectors: str
    source_country: str
    text: str
    code: str
    target: str
    target_sectors: str
    target_country: str
    story: str
    sentence: str


@lru_cache(maxsize=1 << 14)
def _wrong_day(day: str) -> str | None:
    if not _DAY.fullmatch(day):
        return f"Event Date {day!r} is no day, such as 2018-06-01"
    return None if _FIRST <= day <= _LAST else f"Event Date {day!r} is not between {_FIRST} and {_LAST}"


@cache
def _fault(code: str) -> str | None:
    return fault(code, "CAMEO Code")


def _given(value: str) -> str | None:
    return None if value in _MISSING else value


@lru_cache(maxsize=1 << 18)
def _mention(name: str, sectors: str, country: str) -> Mention | None:
    if name in _MISSING:
        return None
    return icews_mention(name, [s.strip() for s in sectors.split(",")], _given(country))


def _telling(row: _Row) -> str | None:
    story, sentence = _given(row.story), _given(row.sentence)
    return f"{story}-{sentence}" if story and sentence else None
