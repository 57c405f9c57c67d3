"""What the tables of countries and of organisations have in common: each row has codes, names, and years."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Generic, TypeVar

from ontology import Kind


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of a table, with names and codes as SCHEME:CODE.

    `since` and `until` are the first and the last year in which it was there, None where the end is open.
    """

    id: str
    name: str
    kind: Kind
    since: int | None
    until: int | None
    codes: tuple[str, ...]
    aliases: tuple[str, ...]

    def there(self, year: int | None) -> bool:
        """Whether it was there in a year, or ever."""
        return year is None or ((self.since or year) <= year <= (self.until or year))


K = TypeVar("K", bound=Known)


class Table(Generic[K]):
    """The rows of a table by id. By what else they are found, each table says."""

    def __init__(self, known: Iterable[K]) -> None:
        self._by_id = {one.id: one for one in known}

    def __iter__(self) -> Iterator[K]:
        return iter(self._by_id.values())

    def get(self, id: str) -> K | None:
        """The one of an id of the table."""
        return self._by_id.get(id)

    def _by(self, texts: Callable[[K], Iterable[str]]) -> dict[str, list[K]]:
        found: dict[str, list[K]] = {}
        for one in self:
            for text in dict.fromkeys(texts(one)):
                found.setdefault(text, []).append(one)
        return found


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table that the package ships."""
    return csv.DictReader(files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines())


def listed(cell: str) -> tuple[str, ...]:
    """What a cell lists."""
    return tuple(part for part in cell.split(";") if part)


def year(cell: str) -> int | None:
    """The year of a cell, None where it is empty."""
    return int(cell) if cell else None
