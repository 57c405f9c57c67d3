"""Countries by their codes and names, each code in its own scheme and in the years in which the country had it.

The table, countries.csv, holds facts from these sources: ISO 3166-1, FIPS 10-4, names and Wikidata ids from
datasets/country-codes (ODC-PDDL); numbers and abbreviations of the Correlates of War's list of states; numbers of
Gleditsch and Ward's list of states; country codes of CAMEO as ICEWS and GDELT use them. XK and XKX, for Kosovo, are
assigned by users and not by ISO. A state without `since` was there in 1945 or before the data begin; a territory is a
place, since it is no state.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from graph.importing.known import Known, Table, listed, rows, year
from ontology import Kind

SCHEMES = {
    "iso2": "iso3166-1-alpha2",
    "iso3": "iso3166-1-alpha3",
    "fips": "fips",
    "cow": "cow",
    "cow_abbreviation": "cow-abbreviation",
    "gw": "gw",
    "cameo": "cameo-country",
    "wikidata": "wikidata",
}
"""The scheme of each column of codes."""
_NUMBERED = ("cow", "gw")
_PAIR = re.compile(r"(.+?) \(([^()]+)\)")
_GOVERNMENT = re.compile(r"governments? of (?:the )?(?P<name>.+)|(?P<adjective>.+) government")


@dataclass(frozen=True, slots=True)
class Country(Known):
    """A state, de facto authority or territory."""

    adjectives: tuple[str, ...]


class Countries(Table[Country]):
    """The table, to be asked by code or name."""

    def __init__(self, countries: Iterable[Country]) -> None:
        super().__init__(countries)
        self._ever = lru_cache(maxsize=1 << 16)(self._find)
        self._codes = self._by(lambda c: c.codes)
        self._names = self._by(lambda c: map(key, (c.name, *c.aliases)))
        self._adjectives = self._by(lambda c: map(key, c.adjectives))

    def candidates(self, text: str, year: int | None = None, *, adjectives: bool = False) -> list[Country]:
        """All that a code with its scheme, or a name, may mean in a year, or in any; with `adjectives` also "Armenian".

        A code without its scheme is none: "AU" is Austria in FIPS and Australia in ISO 3166-1. Lists of conflicts
        write "Russia (Soviet Union)" for what was one of the two in each year. Its government is the country:
        "Government of Armenia", "Armenian Government".
        """
        return [c for c in self._ever(text, adjectives) if c.there(year)]

    def _find(self, text: str, adjectives: bool) -> Sequence[Country]:
        plain = key(text)
        found = self._codes.get(_code(text)) or self._names.get(plain)
        if found is None and adjectives:
            found = self._adjectives.get(plain)
        if found is None and (government := _GOVERNMENT.fullmatch(plain)):
            of, word = government.group("name", "adjective")
            found = self._names.get(of or word) or self._adjectives.get(word or "")
        if found is None and (pair := _PAIR.fullmatch(text)):
            each = [self._names.get(key(part), []) for part in pair.groups()]
            found = list(dict.fromkeys(c for named in each for c in named)) if all(each) else None
        return found or ()

    def find(self, text: str, year: int | None = None, *, adjectives: bool = False) -> Country | None:
        """The one country that a code with its scheme, or a name, means in a year; None where it means none or several.

        Without a year it must be one country that ever had the code or name.
        """
        found = self.candidates(text, year, adjectives=adjectives)
        return found[0] if len(found) == 1 else None

    def doubt(self, text: str, year: int | None = None, *, adjectives: bool = False) -> str:
        """Why `find` finds nothing, in words."""
        ever = self.candidates(text, adjectives=adjectives)
        names = " or ".join(c.name for c in self.candidates(text, year, adjectives=adjectives))
        if names:
            return f"{text!r} may be {names}" + (f" in {year}" if year else ", depending on the year")
        if ever:
            return f"{text!r} is no country in {year}: " + ", ".join(f"{c.name} {_span(c)}" for c in ever)
        return f"{text!r} is in no table of countries"

    def last_bearer(self, code: str) -> Country | None:
        """The last country to bear a code: it is the one that is meant where no time is told."""
        return max(self._codes.get(code, ()), key=lambda c: c.until or 9999, default=None)


@cache
def countries() -> Countries:
    """The package's own table, read once a process."""
    return Countries(map(_country, rows("countries.csv")))


def _country(row: dict[str, str]) -> Country:
    return Country(
        id=row["id"],
        name=row["name"],
        kind=Kind(row["kind"]),
        since=year(row["since"]),
        until=year(row["until"]),
        codes=tuple(f"{scheme}:{code}" for column, scheme in SCHEMES.items() for code in listed(row[column])),
        aliases=listed(row["names"]),
        adjectives=listed(row["adjectives"]),
    )


def _code(text: str) -> str:
    scheme, _, code = text.partition(":")
    return f"{scheme}:{code.lstrip('0')}" if scheme in _NUMBERED else text


def key(name: str) -> str:
    """The form in which names are compared: no accents, case, points, apostrophes or leading article."""
    if not name.isascii():
        name = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = name.casefold()
    words = re.sub(r"\W+", " ", re.sub(r"[.'’]", "", plain.replace("&", " and "))).split()
    if words[:1] == ["the"]:
        words = words[1:]
    return " ".join(["saint", *words[1:]] if words[:1] == ["st"] else words)


def _span(country: Country) -> str:
    if country.since and country.until:
        return f"from {country.since} to {country.until}"
    return f"since {country.since}" if country.since else f"until {country.until}"
