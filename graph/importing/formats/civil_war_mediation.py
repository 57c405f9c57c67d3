"""Civil War Mediation: one record is one episode of a civil war, with or without a mediation between its sides."""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from graph.importing import headed
from graph.importing.agreements import UNSET
from graph.importing.cells import LONGEST_NAME, enumerated, is_known, plain, split_outside, tidy
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.states import is_state
from graph.times import edtf_bounds

_LAYOUT = headed.Layout(
    ("country", "sidea", "sideb", "Med_yes.no", "med.begins", "med.ends", "name.of.third.party"),
    ("year_term", "Incompatibility", "territory", "episode.start.date", "episode.end.date"),
)
_TELLING = (*_LAYOUT.needed[:4], "year_term", *_LAYOUT.needed[4:])
_ENCODING = "mac_roman"
"""What is no UTF-8 is Mac Roman: the file has bytes that Windows-1252 does not know, and reads well so."""
_DATE = re.compile(r"(\d{0,2}|\?+)/(\d{0,2}|\?+)/(\d{4}|\d{2})(\?*)")
_FIRST_YEAR = 1946
"""The data set begins here, so that two digits leave one year where no other column tells the century."""
_CUT = 80
"""Longer cells of sides were cut off when the file was made."""


class CivilWarMediation:
    """One statement a mediator: it mediates between the sides. Records that code no mediation are no statements."""

    name = "civil-war-mediation"
    title = "Civil War Mediation (CWM)"
    dataset = "civil-war-mediation"
    coder = "civil-war-mediation"
    kind = "event table"
    one_numbering = True
    licence = (
        "As the publisher of the file says; cite DeRouen, Bercovitch and Pospieszna 2011, Journal of Peace Research"
    )

    def read(self, file: SourceFile, options: Options) -> Iterator[Record]:  # noqa: ARG002
        """One record a row. Raises FormatError where the header is not that of CWM."""
        file.otherwise = _ENCODING
        for entry in headed.entries(file, self.title, _LAYOUT):
            if entry.reason or (reason := _no_mediation(entry.fields)):
                yield Record(entry.number, entry.raw, reason=entry.reason or reason)
            else:
                yield Record(entry.number, entry.raw, list(_events(entry.fields)))

    def header(self, head: bytes) -> list[str]:
        """The names of the columns, from how the file begins."""
        return headed.columns(head)

    def fields(self, raw: bytes, header: Sequence[str], options: Options) -> dict[str, str]:  # noqa: ARG002
        """The fields of a record by column."""
        return headed.fields(headed.text(raw, _ENCODING), header)

    def recognises(self, head: bytes) -> bool:
        """Whether the header names what is read."""
        return _LAYOUT.fits(headed.columns(head))


def _no_mediation(row: dict[str, str]) -> str | None:
    coded = row["Med_yes.no"].strip()
    if coded == "1":
        return None if sides(_given(row["sidea"])) or sides(_given(row["sideb"])) else "sidea and sideb are empty"
    told = [f"{c} {row[c].strip()!r}" for c in ("name.of.third.party", "med.begins") if row[c].strip() not in UNSET]
    if coded == "0":
        return "Med_yes.no is 0: no mediation is coded" + (
            f", although the row gives {' and '.join(told)}" if told else ""
        )
    return f"Med_yes.no is {coded!r}, neither 0 nor 1: whether there was a mediation is not told"


def _events(row: dict[str, str]) -> Iterator[Event]:
    country = tidy(row["country"])
    notes = list[str]()
    parties = [m for c in ("sidea", "sideb") for m in _side(c, row[c], country, notes)]
    mediators = enumerated(_given(row["name.of.third.party"]))
    if not mediators:
        notes.append("name.of.third.party is empty")
    elif len(mediators) == 1 and len(mediators[0]) > LONGEST_NAME:
        mediators = []
        notes.append("name.of.third.party holds no list of names: see the record")
    elif len(mediators) == 1 and not is_known(mediators[0]) and re.search(r"[,/&;]|\band\b", mediators[0]):
        notes.append("name.of.third.party may name several and is kept whole")
    when, undated = span(row["med.begins"], row["med.ends"], row["year_term"])
    notes += undated
    named: list[Mention | None] = [Mention(plain(m)) for m in mediators]
    for mediator in named or [None]:
        yield Event(
            relation="mediates",
            when=when,
            subject=mediator,
            parties=tuple(dict.fromkeys(parties)),
            note="; ".join(notes) or None,
            telling=" | ".join(tidy(row[c]) for c in _TELLING),
        )


def _side(column: str, cell: str, country: str, notes: list[str]) -> Iterator[Mention]:
    """The actors of a side. Those that are no states belong to the country: many have a "military faction"."""
    names = sides(_given(cell))
    if len(cell) == _CUT and len(names) > 1:
        notes.append(f"{column} is cut off: {names.pop()!r} is left out")
    elif len(names) == 1 and "," in names[0]:
        notes.append(f"{column} may name several and is kept whole")
    elif not names:
        notes.append(f"{column} is empty")
    for name in names:
        yield Mention(name, country=None if column == "sidea" or is_state(name) else country or None)


def _given(cell: str) -> str:
    return "" if cell.strip() in UNSET else cell


def sides(cell: str) -> list[str]:
    """The actors that commas separate. A last one with "and" in it makes the list doubtful: it is left whole.

    >>> sides("FLEC-FAC, FLEC-R"), sides("Junta for Democracy, Peace and Justice")
    (['FLEC-FAC', 'FLEC-R'], ['Junta for Democracy, Peace and Justice'])
    """
    whole = tidy(cell)
    pieces = [tidy(p) for p in split_outside(whole, ",")]
    if len(pieces) > 1 and " and " in pieces[-1] and not is_known(pieces[-1]):
        return [whole]
    return list(dict.fromkeys(pieces))


def span(begins: str, ends: str, year_term: str) -> tuple[str | None, list[str]]:
    """When a mediation took place, and what of the cells cannot be read or contradicts itself.

    >>> span("11//1993", "2/5/94", "1995"), span("11/23/09", "", "2009")
    (('1993-11/1994-02-05', []), ('2009-11-23/', []))
    """
    found, notes = list[str | None](), list[str]()
    for column, cell in (("med.begins", begins), ("med.ends", ends)):
        try:
            found.append(edtf(cell, year_term))
        except ValueError as error:
            notes.append(f"{column} {error}")
            found.append(None)
    first, last = found
    if first is None and last is None:
        return None, notes
    when = first if first is not None and first == last else f"{first or ''}/{last or ''}"
    try:
        edtf_bounds(when)
    except ValueError:
        return None, [f"med.begins {begins.strip()!r} is after med.ends {ends.strip()!r}"]
    return when, notes


def edtf(cell: str, year_term: str) -> str | None:
    """A date of month, day and year, of which some may be missing or doubtful: as EDTF, None where the cell is empty.

    Of two digits of a year the century is that which is nearest to year_term; where that is not given it is the one
    that lies within a hundred years from the beginning of the data set. Raises ValueError where it is no date.
    """
    cell = cell.strip()
    if cell in UNSET:
        return None
    match = _DATE.fullmatch(cell)
    if match is None:
        raise ValueError(f"{cell!r} is no date month/day/year")
    month, day, year, doubt = match.groups()
    month, day = month.strip("?"), day.strip("?")
    if len(year) == 2:
        year = str(_year(int(year), year_term.strip()))
    if int(year) < 1900:
        raise ValueError(f"{cell!r} is before 1900, and the data set begins with {_FIRST_YEAR}")
    if day and not month:
        raise ValueError(f"{cell!r} has a day without a month")
    text = "-".join([year, *(p.zfill(2) for p in (month, day) if p)])
    try:
        edtf_bounds(text)
        date(int(year), int(month or 1), int(day or 1))  # a month of 21 would be a season
    except ValueError:
        raise ValueError(f"{cell!r} is no day of the calendar") from None
    return text + doubt[:1]


def _year(two_digits: int, year_term: str) -> int:
    if re.fullmatch(r"\d{4}", year_term):
        return min((1900 + two_digits, 2000 + two_digits), key=lambda year: abs(year - int(year_term)))
    return _FIRST_YEAR + (two_digits - _FIRST_YEAR) % 100
