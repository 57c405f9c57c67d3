"""Intergovernmental organisations by their codes and names, in the years in which they were there.

The table, organisations.csv, holds facts from these sources: ids of PAA-X and of MEND's list GLOPAD as their published
lists of actors have them; codes of CAMEO as its actor dictionaries and GDELT use them. Several organs share a code of
CAMEO with the whole: `cameo_also` are codes under which one appears without being the only one. Years are those of the
founding treaties' entry into force. An abbreviation that means other things as well is certain only beside a code or a
kind. No organ stands for the whole: the Security Council is not the United Nations.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from graph.importing.countries import key
from graph.importing.known import Known, Table, listed, rows, year
from ontology import Kind

_SPELLINGS = (
    (r"organisation", "organization"), (r"\bco operation", "cooperation"), (r"programme", "program"),
    (r"labour", "labor"), (r"inter governmental", "intergovernmental"),
)  # fmt: skip
_PAIR = re.compile(r"(.+?) \(([^()]+)\)")
SORT = "cameo-actor"
"""The scheme whose codes several bear."""
_SCHEMES = {"paa_x": "paa-x", "glopad": "glopad", "cameo": SORT}


@dataclass(frozen=True, slots=True)
class Organisation(Known):
    """An organisation or one of its organs, with its own codes, and with those that others bear as well."""

    shared: tuple[str, ...]
    abbreviations: tuple[str, ...]

    def tells_of_another(self, code: str) -> bool:
        """Whether a code of a scheme in which it has some is none of them."""
        known = (*self.codes, *self.shared)
        scheme = code.partition(":")[0]
        return code not in known and any(c.partition(":")[0] == scheme for c in known)


class Organisations(Table[Organisation]):
    """The table, to be asked by code or name."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        super().__init__(organisations)
        self._codes = self._by(lambda o: (*o.codes, *o.shared))
        self._names = self._by(lambda o: map(_key, (o.name, *o.aliases)))
        self._abbreviations = self._by(lambda o: map(_key, o.abbreviations))

    def coded(self, code: str, year: int | None = None) -> list[Organisation]:
        """All that appear under a code in a year, or in any."""
        return [o for o in self._codes.get(code, ()) if o.there(year)]

    def named(self, name: str, year: int | None = None, *, abbreviations: bool = False) -> list[Organisation]:
        """All that bear a name in a year, or in any; with `abbreviations` also "AU", which "African Union (AU)" is."""
        found = self._names.get(_key(name)) or (self._abbreviations.get(_key(name)) if abbreviations else None) or ()
        if not found and (pair := _PAIR.fullmatch(name)):
            whole, short = (self.named(part, abbreviations=True) for part in pair.groups())
            found = [o for o in whole if o in short]
        return [o for o in found if o.there(year)]

    def depends_on_year(self, texts: Iterable[str]) -> bool:
        """Whether one that some code or name may mean was not there in every year."""
        return any(o.since or o.until for t in texts for o in (*self.coded(t), *self.named(t, abbreviations=True)))


@cache
def organisations() -> Organisations:
    """The package's own table, read once a process."""
    return Organisations(map(_organisation, rows("organisations.csv")))


def _organisation(row: dict[str, str]) -> Organisation:
    return Organisation(
        id=row["id"],
        name=row["name"],
        kind=Kind(row["kind"]),
        since=year(row["since"]),
        until=year(row["until"]),
        codes=tuple(f"{scheme}:{code}" for column, scheme in _SCHEMES.items() for code in listed(row[column])),
        shared=tuple(f"{SORT}:{code}" for code in listed(row["cameo_also"])),
        aliases=listed(row["names"]),
        abbreviations=listed(row["abbreviations"]),
    )


def _key(name: str) -> str:
    plain = key(name)
    for spelling, other in _SPELLINGS:
        plain = re.sub(spelling, other, plain)
    return plain
