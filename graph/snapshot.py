"""One revision, held open for reading: store, columns, entities and sources that belong together."""

import json
import logging
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from zipfile import BadZipFile

import networkx as nx
from pydantic import TypeAdapter

from graph.acting import Acting
from graph.columns import Columns
from graph.entities import Entity
from graph.exceptions import AmbiguousNameError, NotFoundError, UnknownNameError
from graph.names import Names
from graph.rdf import Iris, Property, entity_from, source_from, statement_from
from graph.revisions import Revision
from graph.selection import Selection, Selector
from graph.sources import Source
from graph.statements import Statement
from graph.stores import EmbeddedStore
from ontology import PREFIXES, Kind

_log = logging.getLogger(__name__)
_ENTITIES = TypeAdapter(list[Entity])
_SOURCES = TypeAdapter(list[Source])


@dataclass(frozen=True)
class Contents:
    """All of a revision but its engine."""

    meta: dict[str, Any]
    columns: Columns
    entities: dict[str, Entity]
    sources: dict[str, Source]
    datasets: dict[str, tuple[str, ...]]


class Snapshot:
    """What is true of one revision. Never changes; several threads may read it.

    Whoever has just written the revision has its contents, which then need not be read.
    """

    def __init__(self, revision: Revision, iris: Iris, contents: Contents | None = None) -> None:
        self.networks: dict[Selection, nx.MultiDiGraph[str]] = {}
        """The networks asked for most lately: `KnowledgeGraph.network` keeps them here, as long as the revision."""
        self.is_ready = False
        """Whether a question has been asked of it, so that its indexes are made."""
        weakref.finalize(self, revision.release)
        self.revision, self.iris = revision.number, iris
        self.path = revision.path
        self.store = EmbeddedStore(revision.db, iris.base)
        contents = contents or self._read(revision)
        self.meta, self.columns, self.datasets = contents.meta, contents.columns, contents.datasets
        self.entities, self.sources = contents.entities, contents.sources

    def _read(self, revision: Revision) -> Contents:
        try:
            entities = _ENTITIES.validate_json((revision.path / "entities.json").read_bytes())
            sources = _SOURCES.validate_json((revision.path / "sources.json").read_bytes())
            columns, datasets, meta = Columns.read(revision.path), read_datasets(revision), revision.read_meta()
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            # The store is the truth, and what lies beside it can be had from it again.
            _log.warning("%s is damaged and read anew from its store: %s", revision.path, error)
            found = read_entities(self.store, self.iris)
            entities, datasets = [e for e, _ in found.values()], {i: names for i, (_, names) in found.items()}
            sources = list(read_sources(self.store, self.iris).values())
            columns = rebuilt_columns(self.store, self.iris, sources, (e.id for e in entities))
            meta = {
                "revision": revision.number, "statements": len(columns), "entities": len(entities),
                "sources": len(sources), "quads": len(self.store), "described": False, "ontology": "",
            }  # fmt: skip
        return Contents(meta, columns, {e.id: e for e in entities}, {s.id: s for s in sources}, datasets)

    def make_ready_like(self, other: "Snapshot") -> None:
        """Makes the indexes that questions have made of another revision, so that the first one here need not."""
        for mine, theirs in ((self.columns, other.columns), (self, other)):
            for name in _MADE_ON_DEMAND[type(mine)] & vars(theirs).keys():
                getattr(mine, name)
        self.is_ready = other.is_ready

    @property
    def has_vocabulary(self) -> bool:
        """Whether the store is one that keeps a copy of the vocabulary."""
        return self.meta.get("ontology") is not None

    @property
    def quads(self) -> int:
        """The number of quads, as the writer noted it: the engine would count them one by one."""
        return int(self.meta["quads"])

    @cached_property
    def names(self) -> Names:
        """The index of names."""
        return Names(self.entities)

    @cached_property
    def acting(self) -> Acting:
        """Who acts for whom."""
        return Acting(self.columns, self.entities)

    @cached_property
    def selector(self) -> Selector:
        """Evaluates selections."""
        return Selector(self.columns, self.acting, {s.id: s.dataset for s in self.sources.values()})

    def entity(self, id: str) -> Entity:
        """The entity of an id. Raises NotFoundError."""
        try:
            return self.entities[id]
        except KeyError:
            raise NotFoundError("entity", id) from None

    def source(self, id: str) -> Source:
        """The source of an id. Raises NotFoundError."""
        try:
            return self.sources[id]
        except KeyError:
            raise NotFoundError("source", id) from None

    def label(self, id: str) -> str:
        """The label of an entity, its id where it has none."""
        entity = self.entities.get(id)
        return entity.label.text if entity else id

    def holder(self, id: str, day: date) -> str:
        """The one person who held a post on a day; the entity itself where it is no post.

        Raises UnknownNameError and AmbiguousNameError.
        """
        if self.entity(id).kind is not Kind.POST:
            return id
        number = self.columns.entity_number.get(id)
        agents = [] if number is None else self.acting.agents(number)
        at = day.toordinal()
        people = {self.columns.entities[a.other] for a in agents if a.earliest <= at <= a.latest}
        found = sorted(i for i in people if i in self.entities and self.entities[i].kind is Kind.PERSON)
        if len(found) > 1:
            raise AmbiguousNameError(f"{self.label(id)} on {day}", self.names.candidates(found))
        if not found:
            held = sorted({self.columns.entities[a.other] for a in agents} - {id})
            raise UnknownNameError(f"{self.label(id)} on {day}", self.names.candidates(held), what="holder")
        return found[0]

    def statement(self, id: str) -> Statement:
        """The statement of an id. Raises NotFoundError."""
        row = self.columns.row(id)
        if row is None:
            raise NotFoundError("statement", id)
        return self.statements([row])[0]

    def statements(self, rows: Iterable[int]) -> list[Statement]:
        """The statements of these rows, whole, in their order, read from the store."""
        found = []
        for row in rows:
            source = self.sources[self.columns.sources[self.columns.source[row]]]
            found.append(read_statement(self.store, self.iris, self.columns.id(int(row)), source))
        return found


_MADE_ON_DEMAND = {
    Columns: {name for name, value in vars(Columns).items() if isinstance(value, cached_property)},
    Snapshot: {"names", "acting", "selector"},
}


def read_statement(store: EmbeddedStore, iris: Iris, id: str, source: Source) -> Statement:
    """One statement from the store, its chain of speakers in order."""
    node, graph = iris.statement(id), iris.source(source.id)
    properties = store.describe([node], graph)[node]
    links = [p.value for p in properties if p.predicate == f"{PREFIXES['prov']}qualifiedAttribution"]
    return statement_from(properties, source, _speakers(store.describe(links, graph), iris), iris)


def _speakers(links: Mapping[str, list[Property]], iris: Iris) -> dict[int, str]:
    chain = {}
    for properties in links.values():
        values = {p.predicate: p.value for p in properties}
        chain[int(values[f"{PREFIXES['t']}position"])] = iris.id(values[f"{PREFIXES['prov']}agent"])
    return chain


def read_entities(store: EmbeddedStore, iris: Iris) -> dict[str, tuple[Entity, tuple[str, ...]]]:
    """All entities of a store, with the data sets that define them."""
    properties: dict[str, list[Property]] = {}
    for subject, p in store.scan(iris.entities_graph):
        properties.setdefault(subject, []).append(p)
    return {iris.id(s): entity_from(iris.id(s), ps, iris) for s, ps in properties.items()}


def read_sources(store: EmbeddedStore, iris: Iris) -> dict[str, Source]:
    """All sources of a store."""
    prefix = iris.source("")
    ids = [g.removeprefix(prefix) for g in store.graphs() if g.startswith(prefix)]
    return {
        id: source_from(id, store.describe([iris.source(id)], iris.source(id))[iris.source(id)], iris) for id in ids
    }


def rebuilt_columns(
    store: EmbeddedStore, iris: Iris, sources: Iterable[Source], entities: Iterable[str] = ()
) -> Columns:
    """The columns of all statements of a store, read from it one by one."""
    by_id = {s.id: s for s in sources}
    statements = [
        read_statement(store, iris, iris.id(node), source)
        for source in by_id.values()
        for node in store.subjects(f"{PREFIXES['rdf']}predicate", iris.source(source.id))
    ]
    return Columns.empty().edited((), statements, by_id, entities)


def write_catalogue(revision: Revision, entities: Iterable[Entity], sources: Iterable[Source]) -> None:
    """Saves entities and sources beside the store, so that opening it need not read them from there."""
    (revision.path / "entities.json").write_bytes(_ENTITIES.dump_json(list(entities), exclude_defaults=True))
    (revision.path / "sources.json").write_bytes(_SOURCES.dump_json(list(sources), exclude_defaults=True))


def read_datasets(revision: Revision) -> dict[str, tuple[str, ...]]:
    """The data sets that define each entity."""
    data = json.loads((revision.path / "datasets.json").read_text())
    return {id: tuple(names) for id, names in data.items()}
