"""Intergovernmental organisations by their codes and names, in the years in which they were there.

The table, organisations.csv, holds facts from these sources: ids of PAA-X and of MEND's list GLOPAD as their published
lists of actors have them; codes of CAMEO as its actor dictionaries and GDELT use them. Several organs share a code of
CAMEO with the whole: `cameo_also` are codes under which one appears without being the only one. Years are those of the
founding treaties' entry into force. An abbreviation that means other things as well is certain only beside a code or a
kind. No organ stands for the whole: the Security Council is not the United Nations.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from graph.importing.countries import key
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
class Organisation:
    """An organisation or one of its organs, with its own codes as SCHEME:CODE, and those that others bear as well."""

    id: str
    name: str
    kind: Kind
    since: int | None
    until: int | None
    codes: tuple[str, ...]
    shared: tuple[str, ...]
    aliases: tuple[str, ...]
    abbreviations: tuple[str, ...]

    def there(self, year: int | None) -> bool:
        """Whether it was there in a year, or ever."""
        return year is None or ((self.since or year) <= year <= (self.until or year))

    def tells_of_another(self, code: str) -> bool:
        """Whether a code of a scheme in which it has some is none of them."""
        known = (*self.codes, *self.shared)
        scheme = code.partition(":")[0]
        return code not in known and any(c.partition(":")[0] == scheme for c in known)


class Organisations:
    """The table, to be asked by code or name."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self._by_id = {o.id: o for o in organisations}
        self._codes: dict[str, list[Organisation]] = {}
        self._names: dict[str, list[Organisation]] = {}
        self._abbreviations: dict[str, list[Organisation]] = {}
        for one in self._by_id.values():
            for code in (*one.codes, *one.shared):
                self._codes.setdefault(code, []).append(one)
            for name in {_key(n) for n in (one.name, *one.aliases)}:
                self._names.setdefault(name, []).append(one)
            for name in {_key(n) for n in one.abbreviations}:
                self._abbreviations.setdefault(name, []).append(one)

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._by_id.values())

    def get(self, id: str) -> Organisation | None:
        """The organisation of an id of the table."""
        return self._by_id.get(id)

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
    text = files(__package__).joinpath("organisations.csv").read_text(encoding="utf-8")
    return Organisations(_organisation(row) for row in csv.DictReader(text.splitlines()))


def _organisation(row: dict[str, str]) -> Organisation:
    def listed(column: str) -> tuple[str, ...]:
        return tuple(part for part in row[column].split(";") if part)

    return Organisation(
        id=row["id"],
        name=row["name"],
        kind=Kind(row["kind"]),
        since=int(row["since"]) if row["since"] else None,
        until=int(row["until"]) if row["until"] else None,
        codes=tuple(f"{scheme}:{code}" for column, scheme in _SCHEMES.items() for code in listed(column)),
        shared=tuple(f"{SORT}:{code}" for code in listed("cameo_also")),
        aliases=listed("names"),
        abbreviations=listed("abbreviations"),
    )


def _key(name: str) -> str:
    plain = key(name)
    for spelling, other in _SPELLINGS:
        plain = re.sub(spelling, other, plain)
    return plain
