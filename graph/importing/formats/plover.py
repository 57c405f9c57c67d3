"""PLOVER records: JSON arrays, JSON Lines or objects of many lines each, of the drafts of 2016 and of 2021."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph.exceptions import FormatError
from graph.importing.compounds import compound
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.json_records import json_records, parsed
from graph.importing.plover_codes import MODES, NO_COUNTRY, codes, is_draft
from graph.times import edtf_bounds

_SCALARS = (str, int, float, bool, type(None))


class Plover:
    """One record is one event of each type that it names. Several actors in one record stay together."""

    name = "plover"
    title = "PLOVER records"
    dataset = "plover"
    coder = "plover"
    kind = "event table"
    licence = "as the publisher of the records states; the specification and its gold records are CC BY-SA 4.0"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:  # noqa: ARG002
        """The records, in order.

        Raises FormatError where the first hundred objects hold none with the field "event".
        """
        known = False
        with file.open() as stream:
            for number, raw, data, reason in json_records(file, stream):
                known = known or "event" in data
                if number >= 100 and not known:
                    raise FormatError(
                        f"{file.name}: none of the first {number} objects has the field 'event'",
                        way_out="for other JSON use the format jsonl with a mapping",
                    )
                yield Record(number, raw, reason=reason) if reason else _record(number, raw, data)
        if not known:
            raise FormatError(
                f"{file.name} holds no PLOVER record: no JSON object in it has the field 'event'",
                way_out="name the format that it is of: tertius import --list",
            )

    def header(self, head: bytes) -> list[str]:  # noqa: ARG002
        """No names: each record has its own."""
        return []

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by name; those that are no text as JSON."""
        data, _ = parsed(raw.decode("utf-8", "replace"))
        return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in data.items()}

    def recognises(self, head: bytes) -> bool:
        """Whether it begins as JSON with an event."""
        return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") and b'"event"' in head


class _Wrong(ValueError):
    """A value that a record cannot be a statement with."""


def _record(number: int, raw: bytes, data: Mapping[str, Any]) -> Record:
    try:
        return Record(number, raw, list(_events(data)))
    except _Wrong as error:
        return Record(number, raw, reason=str(error))


def _events(data: Mapping[str, Any]) -> Iterator[Event]:
    types = [t.strip().upper() for t in _words(data, "event")]
    if types == ["DOCUMENT"]:
        raise _Wrong("event: 'DOCUMENT' tells of the file and not of an event")
    if not types:
        raise _Wrong("event: is missing")
    record = data.get("id")
    if record is not None and not isinstance(record, str | int):
        raise _Wrong(f"id: {record!r} is neither text nor number")
    notes: list[str] = []
    acting = _mentions(data, ("actor", "source"), notes) or _protesters(data)
    towards = _mentions(data, ("recipient", "target"), notes)
    if not acting and not towards:
        raise _Wrong("actor: is missing (source, in the draft of 2016), and so is recipient (target)")
    draft = is_draft(str(data.get("version", "")))
    modes = _words(data, "mode")
    for type in types:
        own = [m for m in modes if len(types) == 1 or m in MODES.get(type, ())]
        yield compound(
            Event(
                codes=(f"cameo-1.1b3:{type}",) if type.isdecimal() else codes(type, own, draft=draft),
                record=str(record) if record not in (None, "") else None,
                when=_when(data),
                note="; ".join(notes) or None,
            ),
            acting,
            towards,
        )


def _words(data: Mapping[str, Any], field: str) -> list[str]:
    """One word, a list of them, or words with semicolons between."""
    value = data.get(field)
    if value is None:
        return []
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str | int) for v in listed):
        raise _Wrong(f"{field}: {value!r} is neither text nor a list of texts")
    return [w.strip() for v in listed for w in str(v).split(";") if w.strip()]


def _when(data: Mapping[str, Any]) -> str | None:
    first, last = (_day(data, f) for f in ("date", "enddate"))
    if first and last and last != first:
        if last < first:
            raise _Wrong(f"enddate: {last!r} is before date {first!r}")
        return f"{first}/{last}"
    return first


def _day(data: Mapping[str, Any], field: str) -> str | None:
    value = data.get(field)
    if value in (None, ""):
        return None
    try:
        edtf_bounds(str(value))
    except ValueError:
        raise _Wrong(f"{field}: {value!r} is no date such as 2021-01-02") from None
    return str(value)


def _mentions(data: Mapping[str, Any], fields: Sequence[str], notes: list[str]) -> list[Mention]:
    found: list[Mention] = []
    for field in fields:
        value = data.get(field)
        if value in (None, "", []):
            continue
        if isinstance(value, str):
            notes.append(f"{field}: {value!r} is no list of actors")
            continue
        for entry in [value] if isinstance(value, dict) else value if isinstance(value, list) else [None]:
            if not isinstance(entry, dict) or not all(isinstance(v, _SCALARS) for v in entry.values()):
                raise _Wrong(f"{field}: {value!r} is no list of actors")
            if mention := _mention({k.replace("_", "").lower(): str(v or "").strip() for k, v in entry.items()}):
                found.append(mention)
    return list(dict.fromkeys(found))


def _mention(entry: Mapping[str, str]) -> Mention | None:
    """An actor. A code without a sector is the country itself, as PLOVER has it; with one, somebody of it."""
    code, sector = entry.get("code", ""), entry.get("sector", "")
    name = (
        entry.get("actortext") or entry.get("entitytext") or entry.get("identifiertext") or f"{code} {sector}".strip()
    )
    if not name:
        return None
    identifiers = [f"wikidata:{i}"] if (i := _wikidata(entry.get("identifierid", ""))) else []
    if not (len(code) == 3 and code.isascii() and code.isupper()) or code in NO_COUNTRY:
        return Mention(name, NO_COUNTRY.get(code), codes=tuple(identifiers))
    country = f"iso3166-1-alpha3:{code}"
    return Mention(name, None, country, (*identifiers, *(() if sector else (country,))))


def _wikidata(text: str) -> str | None:
    word = text.rsplit("/", 1)[-1]
    return word if word[:1] == "Q" and word[1:].isdecimal() else None


def _protesters(data: Mapping[str, Any]) -> list[Mention]:
    """Who protested, in records converted from ICEWS: its name, sectors and country with colons between."""
    text = data.get("protesteridentity")
    if not isinstance(text, str) or not text.strip():
        return []
    name, *rest = (part.strip() for part in text.split(": "))
    return [Mention(name, country=rest[-1] if len(rest) == 2 else None)] if name else []


FORMAT = Plover()
