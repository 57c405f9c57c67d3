"""GDELT's tables of events, versions 1.0 and 2.0: exports without a header, and tables that others made of them.

Columns go by their names where there is a header and by their number where there is none. Tables made in R or pandas
have a column of row numbers in front, with an empty name or none at all, and may have lost the zeros of some codes.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import product

from graph.exceptions import FormatError
from graph.importing.codes import fault, with_zero
from graph.importing.countries import countries
from graph.importing.days import Order, found_order, iso_day
from graph.importing.dyads import MEDIATE, dyad
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import Row, SourceFile, first_bytes, rows
from graph.importing.organisations import SORT, organisations
from ontology import Kind

_ACTOR = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code",
          "Type1Code", "Type2Code", "Type3Code")  # fmt: skip
_GEO = ("Type", "FullName", "CountryCode", "ADM1Code", "Lat", "Long", "FeatureID")


def _names(geo: Sequence[str]) -> tuple[str, ...]:
    return (
        "GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate",
        *("Actor1" + n for n in _ACTOR), *("Actor2" + n for n in _ACTOR),
        "IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale",
        "NumMentions", "NumSources", "NumArticles", "AvgTone",
        *(f"{of}Geo_{n}" for of in ("Actor1", "Actor2", "Action") for n in geo),
        "DATEADDED", "SOURCEURL",
    )  # fmt: skip


VERSION_1 = _names(_GEO)
VERSION_2 = _names((*_GEO[:4], "ADM2Code", *_GEO[4:]))
_BY_COUNT: Mapping[int, Sequence[str]] = {
    n: names[:n] for names, n in ((VERSION_1, 57), (VERSION_1, 58), (VERSION_2, 61))
}

_NEEDED = (
    "GLOBALEVENTID", "SQLDATE", "Actor1Code", "Actor1Name", "Actor1CountryCode", "Actor2Code", "Actor2Name",
    "Actor2CountryCode", "EventCode",
)  # fmt: skip
_WANTED = (*_NEEDED, "Actor1Type1Code", "Actor2Type1Code", "EventRootCode", "DATEADDED", "SOURCEURL")
_ALSO = {
    "Day": "SQLDATE", "YYYYMM": "MonthYear", "YYYY": "Year", "DayTime": "FractionDate", "Actor2KnowGroupCode":
    "Actor2KnownGroupCode",
    **{f"Actor{i}CountryABBR": f"Actor{i}CountryCode" for i in "12"},
    **{f"Actor{i}ReligionCode": f"Actor{i}Religion1Code" for i in "12"},
    **{f"Actor{i}Role{j or ''}": f"Actor{i}Type{j or 1}Code" for i in "12" for j in (0, 2, 3)},
}  # fmt: skip
"""Names of columns in the daily tables that others publish."""

_DELIMITERS = "\t,;"
_MISSING = frozenset({"", "NA", "NaN", "nan", "NULL", "None"})
_DAY = re.compile(r"[0-9]{4}(-?)[0-9]{2}\1[0-9]{2}")
_DIGITS = re.compile(r"[0-9]{8}")
_CODE = re.compile(r"[A-Za-z0-9]+")
_FIRST_DAY = date(1979, 1, 1)
_REGIONS = frozenset(
    {
        "AFR", "ASA", "BAG", "BLK", "CAS", "CAU", "CEU", "CFR", "CRB", "EAF", "EEU", "EIN", "EUR", "GZS", "LAM", "MDT",
        "MEA", "NAF", "NMR", "PGS", "SAF", "SAM", "SAS", "SCN", "SEA", "WAF", "WSB", "WST",
    }
)  # fmt: skip
"""Codes in CAMEO's list of countries that are none: continents, regions, parts of countries."""
_UNLISTED = frozenset({"ROU", "SSD", "TWN"})
"""Countries that GDELT's actors are coded with, and that its list of countries lacks: "country code" is empty."""
_CLASSES = {
    "IGO": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "IMG": Kind.ARMED_GROUP,
    "MNC": Kind.ORGANISATION,
    "NGM": Kind.ORGANISATION,
    "NGO": Kind.ORGANISATION,
}
"""Types that are classes of organisations. All others are roles, which persons, bodies and crowds have alike."""


@dataclass(frozen=True)
class _Table:
    """How the rows of a file are written. `unnamed` is whether they begin with a row number that no column names."""

    delimiter: str
    header: tuple[str, ...]
    named: bool
    unnamed: bool
    at: Mapping[str, int]

    @property
    def width(self) -> int:
        return len(self.header) + self.unnamed

    @property
    def quoted(self) -> bool:
        """Exports are not: their fields hold quotes that mean nothing."""
        return self.delimiter != "\t" or self.named


class Gdelt:
    """One row is one event of two actors, of whom one may be missing."""

    name = "gdelt"
    title = "GDELT 1.0 and 2.0 event tables"
    dataset = "gdelt"
    coder = "gdelt"
    kind = "event table"
    one_numbering = True
    licence = "free for any use with citation of the GDELT Project and a link to its site"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError naming the columns that are missing and those that are unknown."""
        order = found_order(options, lambda: _days(file.again()))
        for row, table in _rows(file):
            yield _record(row, row.number - table.named, table, order)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, the row number being `row`; none for an export, which has no header."""
        table = _table(SourceFile(None, self.name), head)
        return ["row"] * table.unnamed + [name or "row" for name in table.header] if table.named else []

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a row by name. Without a header the names are GDELT's own."""
        text = SourceFile(None, self.name).decoded(raw).rstrip("\r\n")
        for delimiter in _DELIMITERS:
            found = _split(text, delimiter, quoted=bool(header) or delimiter != "\t")
            names = header or _BY_COUNT.get(len(found), ())
            if len(found) == len(names):
                return dict(zip(names, found, strict=True))
        return {}

    def recognises(self, head: bytes) -> bool:
        """Whether its first line names GDELT's columns, or has as many as GDELT with a number and a day in front."""
        try:
            _table(SourceFile(None, self.name), head)
        except FormatError:
            return False
        return True


class _Wrong(ValueError):
    """Why a row is no event."""


def _split(line: str, delimiter: str, *, quoted: bool) -> list[str]:
    if not quoted:
        return line.split(delimiter)
    try:
        return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def _table(file: SourceFile, head: bytes) -> _Table:
    """How the rows are written: as the header says, else as one of the first rows that has a number and a day first."""
    lines = [line for line in head.decode("utf-8-sig", "replace").splitlines()[:20] if line]
    where = str(file.path or file.name)
    if not lines:
        raise FormatError("the file is empty", where, way_out="fetch the file again")
    guesses = []
    for delimiter in _DELIMITERS:
        first, *others = (_split(line, delimiter, quoted=True) for line in lines)
        counts = Counter(len(fields) - len(first) for fields in others)
        unnamed = counts[1] > counts[0]
        guesses.append(_Table(delimiter, tuple(first), named=True, unnamed=unnamed, at=_positions(first, int(unnamed))))
    best = max(guesses, key=lambda table: (len(table.at), len(table.header)))
    missing = [name for name in _NEEDED if name not in best.at]
    if not missing:
        return best
    for delimiter, line in product(_DELIMITERS, lines):
        fields = _split(line, delimiter, quoted=delimiter != "\t")
        if len(fields) in _BY_COUNT and fields[0].isdecimal() and _DAY.fullmatch(fields[1]):
            names = tuple(_BY_COUNT[len(fields)])
            return _Table(delimiter, names, named=False, unnamed=False, at=_positions(names, 0))
    if any(field.isdecimal() for field in best.header):
        message = "there is no header, and there are no 57, 58 or 61 columns with a number and a day first, as in GDELT"
        message += f": the first line has {len(best.header)}"
    else:
        surplus = [n[:40] or "(no name)" for n in best.header if _plain(n) not in {*_KNOWN, *_ALSO_KNOWN}]
        message = f"missing are {', '.join(missing)}; unknown are {', '.join(surplus[:20]) or 'none'}"
        message = f"the header is not that of GDELT: {message}"
    raise FormatError(message, where, 1, "name the right format (tertius import --list), or write a mapping for csv")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


_KNOWN = {_plain(name): name for name in VERSION_2}
_ALSO_KNOWN = {_plain(name): known for name, known in _ALSO.items()}


def _positions(header: Sequence[str], shift: int) -> dict[str, int]:
    """Where GDELT's columns are. A table that abbreviates the country has the actor's code in "country code"."""
    plain = [_plain(name) for name in header]
    known = dict(_KNOWN)
    for actor in ("Actor1", "Actor2"):
        if _plain(f"{actor}CountryABBR") in plain and _plain(f"{actor}Code") not in plain:
            known[_plain(f"{actor}CountryCode")] = f"{actor}Code"
    at = {known[name]: i + shift for i, name in enumerate(plain) if name in known}
    for i, name in enumerate(plain):
        if name in _ALSO_KNOWN:
            at.setdefault(_ALSO_KNOWN[name], i + shift)
    return at


def _rows(file: SourceFile) -> Iterator[tuple[Row, _Table]]:
    """The rows below the header, where there is one, and how they are written."""
    with file.open() as stream:
        table = _table(file, first_bytes(stream))
        records = rows(file, stream, table.delimiter, quoted=table.quoted, width=table.width)
        if table.named:
            next(records)
        for row in records:
            yield row, table


def _days(file: SourceFile) -> Iterator[str]:
    return (r.fields[table.at["SQLDATE"]] for r, table in _rows(file) if len(r.fields) == table.width)


def _record(row: Row, number: int, table: _Table, order: Order | None) -> Record:
    try:
        return Record(number, row.raw, (_event(row, table, order),))
    except _Wrong as wrong:
        return Record(number, row.raw, reason=str(wrong))


def _event(row: Row, table: _Table, order: Order | None) -> Event:
    """The event of a row. Raises _Wrong where it has none."""
    if row.reason or len(row.fields) != table.width:
        raise _Wrong(row.reason or f"{len(row.fields)} fields instead of {table.width}")
    fields, at = row.fields, table.at
    value = {name: "" if (text := fields[at[name]].strip()) in _MISSING else text for name in _WANTED if name in at}
    if not value["GLOBALEVENTID"].isdecimal():
        raise _Wrong(f"GLOBALEVENTID {value['GLOBALEVENTID']!r} is no number")
    code = _code(value["EventCode"], value.get("EventRootCode", ""))
    when = _when(value["SQLDATE"], value.get("DATEADDED", ""), order)
    source, target = (
        _actor(i, value[i + "Code"], value[i + "Name"], value[i + "CountryCode"], value.get(i + "Type1Code", ""))
        for i in ("Actor1", "Actor2")
    )
    if source is None and target is None:
        raise _Wrong("Actor1Code and Actor2Code are missing, and so are the names: nobody is said to have acted")
    url = value.get("SOURCEURL", "")
    return dyad(
        code,
        source,
        target,
        record=value["GLOBALEVENTID"],
        when=when,
        # A report tells of many acts: only of a mediation it joins the sides. "BBC Monitoring" is no report.
        telling=url if code == MEDIATE and "://" in url else None,
    )


@lru_cache(maxsize=4096)
def _code(code: str, root: str) -> str:
    """The code, with a lost zero given back where the root tells it. Raises _Wrong where nothing does."""
    wrong = fault(code, "EventCode")
    if root and code:
        whole = with_zero(code, root)
        wrong = None if whole else f"EventCode {code!r} and EventRootCode {root!r} contradict each other"
        code = whole or code
    if wrong:
        raise _Wrong(wrong)
    return code


@lru_cache(maxsize=4096)
def _when(day: str, added: str, order: Order | None) -> str:
    """The day as EDTF. Raises _Wrong where it cannot be; time zones let an event be a day after its report."""
    try:
        found = date.fromisoformat(iso_day(day, order))
    except ValueError as error:
        raise _Wrong(f"SQLDATE {error}") from None
    if found < _FIRST_DAY:
        raise _Wrong(f"SQLDATE {day!r} is before 1979, where GDELT begins")
    reported = _reported(added)
    if reported and found - reported > timedelta(days=1):
        raise _Wrong(f"SQLDATE {day!r} is later than DATEADDED {added!r}")
    return found.isoformat()


def _reported(added: str) -> date | None:
    try:
        return date.fromisoformat(added[:8]) if _DIGITS.fullmatch(added[:8]) else None
    except ValueError:
        return None


@lru_cache(maxsize=131072)
def _actor(side: str, code: str, name: str, country: str, type: str) -> Mention | None:
    """An actor, None where nothing names one.

    A country's code alone is the state, whatever name stands for it. With more than that in the code it is somebody of
    the country, and where the name is only the country's, the code is part of the name: "AMERICAN (USAEDU)". So it is
    of organisations: "THE EU (IGOEUREECGOV)".
    """
    if not (code or name):
        return None
    for column, value in (("Code", code), ("CountryCode", country)):
        if value and not _CODE.fullmatch(value):
            raise _Wrong(f"{side}{column} {value!r} is no code of CAMEO")
    if not country and code[:3] in _UNLISTED:
        country = code[:3]
    own = country if country not in _REGIONS else ""
    of = f"cameo-country:{own}" if own else None
    if code and code.removeprefix("SCG") == country:  # Serbia and Montenegro, before the code of each
        return Mention(name or code, Kind.STATE if own else None, of, (f"cameo-country:{country}",))
    if code and (countries().candidates(name, adjectives=True) or _is_within(name, code)):
        name = f"{name} ({code})"
    kind = None if own else _CLASSES.get(type)
    return Mention(name or code, kind, of, (f"cameo-actor:{code}",) if code else ())


def _is_within(name: str, code: str) -> bool:
    """Whether the name is that of an organisation, and the code not its own."""
    named = organisations().named(name, abbreviations=True)
    return bool(named) and not set(named) & set(organisations().coded(f"{SORT}:{code}"))


FORMAT = Gdelt()
