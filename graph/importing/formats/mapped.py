"""Tables and JSON of any sort, read as a mapping in YAML says: the formats csv and jsonl."""

import csv
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from graph.exceptions import FormatError, InputError
from graph.importing.codes import CAMEO, fault
from graph.importing.compounds import RECIPIENT, compound
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile, rows
from graph.importing.json_records import json_records, parsed
from graph.importing.mapping import Coded, Mapping, When, Who, read_mapping
from graph.times import edtf_bounds

_WHOLE_CODE = re.compile(r"[a-z0-9][a-z0-9._-]*:[^\s:]{1,150}")
_LOOKED_AT = 100

Get = Callable[[str], str | list[str]]
"""What a column of the record has: text, or in JSON perhaps a list of texts."""


class _Wrong(ValueError):
    """What a record cannot be a statement with: column and value."""


class _Mapped:
    """What both formats share: data set, coder, kind and licence are those of the mapping, once it is known."""

    name: str
    title: str

    def __init__(self, mapping: Mapping | None = None) -> None:
        self._mapping = mapping
        self.dataset = mapping.dataset if mapping else self.name
        self.coder = (mapping.coder or mapping.dataset) if mapping else self.name
        self.kind: str = mapping.kind if mapping else "event table"
        self.one_numbering = True
        self.licence = mapping.licence if mapping else "as the mapping says"
        if mapping:
            self.title = mapping.title

    def of(self, options: Options) -> Self:
        """The format as the mapping of the options says.

        Raises InputError where there is no mapping, and InputErrors for what is wrong in it.
        """
        return self if self._mapping is not None else type(self)(self._found(options))

    def recognises(self, head: bytes) -> bool:  # noqa: ARG002
        """Never: only a mapping tells what such a file is."""
        return False

    def _found(self, options: Options) -> Mapping:
        if self._mapping is not None:
            return self._mapping
        if options.mapping is None:
            raise InputError(
                f"the format {self.name} needs a mapping that says what its columns tell",
                way_out="write one as docs/importing.md shows, and name it: --mapping FILE",
            )
        return _mapping(options.mapping, options.mapping.stat().st_mtime_ns if options.mapping.is_file() else 0)


@lru_cache(maxsize=16)
def _mapping(path: Path, changed: int) -> Mapping:  # noqa: ARG001  # a file that has changed is read again
    return read_mapping(path)


class Csv(_Mapped):
    """Delimited tables. One row is one event."""

    name = "csv"
    title = "tables, as a mapping says"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The rows, in order. Raises FormatError naming the columns that the mapping has and the header has not."""
        m = self._found(options)
        file.encoding = m.encoding
        with file.open() as stream:
            between, quoted, headed = m.delimiter, m.quoted, m.header
            if file.delimiter:  # as a table in Parquet is read, whatever the mapping says of text
                file.encoding, between, quoted, headed = "utf-8", file.delimiter, True, True
            names: Sequence[str] | None = None if headed else _checked(m.names, m, file)
            for row in rows(file, stream, between, quoted=quoted):
                if names is None:
                    names = _checked([n.removeprefix("\ufeff").strip() for n in row.fields], m, file)
                    continue
                number = row.number - headed
                reason = row.reason
                if reason is None and len(row.fields) != len(names):
                    reason = f"{len(row.fields)} fields instead of {len(names)}"
                if reason is not None:
                    yield Record(number, row.raw, reason=reason)
                else:
                    yield _record(number, row.raw, dict(zip(names, row.fields, strict=True)).__getitem__, m)
        if names is None:
            raise FormatError(f"{file.name} is empty")

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins, or from the mapping."""
        m = self._mapping
        if m is not None and not m.header:
            return list(m.names)
        first = head.partition(b"\n")[0].decode(m.encoding if m else "utf-8", "replace").removeprefix("\ufeff")
        found = [n.strip() for n in _split(first, m)]
        if m is not None and not set(m.columns()) <= set(found):
            found = [n.strip() for n in _split(first, None)]
        return found

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:
        """The fields of a row by the names of its columns."""
        m = self._found(options)
        text = SourceFile(None, self.name, encoding=m.encoding).decoded(raw)
        found = _split(text, m)
        if len(found) != len(header) and len(plain := _split(text, None)) == len(header):
            found = plain  # as tables in Parquet are kept
        return dict(zip(header, found, strict=False))


class Jsonl(_Mapped):
    """Objects of JSON, one a line, of many lines each or in an array. One object is one event.

    Columns are keys; a dot leads into an object within: "place.name". Through a list it leads to each of its objects.
    """

    name = "jsonl"
    title = "JSON objects, as a mapping says"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """The objects, in order. Raises FormatError where the first hundred have none of the mapping's keys."""
        m = self._found(options)
        file.encoding = m.encoding
        keys = {c for name in m.columns() for c in (name, name.partition(".")[0])}
        known, objects = False, 0
        with file.open() as stream:
            for number, raw, data, reason in json_records(file, stream):
                objects += reason is None
                known = known or not keys.isdisjoint(data)
                if objects == _LOOKED_AT and not known:
                    break
                if reason is not None:
                    yield Record(number, raw, reason=reason)
                else:
                    yield _record(number, raw, _getter(data), m)
        if not known:
            raise FormatError(
                f"{file.name}: no object has any of the keys that the mapping names: {', '.join(sorted(m.columns()))}",
                way_out="mend the mapping, or name the file that it is for",
            )

    def header(self, head: bytes) -> list[str]:  # noqa: ARG002
        """No names: each object has its own."""
        return []

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The values of an object by its keys; those that are no text as JSON."""
        data, _ = parsed(SourceFile(None, self.name, encoding=self._found(options).encoding).decoded(raw))
        return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in data.items()}


def _split(text: str, m: Mapping | None) -> list[str]:
    delimiter, quoted = (m.delimiter, m.quoted) if m else (",", True)
    text = text.rstrip("\r\n")
    return next(csv.reader([text], delimiter=delimiter), []) if quoted and '"' in text else text.split(delimiter)


def _checked(names: Sequence[str], m: Mapping, file: SourceFile) -> Sequence[str]:
    missing = [c for c in m.columns() if c not in names]
    if missing:
        raise FormatError(
            f"{file.name} lacks columns that the mapping names: {', '.join(missing)}",
            file.name,
            1,
            f"mend the mapping; the columns are {', '.join(names)}",
        )
    twice = [c for c in m.columns() if names.count(c) > 1]
    if twice:
        raise FormatError(
            f"{file.name} has several columns of one name: {', '.join(twice)}", file.name, 1, "rename them"
        )
    return names


def _getter(data: dict[str, Any]) -> Get:
    def get(column: str) -> str | list[str]:
        if column in data:
            return _texts(column, data[column])
        return _texts(column, _at(data, column.split(".")))

    return get


def _at(data: Any, path: Sequence[str]) -> Any:
    if isinstance(data, list):
        return [_at(entry, path) for entry in data]
    if not path or data is None:
        return data
    return _at(data.get(path[0]), path[1:]) if isinstance(data, dict) else None


def _texts(column: str, value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [_text(column, v) for v in value]
    return _text(column, value)


def _text(column: str, value: Any) -> str:
    if isinstance(value, dict | list):
        raise _Wrong(f"{column}: {json.dumps(value, ensure_ascii=False)[:100]} is neither text nor a list of texts")
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _record(number: int, raw: bytes, get: Get, m: Mapping) -> Record:
    try:
        return Record(number, raw, [mapped_event(get, m)])
    except _Wrong as error:
        return Record(number, raw, reason=str(error))


def mapped_event(get: Get, m: Mapping) -> Event:
    """The event of a record, given what its columns have. Raises ValueError that names column and value."""
    return _event(_Cells(get, m))


class _Cells:
    """The cells of a record, as the mapping reads them."""

    def __init__(self, get: Get, m: Mapping) -> None:
        self._get, self.m, self._missing = get, m, frozenset(m.missing) | {""}

    def one(self, column: str) -> str | None:
        """The text of a cell, None where it says nothing."""
        value = self._get(column)
        if isinstance(value, list):
            if len(value) > 1:
                raise _Wrong(f"{column}: {value!r} is a list where one text is expected")
            value = value[0] if value else ""
        text = value.strip()
        return None if text in self._missing else text

    def several(self, column: str, separator: str | None) -> list[str]:
        """The items of a cell, "" for those that say nothing."""
        value = self._get(column)
        items = value if isinstance(value, list) else value.split(separator) if separator else [value]
        return ["" if (text := item.strip()) in self._missing else text for item in items]

    def codes(self, said: Sequence[Coded]) -> tuple[str, ...]:
        """The codes of the event."""
        return tuple(
            _code(c.column, c.scheme, item, of_event=True)
            for c in said
            for item in self.several(c.column, c.separator)
            if item
        )

    def when(self, said: When | None) -> str | None:
        """The date, or the interval."""
        if said is None:
            return None
        if said.column is not None:
            return self._date(said.column, said)
        first, last = (self._date(c, said) if c else None for c in (said.first, said.last))
        if first is None and last is None:
            return None
        if first == last:
            return first
        try:
            whole = f"{first or '..'}/{last or '..'}"
            edtf_bounds(whole)
        except ValueError as error:
            raise _Wrong(f"{said.first}, {said.last}: {error}") from None
        return whole

    def _date(self, column: str, said: When) -> str | None:
        text = self.one(column)
        if text is None:
            return None
        try:
            if said.format is not None:
                day = datetime.strptime(text, said.format).replace(tzinfo=UTC)
                return day.date().isoformat()[: said.length]
            edtf_bounds(text)
        except ValueError as error:
            raise _Wrong(f"{column}: {error}") from None
        return text

    def word(self, column: str, values: dict[str, Any]) -> Any:
        """What a word of the cell stands for."""
        text = self.one(column)
        if text is None:
            return None
        if text not in values:
            raise _Wrong(f"{column}: {text!r} is none of {', '.join(values)}")
        return values[text]

    def mentions(self, said: Who | None) -> list[Mention]:
        """Whom the cell names."""
        if said is None:
            return []
        names = self.several(said.column, said.separator)

        def beside(column: str) -> list[str]:
            items = self.several(column, said.separator)
            if not any(items):
                return [""] * len(names)
            if len(items) != len(names):
                raise _Wrong(f"{column}: {len(items)} values where {said.column} has {len(names)} names")
            return items

        countries = beside(said.country.column) if said.country else [""] * len(names)
        scheme = said.country.scheme if said.country else None
        coded = [(c, beside(c.column)) for c in said.codes]
        aliases = beside(said.aliases.column) if said.aliases else [""] * len(names)
        kinds = beside(said.kinds.column) if said.kinds else [""] * len(names)
        found = []
        for i, name in enumerate(names):
            if not name:
                continue
            kind = said.kind
            if said.kinds and kinds[i]:
                if kinds[i] not in said.kinds.meanings:
                    raise _Wrong(f"{said.kinds.column}: {kinds[i]!r} is none of {', '.join(said.kinds.meanings)}")
                kind = said.kinds.meanings[kinds[i]]
            country = countries[i]
            if country and scheme:
                country = _code(said.country.column if said.country else "", scheme, country)
            codes = tuple(
                _code(c.column, c.scheme, code) for c, items in coded for code in _items(items[i], c.separator)
            )
            other = tuple(_items(aliases[i], said.aliases.separator if said.aliases else None))
            found.append(Mention(name, kind, country or None, codes, other))
        return list(dict.fromkeys(found))

    def single(self, said: Who | None) -> Mention | None:
        """Whom or what the cell names, who must be one."""
        found = self.mentions(said)
        if len(found) > 1 and said is not None:
            raise _Wrong(f"{said.column}: names {len(found)} where one is expected")
        return found[0] if found else None


def _event(cells: _Cells) -> Event:
    m = cells.m
    relation = m.relation or (cells.word(m.relations.column, m.relations.meanings) if m.relations else None)
    codes = cells.codes(m.codes)
    if relation is None and not codes:
        columns = [c.column for c in (m.relations, *m.codes) if c is not None]
        raise _Wrong(f"{', '.join(columns)}: nothing says what happened")
    event = Event(
        codes=codes,
        relation=relation,
        record=cells.one(m.record.column) if m.record else None,
        when=cells.when(m.when),
        roles=tuple((role, who) for role, said in m.roles.items() for w in said for who in cells.mentions(w)),
        topic=cells.single(m.topic),
        place=cells.single(m.place),
        note=cells.one(m.note.column) if m.note else None,
        confidence=_confidence(m.confidence.column, cells) if m.confidence else None,
        telling="-".join(t) if m.telling and all(t := [cells.one(c) or "" for c in m.telling]) else None,
    )
    parties = tuple(who for said in m.parties for who in cells.mentions(said))
    acting, towards = cells.mentions(m.subject), cells.mentions(m.object)
    if not acting and not towards and not parties and RECIPIENT not in dict(event.roles):
        named = [w.column for w in (m.subject, m.object, *m.parties) if w is not None]
        raise _Wrong(f"{', '.join(named)}: nobody is named")
    if not parties:
        return compound(event, acting, towards)
    for said, found in ((m.subject, acting), (m.object, towards)):
        if said is not None and len(found) > 1:
            raise _Wrong(f"{said.column}: names {len(found)}, and parties are named beside them")
    event.subject, event.object = next(iter(acting), None), next(iter(towards), None)
    event.parties = parties
    return event


def _confidence(column: str, cells: _Cells) -> float | None:
    text = cells.one(column)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _Wrong(f"{column}: {text!r} is no number from 0 to 1")
    return value


def _items(text: str, separator: str | None) -> list[str]:
    return [item.strip() for item in (text.split(separator) if separator else [text]) if item.strip()]


def _code(column: str, scheme: str | None, text: str, *, of_event: bool = False) -> str:
    if of_event and scheme == CAMEO and (wrong := fault(text, column)):
        raise _Wrong(wrong)
    code = text if scheme is None else f"{scheme}:{text}"
    if not _WHOLE_CODE.fullmatch(code):
        shape = "SCHEME:CODE, without spaces" if scheme is None else "without spaces and colons"
        raise _Wrong(f"{column}: {text!r} is no code: those are {shape}")
    return code


CSV, JSONL = Csv(), Jsonl()
