"""MEND, the Mediation Event and Negotiators Database: its lists of actors, and processes with their third parties."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from graph.importing import headed
from graph.importing.agreements import UNSET
from graph.importing.cells import tidy
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.paa_x import actor, scheme
from graph.importing.states import is_state
from graph.times import edtf_bounds
from ontology import Kind

_RELATIONS = {"M": "mediates", "MR": "is-third-party-to"}
"""By med_type. What is only related to a mediation says that somebody took part in it as a third party."""
_ISO3 = re.compile(r"[A-Z]{3}")
_NOWHERE = ("", "0", "NA", "unknown", "virtual", "online", "phone")
_KINDS = {"CON": Kind.STATE, "IGO": Kind.INTERGOVERNMENTAL_ORGANISATION}
_ID = re.compile(r"[A-Z]+[_-]\d+")
"""An id of an actor; "NL" and "NM" say that it is in no list."""
_ALIASES = re.compile(r"\s*\|+\s*")


class _Table(NamedTuple):
    """One of the files: its columns, and what a record becomes."""

    layout: headed.Layout
    record: Callable[[dict[str, str]], tuple[list[Event], list[Mention], str | None]]


class Mend:
    """Actors become entities. A process lists third parties: that they mediated is not said of each."""

    name = "mend"
    title = "MEND Mediation Event and Negotiators Database: events, processes and actors"
    dataset = "mend"
    coder = "mend"
    kind = "event table"
    one_numbering = True
    licence = "PeaceRep; cite doi 10.7910/DVN/PYRHS6"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:  # noqa: ARG002
        """One record an actor, or a process. Raises FormatError where the header is none of MEND's."""
        for entry in headed.entries(file, "MEND", *(t.layout for t in _TABLES)):
            if entry.reason:
                yield Record(entry.number, entry.raw, reason=entry.reason)
            else:
                table = next(t for t in _TABLES if t.layout.fits([*entry.fields]))
                events, mentions, reason = table.record(entry.fields)
                yield Record(entry.number, entry.raw, events, reason, mentions)

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return headed.columns(head)

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by column."""
        return headed.fields(headed.text(raw), header)

    def recognises(self, head: bytes) -> bool:
        """Whether the header is that of one of the files."""
        return any(t.layout.fits(headed.columns(head)) for t in _TABLES)


Made = tuple[list[Event], list[Mention], str | None]


def _of_abbr(row: dict[str, str]) -> Made:
    """actors_abbr.csv: ids of PAA-X and GLOPAD, aliases as they were found in texts, some with rubbish in them."""
    aliases = [row["abbreviation"], *_ALIASES.split(row["alt_names"])]
    return _listed(row["id_paax"], row["actor_name"], row["actor_type"], row["iso3c"], "", aliases)


def _of_all(row: dict[str, str]) -> Made:
    """mend_all_actors.csv: a row a name, so that an id may come more than once."""
    return _listed(row["MEND_ID"], row["ActorName"], row["actor_classification"], "", row["GW_ID"])


def _of_glopad(row: dict[str, str]) -> Made:
    """countries.csv: actors of every class, in spite of its name."""
    aliases = [] if row["actor_classification_glopad"] == "Country/State" else [row["abbreviation"]]
    return _listed(
        row["GLOPAD_ID"], row["ActorName"], row["actor_classification_glopad"], "", row["GW_ID"], aliases, row["alt_id"]
    )


def _listed(
    id: str, name: str, type: str, iso3c: str, gwno: str, aliases: Sequence[str] = (), other_id: str = ""
) -> Made:
    id, other_id = id.strip(), other_id.strip()
    if not tidy(name):
        return [], [], f"the actor {id!r} has no name"
    if len(id.split()) > 1:
        return [], [], f"the id {id!r} of an actor has spaces"
    found = actor(id, name, type, iso3c, gwno, aliases)
    if other_id and other_id != id and len(other_id.split()) == 1:
        found = found._replace(codes=(*found.codes, scheme(other_id)))
    return [], [found], None


def _of_processes(row: dict[str, str]) -> Made:
    """groups_last_last.*.csv: groupings and mechanisms, from a mediation to a group of friends."""
    name = tidy(row["groupings_mechanisms"])
    if not name:
        return [], [], "groupings_mechanisms is empty: the process has no name"
    country = tidy(row["conflict_country"])
    notes = list[str]()
    thirds = _thirds(_list(row["third_party"]), _list(row["third_party_id_GLOPAD"]), notes)
    if not thirds:
        return [], [], "third_party is empty: nobody takes part"
    try:
        when = _span(row)
    except ValueError as error:
        when = None
        notes.append(str(error))
    process = Mention(name, Kind.PROCESS, country or None)
    events = [
        Event(
            relation="is-third-party-to",
            when=when,
            subject=third,
            object=process,
            parties=_locals(row, country),
            topic=Mention(country, Kind.STATE, country) if country else None,
            note="; ".join(notes) or None,
            telling=f"{country}: {name}",
        )
        for third in thirds
    ]
    return events, [], None


def _of_events(row: dict[str, str]) -> Made:
    """The table of events: mediations and what is related to them, each with its day, third parties and local ones."""
    id, type = row["med_event_ID"].strip(), row["med_type"].strip()
    if not id or len(id.split()) > 1:
        return [], [], f"med_event_ID is {row['med_event_ID']!r}: the event has no id"
    if type not in _RELATIONS:
        return [], [], f"med_type is {type!r}: read are {', '.join(_RELATIONS)}"
    country, notes = tidy(row["conflict_country"]), list[str]()
    ids = row["third_party_id_MEND"] or row["third_party_id_GLOPAD"]
    thirds = _thirds(_list(row["third_party"]), _list(ids), notes)
    if not thirds:
        return [], [], "third_party is empty: nobody takes part"
    try:
        when = _day(row)
    except ValueError as error:
        when = None
        notes.append(str(error))
    process = tidy(row["groupings_mechanisms"])
    of = Mention(country, Kind.STATE, country) if country else None
    events = [
        Event(
            relation=_RELATIONS[type],
            codes=(f"mend:{type}",),
            record=id,
            when=when,
            subject=third,
            object=Mention(process, Kind.PROCESS, country or None) if process and ";" not in process else None,
            parties=_locals(row, country),
            topic=of,
            place=_place(row),
            note="; ".join(notes) or None,
            telling=id,
        )
        for third in thirds
    ]
    return events, [], None


def _locals(row: dict[str, str], country: str) -> tuple[Mention, ...]:
    """The local parties. Those that are no states belong to the country of the conflict."""
    return tuple(
        Mention(n, country=None if is_state(n) else country or None) for n in dict.fromkeys(_list(row["local_parties"]))
    )


def _thirds(names: Sequence[str], ids: Sequence[str], notes: list[str]) -> list[Mention]:
    if len(ids) != len(names):
        if names:
            notes.append(f"{len(names)} third parties with {len(ids)} ids: which belong together is not told")
        ids = [""] * len(names)
    return list(dict.fromkeys(_third(name, id) for name, id in zip(names, ids, strict=True)))


def _day(row: dict[str, str]) -> str | None:
    """Year, month and day as EDTF, as far as they are told. Raises ValueError where they are no date."""
    year, month, day = (row[c].strip().removesuffix(".0") for c in ("Year", "Month", "Day"))
    given = [part for part in (year, month, day) if part not in UNSET]
    if not given:
        return None
    if [year, month, day][: len(given)] != given or not all(g.isdecimal() for g in given):
        raise ValueError(f"Year {year!r}, Month {month!r}, Day {day!r} are no date")
    try:
        date(int(year), *(int(part) for part in (*given[1:], "1", "1")[:2]))
    except ValueError:
        raise ValueError(f"Year {year!r}, Month {month!r}, Day {day!r} are no date") from None
    return "-".join([year.zfill(4), *(part.zfill(2) for part in given[1:])])


def _place(row: dict[str, str]) -> Mention | None:
    name, country = tidy(row["med_location - MULTISELECT"]), row["med_loc_cty"].strip()
    if name.lower() in _NOWHERE or ";" in name:
        return None
    return Mention(name, Kind.PLACE, f"iso3166-1-alpha3:{country}" if _ISO3.fullmatch(country) else None)


def _third(name: str, id: str) -> Mention:
    """A third party. Ids begin with what somebody is: that a state is meant lets it be found by its name as well."""
    if not _ID.fullmatch(id):
        return Mention(name)
    return Mention(name, _KINDS.get(id.partition("_")[0]), codes=(scheme(id),))


def _list(cell: str) -> list[str]:
    return [tidy(p) for p in cell.split(";") if tidy(p) not in UNSET]


def _span(row: dict[str, str]) -> str | None:
    """The time of a process as EDTF; one that has begun and has no end goes on. Raises ValueError naming the cells."""
    begins, ends = (_month(row, side) for side in ("start", "end"))
    if begins is None and ends is None:
        return None
    when = begins if begins is not None and begins == ends else f"{begins or ''}/{ends or '..'}"
    try:
        edtf_bounds(when)
    except ValueError:
        raise ValueError(f"start {begins} is after end {ends}") from None
    return when


def _month(row: dict[str, str], side: str) -> str | None:
    month, year = (row[f"{side}_{part}"].strip().removesuffix(".0") for part in ("month", "year"))
    if year in UNSET:
        if month not in UNSET:
            raise ValueError(f"{side}_month {month!r} has no year")
        return None
    if not re.fullmatch(r"\d{4}", year) or not (month in UNSET or re.fullmatch(r"0?[1-9]|1[0-2]", month)):
        raise ValueError(f"{side} {month!r} {year!r} is no month and year")
    return year if month in UNSET else f"{year}-{month.zfill(2)}"


_TABLES = (
    _Table(
        headed.Layout(
            ("id_paax", "actor_type", "iso3c", "actor_name", "abbreviation", "alt_names"),
            (
                "level_0",
                "sub_type",
                "cs_type",
                "international",
                "regional",
                "domestic",
                "un_type",
                "country_name",
                "actor_id",
            ),
        ),
        _of_abbr,
    ),
    _Table(
        headed.Layout(
            ("MEND_ID", "GW_ID", "ActorName", "actor_classification"), ("PAAX_ID", "actor_classification_mend")
        ),
        _of_all,
    ),
    _Table(
        headed.Layout(
            ("GLOPAD_ID", "alt_id", "ActorName", "GW_ID", "actor_classification_glopad", "abbreviation"),
            ("PAAX_ID", "display_name", "display_name_iso", "display_name_gwc"),
        ),
        _of_glopad,
    ),
    _Table(
        headed.Layout(
            (
                *("conflict_country", "groupings_mechanisms", "start_month", "start_year", "end_month", "end_year"),
                *("third_party", "third_party_id_GLOPAD", "local_parties"),
            ),
            ("important", "description"),
        ),
        _of_processes,
    ),
    _Table(
        headed.Layout(
            ("med_event_ID", "conflict_country", "Day", "Month", "Year", "third_party", "local_parties", "med_type"),
            (
                *("third_party_id_MEND", "third_party_id_GLOPAD", "third_party_id_PAAX", "third_party_id_GW"),
                *("conflict_counry_ID", "conflict_id", "med_location - MULTISELECT", "med_loc_cty", "med_loc_x"),
                *("med_loc_y", "num_med", "med_bias", "med_scope", "individual_med_named", "groupings_mechanisms"),
                *("local_party_id", "local_indiv_group", "num_local", "if_loc_belig", "agmt", "agmt_name"),
                *("agmt_id_PAX", "Summary", "source_urls", "shuttle"),
            ),
        ),
        _of_events,
    ),
)
