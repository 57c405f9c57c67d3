"""Whom records mean: entities of the store where that is certain, provisional ones where it is not.

The rules, and why nothing is merged by a guess, are in docs/decisions/0014-who-is-whom-in-event-data.md.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from graph.entities import Entity, Name
from graph.importing.countries import SCHEMES, Country, countries
from graph.importing.events import Mention
from graph.names import fold
from ontology import UNSPECIFIED, Kind, T, vocabulary

_COUNTRIES = frozenset(SCHEMES.values()) - {"wikidata"}
_SORTS = ("cameo-", "plover-", "icews-")
"""Beginnings of schemes whose codes say what sort of actor somebody is, and never who."""
_TERRITORIES = (Kind.STATE, Kind.DE_FACTO_AUTHORITY, Kind.PLACE)
_ACTING_FOR = (Kind.POST, Kind.GOVERNMENT_BODY)
_ANY_ACTOR = (None, Kind.ACTOR)
_MARK = re.compile(r"\.[0-9a-f]{8}$")
_LONGEST_SLUG = 80
_LONGEST_WAY = 8
"""Steps from a post to its state that are followed: bodies may belong to each other in a circle."""


class How(StrEnum):
    """How a mention was resolved."""

    CODE = "code"
    COUNTRY = "country table"
    NAME = "name"
    PROVISIONAL = "provisional"
    NOBODY = "nobody"


class Resolution(NamedTuple):
    """Whom one name was taken for, how, and by what; or why it was not resolved."""

    name: str
    entity: str
    how: How
    detail: str


class Resolver:
    """Finds or makes the entity of each mention.

    `entities` are those of the store as the import begins. `new` holds what is to be added to them: states of the
    table, and provisional entities with ids that derive from the mention alone, so that they are the same in whatever
    order files and rows come. No data set defines the new ones: whoever curates them later may.
    """

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self.new: dict[str, Entity] = {}
        self._entities = entities
        self._known: dict[tuple[Mention, int | None], str] = {}
        self._report: dict[Resolution, None] = {}
        self._territories: dict[str, str] = {}
        self._actors = vocabulary().below(T.Actor)
        self._by_code: dict[str, list[Entity]] = {}
        self._by_name: dict[str, list[Entity]] = {}
        for e in entities.values():
            if not is_provisional(e.id):  # those are found by their own ids, or the order of imports would tell
                for code in e.codes:
                    self._by_code.setdefault(code, []).append(e)
                if e.unnamed_in is None:
                    for name in {fold(n.text) for n in (e.label, *e.aliases)}:
                        self._by_name.setdefault(name, []).append(e)

    def entity(self, mention: Mention, day: date | None) -> str:
        """The id of the entity that a mention means on a day: in the store, or in `new`."""
        key = (mention, day.year if day is not None else None)
        found = self._known.get(key)
        if found is None:
            resolution = self._resolve(mention, key[1])
            self._report[resolution] = None
            found = self._known[key] = resolution.entity
        return found

    def report(self) -> list[Resolution]:
        """How each name was resolved, by name."""
        return sorted(self._report)

    def counts(self) -> Counter[How]:
        """How many names were resolved in each way."""
        return Counter(r.how for r in self._report)

    # One mention

    def _resolve(self, mention: Mention, year: int | None) -> Resolution:
        name = mention.name.strip() or next(iter(mention.codes), mention.country or "")
        if not name:
            return Resolution("", UNSPECIFIED, How.NOBODY, "the record names nobody")
        country = countries().find(mention.country, year, adjectives=True) if mention.country else None
        own = _provisional_id(name, mention, country)
        if own in self._entities:
            return Resolution(name, own, How.PROVISIONAL, "as before")
        doubts: list[str] = []
        if found := self._of_code(mention, doubts) or self._of_country(name, mention, year, doubts):
            return found._replace(name=name)
        if match := self._of_name(name, mention, country, doubts):
            return Resolution(name, match.id, How.NAME, f"{match.label.text}, a {match.kind}")
        if mention.country and country is None:
            doubts.append(countries().doubt(mention.country, year, adjectives=True))
        self._provide(own, name, mention, country)
        return Resolution(name, own, How.PROVISIONAL, "; ".join(dict.fromkeys(doubts)))

    def _of_code(self, mention: Mention, doubts: list[str]) -> Resolution | None:
        for code in _naming(mention):
            match self._by_code.get(code, ()):
                case [one]:
                    return Resolution("", one.id, How.CODE, code)
                case [_, *_] as several:
                    doubts.append(f"{code} is a code of {', '.join(sorted(e.id for e in several))}")
        return None

    def _of_country(self, name: str, mention: Mention, year: int | None, doubts: list[str]) -> Resolution | None:
        if mention.kind in (Kind.STATE, Kind.DE_FACTO_AUTHORITY):
            country = self._state(name, mention, year, doubts)
        elif mention.kind in (*_ANY_ACTOR, Kind.PLACE) and not any(_naming(mention)):
            country = countries().find(name, year)
            given = mention.country
            if country and given and country not in countries().candidates(given, year, adjectives=True):
                doubts.append(f"{name!r} is given the country {mention.country!r}")
                country = None
        else:
            country = None
        if country is None:
            return None
        if (country.kind is Kind.PLACE) != (mention.kind is Kind.PLACE):
            doubts.append(f"{country.name} is a {country.kind}")  # a state is no place, and a territory does not act
            return None
        return Resolution("", self._territory(country), How.COUNTRY, "; ".join([country.name, *doubts]))

    def _state(self, name: str, mention: Mention, year: int | None, doubts: list[str]) -> Country | None:
        """The one country that all codes and names of a state agree on, or the name and one of them."""
        said = [c for c in (*mention.codes, mention.country or "", *[name][: len(mention.name)]) if c]
        meanings = {text: countries().candidates(text, year, adjectives=True) for text in said}
        meant = [set(found) for found in meanings.values() if found]
        if not meant:
            doubts += [countries().doubt(text, year, adjectives=True) for text in said[-1:]]
            return None
        agreed = set[Country].intersection(*meant)
        if len(agreed) == 1:
            return agreed.pop()
        if agreed:
            doubts.append(countries().doubt(said[0], year, adjectives=True))
            return None
        doubts += [f"{text} is {' or '.join(c.name for c in found)}" for text, found in meanings.items() if found]
        named = set(meanings.get(name, ()))
        backed = {c for text, found in meanings.items() if text != name for c in found if c in named}
        return backed.pop() if len(backed) == 1 else None

    def _of_name(self, name: str, mention: Mention, country: Country | None, doubts: list[str]) -> Entity | None:
        kinds = self._actors if mention.kind in _ANY_ACTOR else {mention.kind, Kind.ACTOR}
        found = [e for e in self._by_name.get(fold(name), ()) if e.kind in kinds]
        if country is not None and found:
            own = self._territories.get(country.id) or self._there(country) or country.id
            found = [e for e in found if (self._country_of(e) or own) == own]
        if len(found) > 1:
            doubts.append(f"{', '.join(sorted(e.id for e in found))} have the name")
        return found[0] if len(found) == 1 else None

    # Countries

    def _territory(self, country: Country) -> str:
        """The id of a country's entity, which is made where there is none."""
        if (id := self._territories.get(country.id)) is None:
            id = self._there(country)
            if id is None:
                id = country.id if country.id not in self._entities else f"{country.id}.{_hash(country.id)}"
                if id not in self._entities:
                    self.new[id] = Entity(
                        id=id,
                        kind=country.kind,
                        label=Name(text=country.name),
                        aliases=tuple(Name(text=a) for a in country.aliases),
                        codes=country.codes,
                    )
            self._territories[country.id] = id
        return id

    def _there(self, country: Country) -> str | None:
        """The id of the country's entity in the store, by a code that is its own or by its name and kind."""
        table = countries()
        own = {code for code in country.codes if table.last_bearer(code) is country}
        coded = {e.id for code in own for e in self._by_code.get(code, ()) if e.kind in _TERRITORIES}
        named = {
            e.id
            for e in self._by_name.get(fold(country.name), ())
            if e.kind is country.kind
            and all(country in table.candidates(c) or not table.candidates(c) for c in e.codes)
        }
        for found in (coded & {country.id}, coded, named & {country.id}, named):
            if len(found) == 1:
                return found.pop()
        return None

    def _country_of(self, entity: Entity) -> str | None:
        """The country that the store gives an entity, itself or whomever it belongs to or stands for."""
        for _ in range(_LONGEST_WAY):
            if entity.country or entity.kind in (Kind.STATE, Kind.DE_FACTO_AUTHORITY):
                return entity.country or entity.id
            other = self._entities.get(entity.of or entity.stands_for or "")
            if other is None:
                break
            entity = other
        return None

    # Provisional entities

    def _provide(self, id: str, name: str, mention: Mention, country: Country | None) -> None:
        territory = self._territory(country) if country else None
        before = self.new.get(id)
        label = before.label if before else Name(text=name, lang="und")
        names = {Name(text=text, lang="und") for text in (name, *mention.aliases) if text.strip()}
        kind = mention.kind or Kind.ACTOR
        if country and country.kind is Kind.PLACE and kind is Kind.STATE:
            kind = Kind.ACTOR  # a territory that acts
        acts = territory is not None and kind in _ACTING_FOR and country is not None and country.kind is not Kind.PLACE
        self.new[id] = Entity(
            id=id,
            kind=before.kind if before else kind,
            label=label,
            aliases=tuple({*names, *(before.aliases if before else ())} - {label}),
            of=before.of if before else territory if acts else None,
            country=before.country if before else territory,
            codes=tuple({*_naming(mention), *(before.codes if before else ())}),
        )


def is_provisional(id: str) -> bool:
    """Whether an id is one that a resolver gave: it ends with a point and eight hexadecimal digits."""
    return _MARK.search(id) is not None


def _naming(mention: Mention) -> tuple[str, ...]:
    """The codes of a mention that say who it is, and not only of which country or of which sort."""
    return tuple(c for c in mention.codes if not c.startswith(_SORTS) and c.partition(":")[0] not in _COUNTRIES)


def _provisional_id(name: str, mention: Mention, country: Country | None) -> str:
    """An id of the mention alone: of its first code that names it, else of its name, kind and country."""
    codes = _naming(mention)
    if codes:
        return f"{_slug(codes[0])}.{_hash(codes[0])}"
    place = country.id if country else mention.country or ""
    slug = _slug(name)
    if place and (of := _slug(place)) not in slug:
        slug = f"{slug}-{of}"
    return f"{slug}.{_hash(name, mention.kind or Kind.ACTOR, place)}"


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "somebody"
