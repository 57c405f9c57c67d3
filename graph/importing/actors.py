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
from functools import cache
from typing import NamedTuple

from graph.entities import Entity, Name, is_provisional
from graph.importing.countries import SCHEMES, Country, countries
from graph.importing.events import Mention
from graph.importing.organisations import SORT, Organisation, organisations
from graph.names import fold
from ontology import UNSPECIFIED, Kind, T, vocabulary

_COUNTRIES = frozenset(SCHEMES.values()) - {"wikidata"}
_SORTS = ("cameo-", "plover-", "icews-")
"""Beginnings of schemes whose codes say what sort of actor somebody is, and never who."""
_ACTING_FOR = (Kind.POST, Kind.GOVERNMENT_BODY)
_AUTHORITIES = (Kind.STATE, Kind.DE_FACTO_AUTHORITY)
_ANY_ACTOR = (None, Kind.ACTOR)
_ORGANISED = (Kind.INTERGOVERNMENTAL_ORGANISATION, Kind.ORGANISATION, Kind.GROUP)
_LONGEST_SLUG = 80
_LONGEST_WAY = 8
"""Steps from a post to its state that are followed: bodies may belong to each other in a circle."""


class How(StrEnum):
    """How a mention was resolved."""

    CODE = "code"
    COUNTRY = "country table"
    ORGANISATION = "organisation table"
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
        self.kinds_changed = 0
        """How often one of them was found to be of another kind than was told first."""
        self._entities = entities
        self._always: dict[Mention, str] = {}
        self._in_year: dict[tuple[Mention, int | None], str] = {}
        self._report: dict[Resolution, None] = {}
        self._territories: dict[str, str] = {}
        self._by_code: dict[str, list[Entity]] = {}
        self._by_name: dict[str, list[Entity]] = {}
        for e in entities.values():
            if is_provisional(e.id) or _is_of_table(e):
                continue  # made by an earlier import, whose order must not tell
            for code in e.codes:
                self._by_code.setdefault(code, []).append(e)
            if e.unnamed_in is None:
                for name in {fold(n.text) for n in (e.label, *e.aliases)}:
                    self._by_name.setdefault(name, []).append(e)

    def entity(self, mention: Mention, day: date | None) -> str:
        """The id of the entity that a mention means on a day: in the store, or in `new`."""
        if (found := self._always.get(mention)) is not None:
            return found
        year = day.year if day is not None else None
        if (found := self._in_year.get((mention, year))) is None:
            by_year = _depends_on_year(mention)
            resolution = self._resolve(mention, year if by_year else None)
            self._report[resolution] = None
            found = resolution.entity
            if by_year:
                self._in_year[mention, year] = found
            else:
                self._always[mention] = found
        return found

    def kind(self, id: str) -> Kind | None:
        """The kind of an entity of the store or of `new`, None where there is none of the id."""
        found = self._entities.get(id) or self.new.get(id)
        return found.kind if found else None

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
        doubts: list[str] = []
        meant = self._meant(name, mention, year, doubts)
        territory = meant if meant and meant.kind is Kind.PLACE and mention.kind is not Kind.PLACE else None
        if meant and (meant.kind is Kind.PLACE) != (mention.kind is Kind.PLACE):
            doubts.append(f"{meant.name} is a {meant.kind}")  # a state is no place, and a territory does not act
            meant = None
        country = countries().find(mention.country, year, adjectives=True) if mention.country else None
        if mention.country and country is None:
            doubts.append(countries().doubt(mention.country, year, adjectives=True))
        country = country or territory
        for code in _naming(mention):
            coded = self._by_code.get(code, ())
            if len(coded) == 1:
                return Resolution(name, coded[0].id, How.CODE, code)
            if coded:
                doubts.append(f"{code} is a code of {', '.join(sorted(e.id for e in coded))}")
        if meant:
            return Resolution(name, self._territory(meant), How.COUNTRY, "; ".join([meant.name, *doubts]))
        if body := _organisation(name, mention, year, doubts):
            return Resolution(name, self._body(body), How.ORGANISATION, "; ".join([body.name, *doubts]))
        if match := self._of_name(name, mention, country, year, doubts):
            return Resolution(name, match.id, How.NAME, f"{match.label.text}, {match.kind}")
        own = _provisional_id(name, mention, country)
        if own not in self._entities:
            self._provide(own, name, mention, country)
        return Resolution(name, own, How.PROVISIONAL, "; ".join(dict.fromkeys(doubts)))

    def _meant(self, name: str, mention: Mention, year: int | None, doubts: list[str]) -> Country | None:
        """The country that a mention is: by all that is said of a state, or by a name if nothing tells of another."""
        if mention.kind in _AUTHORITIES:
            return self._state(name, mention, year, doubts)
        if mention.kind not in (*_ANY_ACTOR, Kind.PLACE):
            return None
        if mention.kind is not Kind.PLACE and any(countries().candidates(code) for code in mention.codes):
            country = self._state(name, mention, year, doubts)
        else:
            country = countries().find(name, year)
            given = mention.country
            if country and given and country not in countries().candidates(given, year, adjectives=True):
                doubts.append(f"{name!r} is given the country {given!r}")
                country = None
        if country and (other := next((c for c in mention.codes if _tells_of_another(c, country)), None)):
            doubts.append(f"{other} is not {country.name}")
            country = None
        return country

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

    def _of_name(
        self, name: str, mention: Mention, country: Country | None, year: int | None, doubts: list[str]
    ) -> Entity | None:
        kinds = _actors() if mention.kind in _ANY_ACTOR else {mention.kind, Kind.ACTOR}
        found = [e for e in self._by_name.get(fold(name), ()) if e.kind in kinds and _there(e, year)]
        if country is not None and found:
            own = self._curated(country) or country.id
            found = [e for e in found if (self._country_of(e) or own) == own]
        if len(found) > 1:
            doubts.append(f"{', '.join(sorted(e.id for e in found))} have the name")
        return found[0] if len(found) == 1 else None

    # Countries

    def _territory(self, country: Country) -> str:
        """The id of a country's entity: as curated, else that of the table, which is made where there is none."""
        if (id := self._territories.get(country.id)) is None:
            id = self._curated(country) or self._made(_of_table(country))
            self._territories[country.id] = id
        return id

    def _curated(self, country: Country) -> str | None:
        """The id of the one entity with a code that is the country's own, else of the one with its name and kind."""
        table = countries()
        own = {code for code in country.codes if table.last_bearer(code) is country}
        coded = {e.id for code in own for e in self._by_code.get(code, ()) if e.kind in (*_AUTHORITIES, Kind.PLACE)}
        named = {
            e.id
            for e in self._by_name.get(fold(country.name), ())
            if e.kind is country.kind
            and all(country in table.candidates(c) or not table.candidates(c) for c in e.codes)
        }
        return next((found.pop() for found in (coded, named) if len(found) == 1), None)

    def _body(self, organisation: Organisation) -> str:
        """The id of an organisation's entity: as curated, else that of the table, which is made where there is none."""
        coded = {e.id for code in organisation.codes for e in self._by_code.get(code, ()) if e.kind in _ORGANISED}
        named = {
            e.id
            for e in self._by_name.get(fold(organisation.name), ())
            if e.kind in _ORGANISED and not any(map(organisation.tells_of_another, e.codes))
        }
        curated = next((found.pop() for found in (coded, named) if len(found) == 1), None)
        return curated or self._made(_of_table(organisation))

    def _made(self, one: Entity) -> str:
        """The id of an entity of a table, which is made where it is not there; a curated one may have its id."""
        if self._entities.get(one.id, one) != one:
            one = one.model_copy(update={"id": f"{one.id}.{_hash(one.id)}"})
        if one.id not in self._entities:
            self.new[one.id] = one
        return one.id

    def _country_of(self, entity: Entity) -> str | None:
        """The country that the store gives an entity, itself or whomever it belongs to or stands for."""
        for _ in range(_LONGEST_WAY):
            if entity.country or entity.kind in _AUTHORITIES:
                return entity.country or entity.id
            other = self._entities.get(entity.of or entity.stands_for or "")
            if other is None:
                break
            entity = other
        return None

    # Provisional entities

    def _provide(self, id: str, name: str, mention: Mention, country: Country | None) -> None:
        """Makes the entity, or adds the names and codes of one more mention. Its kind is the first that one gives."""
        label = Name(text=name, lang="und")
        names = {label, *(Name(text=text, lang="und") for text in mention.aliases if text.strip())}
        codes = set(_naming(mention))
        if before := self.new.get(id):
            aliases = {*before.aliases, *names} - {before.label}
            kind = mention.kind if before.kind is Kind.ACTOR and mention.kind in _actors() else before.kind
            self.kinds_changed += kind is not before.kind
            update = {"kind": kind, "aliases": tuple(aliases), "codes": (*before.codes, *codes)}
            self.new[id] = Entity.model_validate(before.model_dump() | update)
            return
        kind = mention.kind or Kind.ACTOR
        territory = country is not None and country.kind is Kind.PLACE
        if territory and kind is Kind.STATE:
            kind = Kind.ACTOR
        place = self._territory(country) if country else None
        self.new[id] = Entity(
            id=id,
            kind=kind,
            label=label,
            aliases=tuple(names - {label}),
            of=place if kind in _ACTING_FOR and not territory else None,
            country=place,
            codes=tuple(codes),
        )


def _organisation(name: str, mention: Mention, year: int | None, doubts: list[str]) -> Organisation | None:
    """The organisation that a mention is: by a code that is its own, or by a name if nothing tells of another.

    A short name that means other things as well is one only where a kind or a code says that it is an organisation's.
    """
    if mention.kind not in (*_ANY_ACTOR, *_ORGANISED):
        return None
    table = organisations()
    own = {o.id: o for code in _naming(mention) for o in table.coded(code, year)}
    if len(own) == 1:
        return own.popitem()[1]
    sure = mention.kind in _ORGANISED or any(table.coded(code, year) for code in mention.codes)
    found = table.named(name, year, abbreviations=sure)
    if len(found) != 1:
        return None
    if mention.country:
        doubts.append(f"{name!r} is given the country {mention.country!r}")
        return None
    if other := next((c for c in mention.codes if _tells_of_another_organisation(c, found[0])), None):
        doubts.append(f"{other} is not {found[0].name}")
        return None
    return found[0]


def _tells_of_another_organisation(code: str, organisation: Organisation) -> bool:
    scheme, _, of = code.partition(":")
    if scheme == "wikipedia":
        return organisation not in organisations().named(of.replace("_", " "), abbreviations=True)
    # A code of CAMEO that the table does not have may be of a part or of somebody else.
    known = (*organisation.codes, *organisation.shared)
    return organisation.tells_of_another(code) or (scheme == SORT and code not in known)


def _of_table(one: Country | Organisation) -> Entity:
    aliases = one.aliases if isinstance(one, Country) else (*one.aliases, *one.abbreviations)
    names = tuple(Name(text=a) for a in aliases)
    return Entity(id=one.id, kind=one.kind, label=Name(text=one.name), aliases=names, codes=one.codes)


def _is_of_table(entity: Entity) -> bool:
    found = countries().get(entity.id) or organisations().get(entity.id)
    return found is not None and _of_table(found) == entity


def _there(entity: Entity, year: int | None) -> bool:
    """Whether an entity, if it is a country of the table, was there in a year."""
    ever = {country for code in entity.codes for country in countries().candidates(code)}
    return not ever or any(country.there(year) for country in ever)


@cache
def _actors() -> frozenset[str]:
    return vocabulary().below(T.Actor)


def _depends_on_year(mention: Mention) -> bool:
    """Whether some country or organisation that its name or codes may mean was not there in every year."""
    texts = (mention.name, mention.country or "", *mention.codes)
    return organisations().depends_on_year(texts) or any(
        c.since or c.until for t in texts if t for c in countries().candidates(t, adjectives=True)
    )


def _tells_of_another(code: str, country: Country) -> bool:
    """Whether a code that everybody has one of, as countries do, is not the country's."""
    scheme, _, of = code.partition(":")
    if scheme == "wikidata":
        return code not in country.codes and any(c.startswith("wikidata:") for c in country.codes)
    return scheme == "wikipedia" and country not in countries().candidates(of.replace("_", " "))


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
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "somebody"
