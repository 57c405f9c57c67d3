"""What the columns of a table mean and how they were computed, from which data sets, under which licences."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from graph.evidence import Evidence, evidence
from graph.selection import Selection
from graph.tables.periods import By
from graph.tables.tables import PREFIXES, Split, Table
from graph.tables.units import Unit

UNITS = {
    Unit.DYAD: "two actors, in the order of their ids, whoever does it to whom",
    Unit.DIRECTED_DYAD: "an actor and the one to whom it does something; what is mutual stands in both directions",
    Unit.MEDIATOR_DYAD: "a mediator, the subject of the relations asked for or a co-mediator, and two of the sides",
    Unit.CONFLICT: "a conflict that statements have as object or topic",
    Unit.PROCESS: "a process, as of peace, that statements have as object or topic",
}
_PARTS = {
    "side1": "the side whose id comes first", "side2": "the other side", "actor": "who does it", "target": "to whom",
    "mediator": "who mediates", "conflict": "the conflict",
    "process": "the process",
}  # fmt: skip
_EVIDENCE = {
    Evidence.CLAIM: "curated claims",
    Evidence.EVENT: "coded events (sources of the kind event table)",
    Evidence.AGREEMENT: "agreements (sources of the kind agreement table)",
}
_BOUNDS = {
    "statements_low": ("statements that surely belong here", "their dates lie within the period, both sides are named"),
    "statements_high": (
        "statements that may belong here",
        "their dates reach into the period; a mediation that names one side counts for each pair with that side that "
        "its mediator mediates between elsewhere in the selection",
    ),
    "events_low": (
        "events that surely took place here",
        "of statements that say that something took place; those that share an event count once, and not here where "
        "others of them are sure of another period; of several data sets, as many as the one tells that tells of most",
    ),
    "events_high": (
        "most events here",
        "as events_low, of statements that may belong here; missing where an act happened an unknown number of times",
    ),
    "undated": ("statements of the unit without any date", "the same in all its periods, and in no other column"),
}
_ALONE = {
    Evidence.CLAIM: "claims that nobody linked may all tell of one event: together they are one at least",
    Evidence.EVENT: "records that nobody linked are events of their own",
    Evidence.AGREEMENT: "all that is told of one agreement is one event",
}
RULES = (
    "Kinds of evidence stand in columns of their own and are never added up: the same event may be in several.",
    "Zero: at least one data set of that kind, among those selected, names every part of the unit, tells of such acts "
    "at all, and covers the whole period. Missing: otherwise. Curated texts never give a zero.",
    "A data set covers the periods that its files are declared to cover, and of a file without such a declaration the "
    "days from first to last, as far as they hang together: without gaps that are many times longer than those between "
    "its events, and without days at the edge that have less than a tenth of its mean number of statements.",
    "A data set is taken to be whole on those days: of one that was loaded in part only, zeros are of that part.",
    "Both bounds missing: nothing is known. Only the upper bound missing: there is none.",
    "Bounds are of what the sources tell, not of what happened: what nobody reported is in none of them.",
    "Aims, motives, conditions, denials and what is unsure or unconfirmed are statements, and no events.",
    "Two coders of one text count once: in each cell the one who tells of more.",
    "Who holds a post or belongs to what is no act and is left out.",
)


def meanings(table: Table) -> dict[str, str]:
    """What each column means, in one line."""
    return {column["name"]: column["meaning"] for column in _columns(table)}


def codebook(table: Table, content: bytes | None = None) -> dict[str, Any]:
    """All that a reader of the table has to know, as JSON. `content` are the bytes whose checksum it tells."""
    return {
        "unit": {"name": table.unit, "meaning": UNITS[table.unit]},
        "period": table.by,
        "first_period": table.periods[0] if table.periods else None,
        "last_period": table.periods[-1] if table.periods else None,
        "rows": len(table),
        "options": {"level": table.level, "split": table.split, "joined": table.joined, "complete": table.complete},
        "selection": _selection(table.selection),
        "revision": table.revision,
        "sha256": hashlib.sha256(content).hexdigest() if content is not None else None,
        "statements": {
            "selected": table.selected,
            "of_no_unit": table.no_unit,
            "undated": table.undated,
            "outside_of_the_window": table.outside,
        },
        "columns": list(_columns(table)),
        "rules": list(RULES),
        "data_sets": list(_datasets(table)),
    }


def codebook_json(table: Table, content: bytes | None = None) -> bytes:
    """The codebook as a file of JSON."""
    return json.dumps(codebook(table, content), ensure_ascii=False, indent=2).encode() + b"\n"


def codebook_markdown(table: Table, content: bytes | None = None) -> str:
    """The codebook as a page to read."""
    book = codebook(table, content)
    number = book["statements"]
    lines = [
        f"# Codebook: {table.unit} by {table.by}",
        "",
        f"One row is {UNITS[table.unit]}, in one {table.by}: {book['rows']} rows"
        + (f", {book['first_period']} to {book['last_period']}." if table.periods else "."),
        "",
        f"- Revision of the graph: {book['revision']}",
        *([f"- SHA-256 of the table: {book['sha256']}"] if book["sha256"] else []),
        *(f"- {name}: {_word(value)}" for name, value in book["options"].items()),
        f"- Statements selected: {number['selected']}; of no such unit: {number['of_no_unit']}; without a date: "
        f"{number['undated']}; outside of the window: {number['outside_of_the_window']}",
        "",
        "## Selection",
        "",
        *([f"- {name}: {_word(value)}" for name, value in book["selection"].items()] or ["All statements that stand."]),
        "",
        "## Columns",
        "",
        "| column | type | unit | meaning | how computed |",
        "|---|---|---|---|---|",
        *(
            "| " + " | ".join(_cell(column[k]) for k in ("name", "type", "unit", "meaning", "computed")) + " |"
            for column in book["columns"]
        ),
        "",
        "## Rules",
        "",
        *(f"- {rule}" for rule in RULES),
        "",
        "## Data sets",
        "",
    ]
    for data in book["data_sets"]:
        covers = ", ".join(f"{s['first']} to {s['last']}" for s in data["covers"])
        lines += [
            f"### {_cell(data['name'])}",
            "",
            f"- Evidence: {data['evidence']}",
            f"- Licence: {_cell('; '.join(data['licences']) or 'none stated')}",
            f"- Covers: {covers or 'nothing: it gives no zeros'}",
            *(
                f"- Source `{s['id']}`: {_cell(s['title'])}, "
                f"{'declared to cover ' + s['covers'] + ', ' if s['covers'] else ''}SHA-256 {s['sha256'] or 'unknown'}"
                for s in data["sources"]
            ),
            "",
        ]
    return "\n".join(lines)


def _columns(table: Table) -> Iterator[dict[str, str]]:
    def column(name: str, type: str, unit: str, meaning: str, computed: str) -> dict[str, str]:
        return {"name": name, "type": type, "unit": unit, "meaning": meaning, "computed": computed}

    rolled = {
        "entity": "as stated", "body": "rolled up to the body that it acts for on that date",
        "state": "rolled up to the state that it acts for on that date",
    }[table.level]  # fmt: skip
    for part in table.unit.parts:
        how = "as stated" if table.unit.matter else rolled
        yield column(f"{part}_id", "text", "id", f"id: {_PARTS[part]}", how)
        yield column(part, "text", "label", f"label: {_PARTS[part]}", "the label of the entity of that id")
    if table.split is not Split.NONE:
        yield column(table.split, "text", "id", f"{table.split} of the relation that is stated", "from the vocabulary")
    yield column("period", "text", table.by, f"the {table.by}", "EDTF")
    yield column("year", "integer", "year", "year of the period", "from the period")
    if table.by is By.MONTH:
        yield column("month", "integer", "month", "month of the period, 1 to 12", "from the period")
    for kind, prefix in PREFIXES.items():
        for name, (meaning, computed) in _BOUNDS.items():
            how = f"{computed}; {_ALONE[kind]}" if name.startswith("events") else computed
            unit = "events" if name.startswith("events") else "statements"
            yield column(f"{prefix}_{name}", "integer", unit, f"{prefix}: {meaning}", f"of {_EVIDENCE[kind]}: {how}")


def _selection(selection: Selection) -> dict[str, Any]:
    given = {f.name: getattr(selection, f.name) for f in fields(selection)}
    defaults = Selection()
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value != getattr(defaults, name)
    }


def _datasets(table: Table) -> Iterator[dict[str, Any]]:
    covering = {(x.dataset, x.evidence): x for x in table.coverings}
    groups: dict[tuple[str, Evidence], list[Any]] = {}
    for source in table.sources:
        groups.setdefault((source.dataset or source.id, evidence(source)), []).append(source)
    for (name, kind), sources in sorted(groups.items()):
        spans = covering[name, kind].spans if (name, kind) in covering else ()
        yield {
            "name": name,
            "evidence": kind,
            "licences": sorted({s.licence for s in sources if s.licence}),
            "covers": [
                {"first": date.fromordinal(low).isoformat(), "last": date.fromordinal(high).isoformat()}
                for low, high in spans
            ],
            "sources": [s.model_dump(mode="json", include=_OF_SOURCES) for s in sources],
        }


_OF_SOURCES = {"id", "title", "publisher", "published", "licence", "covers", "sha256"}


def _word(value: Any) -> str:
    return (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else str(value).lower()
        if value in (True, False)
        else str(value)
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
