"""PLOVER records: JSON arrays, JSON Lines or objects of many lines each, of the drafts of 2016 and of 2021."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graph.exceptions import FormatError
from graph.importing.compounds import compound
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.json_records import json_records, parsed
from graph.importing.plover_codes import MODES, NO_COUNTRY, codes, is_draft
from graph.times import edtf_bounds
from ontology import Kind, vocabulary

FURTHER = "tertius"
"""The field of a record for what PLOVER has none for."""

_SCALARS = (str, int, float, bool, type(None))


class Plover:
    """One record is one event of each type that it names. Several actors in one record stay together."""

    name = "plover"
    title = "PLOVER records"
    dataset = "plover"
    coder = "plover"
    kind = "event table"
    one_numbering = False
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
        return Record(number, raw, plover_events(data))
    except _Wrong as error:
        return Record(number, raw, reason=str(error))


def plover_events(data: Mapping[str, Any]) -> list[Event]:
    """The events of a record. Raises ValueError that names field and value where it has none."""
    found = list(_events(data))
    further = data.get(FURTHER)
    if further is None:
        return found
    if len(found) != 1:
        raise _Wrong(f"{FURTHER}: goes with one type of event, not {len(found)}")
    return [_with_further(found[0], further)]


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
    if not acting and not towards and FURTHER not in data:
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
        try:
            edtf_bounds(f"{first}/{last}")
        except ValueError:
            raise _Wrong(f"enddate: {last!r} and date {first!r} are no interval") from None
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
        entries = value if isinstance(value, list) else [value]
        found += [m for entry in entries if (m := _mention(field, entry))]
    return list(dict.fromkeys(found))


def _mention(field: str, told: Any) -> Mention | None:
    if not isinstance(told, dict) or not all(isinstance(v, _SCALARS) for k, v in told.items() if k != "codes"):
        raise _Wrong(f"{field}: {told!r} is no actor")
    entry = {k.replace("_", "").lower(): str(v or "").strip() for k, v in told.items() if k != "codes"}
    listed = told.get("codes")
    if listed is None:
        return _coded_mention(entry)
    kind = entry.get("kind") or None
    if not isinstance(listed, list) or not all(isinstance(c, str) for c in listed) or (kind and kind not in set(Kind)):
        raise _Wrong(f"{field}: {told!r} has codes or a kind that are none")
    name = entry.get("actortext") or entry.get("entitytext")
    return Mention(name, Kind(kind) if kind else None, entry.get("country") or None, tuple(listed)) if name else None


def _coded_mention(entry: Mapping[str, str]) -> Mention | None:
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


def _with_further(event: Event, further: Any) -> Event:
    """The event with what PLOVER has no fields for: see `graph.importing.plover_records`."""
    if not isinstance(further, dict):
        raise _Wrong(f"{FURTHER}: {further!r} is no object")
    told = dict(further)
    try:
        for field in ("relation", "record", "when", "note"):
            if not isinstance(told.get(field, ""), str):
                raise _Wrong(f"{field} {told[field]!r} is no text")
        if "relation" in told:
            vocabulary().relation(told["relation"])
        if "when" in told:
            edtf_bounds(told["when"])
        if isinstance(told.get("confidence", 0.0), bool) or not isinstance(told.get("confidence", 0.0), int | float):
            raise _Wrong(f"confidence {told['confidence']!r} is no number")
        for field in ("subject", "object", "topic", "place"):
            if told.get(field) is not None:
                told[field] = _mention(field, told[field])
        if "parties" in told:
            told["parties"] = tuple(m for entry in told["parties"] if (m := _mention("parties", entry)))
        if "roles" in told:
            told["roles"] = tuple((role, m) for role, entry in told["roles"] if (m := _mention("roles", entry)))
        if "codes" in told:
            told["codes"] = tuple(told["codes"])
            if not all(isinstance(code, str) for code in told["codes"]):
                raise _Wrong(f"codes {further['codes']!r} are no texts")
        return replace(event, **told)
    except (TypeError, ValueError) as error:
        raise _Wrong(f"{FURTHER}: {error}") from None


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
