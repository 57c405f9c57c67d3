"""Events as records of PLOVER, which the importer of PLOVER reads back as they are."""

from dataclasses import fields, replace
from typing import Any

from graph.importing.codes import Codes
from graph.importing.compounds import sides
from graph.importing.events import Event, Mention
from graph.importing.formats.plover import FURTHER, plover_events
from graph.importing.plover_codes import DRAFT, SCHEME, parts
from ontology import vocabulary

Json = dict[str, Any]
_ISO = "iso3166-1-alpha3:"
_WIKIDATA = "wikidata:"


def plover_record(event: Event) -> Json | None:
    """The record of an event, None where PLOVER has no type for it.

    What PLOVER has no fields for, such as the relation where it does not follow from the type, or participants in
    further roles, stands in a field of its own that other readers pass over.
    """
    draft = [c for c in event.codes if c.startswith(f"{DRAFT}:")]
    printed = draft or [c for c in event.codes if c.startswith(f"{SCHEME}:")] or _types_of(event.relation)
    types = sorted({parts(c)[0] for c in printed})
    if not types:
        return None
    acting, towards = sides(event)
    record: Json = {
        "id": event.record,
        **_dates(event.when),
        "event": types[:1],
        "mode": sorted({mode for type, mode in map(parts, printed) if mode and type == types[0]}),
        "actor": [_entity(m) for m in acting],
        "recipient": [_entity(m) for m in towards],
        "version": "0.5b1" if draft else "2021",
        FURTHER: {},
    }
    (read,) = plover_events(record)
    if set(read.codes) == set(event.codes):
        mapped = Codes().relation(read.codes[0])
        relation = mapped.relation if mapped else None
        read = replace(read, codes=event.codes, relation=event.relation if event.relation == relation else None)
    record[FURTHER] = {
        f.name: _told(told) for f in fields(Event) if (told := getattr(event, f.name)) != getattr(read, f.name)
    }
    return {k: v for k, v in record.items() if v not in (None, [], {})}


def _types_of(relation: str | None) -> list[str]:
    """Codes of the types that the relation is, or is part of, or that one wider than it is."""
    todo = [relation] if relation else []
    while todo:
        found = vocabulary().relation(todo.pop(0))
        codes = [c for c in (*found.close_match, *found.broad_match) if c.startswith(f"{SCHEME}:")]
        if codes:
            return sorted(codes, key=lambda c: ("-" in c, c))[:1]
        todo += found.wider
    return []


def _dates(when: str | None) -> Json:
    first, slash, last = (when or "").partition("/")
    if slash and first not in ("", "..") and last not in ("", ".."):
        return {"date": first, "enddate": last}
    return {"date": when}


def _entity(m: Mention) -> Json:
    """An actor: with the code of PLOVER and the identifier where there are some, and all that a mention says."""
    country = next((c for c in (*m.codes, m.country or "") if c.startswith(_ISO)), None)
    item = next((c for c in m.codes if c.startswith(_WIKIDATA)), None)
    told = {
        "code": country.removeprefix(_ISO) if country else None,
        "actor_text": m.name,
        "identifier_id": f"https://www.wikidata.org/wiki/{item.removeprefix(_WIKIDATA)}" if item else None,
        "kind": str(m.kind) if m.kind else None,
        "country": m.country,
    }
    return {k: v for k, v in told.items() if v is not None} | {"codes": list(m.codes)}


def _told(value: Any) -> Any:
    """A field of an event as JSON."""
    if isinstance(value, Mention):
        return _entity(value)
    if isinstance(value, tuple):
        return [_told(v) for v in value]
    return value
