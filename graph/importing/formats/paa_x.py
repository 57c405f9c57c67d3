"""PAA-X, the actors of the Peace Agreements Database: one record is one actor's part in one agreement."""

import re
from collections.abc import Iterator, Sequence

from graph.importing import headed
from graph.importing.agreements import UNSET, agreement, day, process
from graph.importing.days import Order
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from ontology import Kind

_LAYOUT = headed.Layout(
    (*("AgtId", "agt_dat", "signatory_type", "id_paax", "actor_name", "actor_type", "date"),),
    (
        *("signatory_id", "iso3c", "gwno", "PP", "PPName"),
        *("practical_third", "condition", "abbreviation", "type", "un_type", "country_based", "region_pax"),
        *("region_geo", "description", "actor_id", "ucdp_id", "ucdp_name", "ucdp_url", "acled_name", "acled_other"),
        *("short_agt_name", "Con", "agt_type", "stage_label", "year", "agt_description", "PAX_Hyperlink"),
        *("PDF_Hyperlink", "PA-X Page html", "Agreement PDF html", "Loc1ISO", "Loc2ISO", "UcdpCon", "global_actor"),
    ),
)
_RELATIONS = {"party": "is-party-to", "third party": "is-third-party-to"}
_DATED = re.compile(r"\s*\(\d{2}/\d{2}/\d{4}\)$")

KINDS = {
    "country/state": Kind.STATE,
    "intergovernmental organization": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "intergovernmental organisation": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "non-governmental organization": Kind.ORGANISATION,
    "political party": Kind.ORGANISATION,
    "civil society": Kind.ORGANISATION,
    "armed organization": Kind.ARMED_GROUP,
    "state coalition": Kind.GROUP,
    "umbrella": Kind.GROUP,
    "international igo": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "regional igo": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "igo": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "ngo": Kind.ORGANISATION,
}
"""Kinds of the classes of actors. An "entity", a "government/state" or "other" may be many things: an actor."""


def actor(id: str, name: str, type: str, iso3c: str = "", gwno: str = "", aliases: Sequence[str] = ()) -> Mention:
    """An actor of PAA-X or of the lists of MEND, which use its ids.

    The columns of countries give a state's own code, of others the country that they belong to. Of a state only iso3c
    is used: gwno is another state's for Iceland, Kuwait, Luxembourg and Slovenia, and names tell states as well.
    """
    kind = KINDS.get(type.strip().lower(), Kind.ACTOR)
    iso3c, gwno = iso3c.strip(), gwno.strip().removesuffix(".0")
    country = f"iso3166-1-alpha3:{iso3c}" if re.fullmatch("[A-Z]{3}", iso3c) else f"gw:{gwno}" if gwno else None
    own = (country,) if country and iso3c and kind is Kind.STATE else ()
    name = " ".join(name.split())
    return Mention(
        name,
        kind,
        None if kind is Kind.STATE else country,
        (*([scheme(id)] if id else []), *own),
        tuple(dict.fromkeys(a for a in (" ".join(a.split()) for a in aliases) if a and a != name)),
    )


def scheme(id: str) -> str:
    """An actor's id with the scheme that it is of: MEND-10 of MEND, GP-19 of its list GLOPAD, CON_21 of PAA-X."""
    prefix = "mend" if id.startswith("MEND-") else "glopad" if id.startswith("GP-") else "paa-x"
    return f"{prefix}:{id}"


class PaaX:
    """An actor is party to the agreement, or third party to it, as the column signatory_type says."""

    name = "paa-x"
    title = "PAA-X Peace Agreement Actors"
    dataset = "paa-x"
    coder = "paa-x"
    kind = "agreement table"
    one_numbering = True
    licence = "University of Edinburgh; cite doi 10.7488/ds/7932"

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:
        """One record an actor's part. Raises FormatError where the header is not that of PAA-X."""
        order = headed.order(file, options, self.title, "date", _LAYOUT)
        for entry in headed.entries(file, self.title, _LAYOUT):
            if entry.reason:
                yield Record(entry.number, entry.raw, reason=entry.reason)
            elif reason := _fault(entry.fields):
                yield Record(entry.number, entry.raw, reason=reason)
            else:
                yield Record(entry.number, entry.raw, [_event(entry.fields, order)])

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return headed.columns(head)

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by column."""
        return headed.fields(headed.text(raw), header)

    def recognises(self, head: bytes) -> bool:
        """Whether the header names what is read."""
        return _LAYOUT.fits(headed.columns(head))


def _fault(row: dict[str, str]) -> str | None:
    if row["signatory_type"].strip().lower() not in _RELATIONS:
        return f"signatory_type is {row['signatory_type']!r}: read are {', '.join(_RELATIONS)}"
    for column in ("AgtId", "actor_name"):
        if row[column].strip() in UNSET:
            return f"{column} is {row[column]!r}"
    for column in ("AgtId", "id_paax"):
        if len(row[column].split()) > 1:
            return f"{column} is {row[column]!r}: an id has no spaces"
    return None


def _event(row: dict[str, str], order: Order | None) -> Event:
    id, when = row["AgtId"].strip(), day(row["date"], order)
    notes = []
    if row.get("practical_third") == "1":
        condition = row.get("condition", "")
        notes.append("third party in practice" + (f", condition {condition}" if condition else ""))
    if when is None and row["date"].strip() not in UNSET:
        notes.append(f"date {row['date']!r} is no date year-month-day")
    return Event(
        relation=_RELATIONS[row["signatory_type"].strip().lower()],
        record=row["signatory_id"].strip() or None,
        when=when,
        subject=actor(row["id_paax"].strip(), row["actor_name"], row["actor_type"], row["iso3c"], row["gwno"]),
        object=agreement(id, _DATED.sub("", row["agt_dat"])),
        topic=process(row["PPName"]),
        note="; ".join(notes) or None,
        telling=f"pa-x:{id}",
    )
