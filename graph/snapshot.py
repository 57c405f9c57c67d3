"""One revision, held open for reading: store, columns, entities and sources that belong together."""

import json
import logging
import weakref
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar
from zipfile import BadZipFile

import networkx as nx
from pydantic import TypeAdapter

from graph.acting import Acting
from graph.columns import Columns
from graph.entities import Entity
from graph.exceptions import AmbiguousNameError, NotFoundError, UnknownNameError
from graph.frames import faults_of
from graph.garbage import fewer_collections
from graph.identities import Identities, Judgement, as_read
from graph.names import Names
from graph.rdf import (
    Iris,
    Property,
    entity_from,
    entity_quads,
    judgement_from,
    source_from,
    source_quads,
    statement_from,
    statement_quads,
)  # fmt: skip
from graph.revisions import Revision
from graph.selection import Selector
from graph.sources import Source
from graph.statements import Statement
from graph.stores import EmbeddedStore
from graph.stores.embedded import normal_quads
from ontology import PREFIXES, Kind

DATASET = "added"
"""The data set of entities that are written without one: else nothing would hold those that no statement names."""
UNREADABLE = (ValueError, KeyError, TypeError)
"""What reading a node as a model raises where it is none."""
M = TypeVar("M")
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
    judgements: tuple[Judgement, ...]


class Snapshot:
    """What is true of one revision. Never changes; several threads may read it.

    Whoever has just written the revision has its contents, which then need not be read.
    """

    def __init__(self, revision: Revision, iris: Iris, contents: Contents | None = None) -> None:
        self.networks: dict[Hashable, nx.Graph[str]] = {}
        """The networks asked for most lately: `graph.networks.kept` keeps them here, as long as the revision."""
        self.is_ready = False
        """Whether a question has been asked of it, so that its indexes are made."""
        weakref.finalize(self, revision.release)
        self.revision, self.iris = revision.number, iris
        self.path = revision.path
        self.store = EmbeddedStore(revision.db, iris.base)
        contents = contents or self._read(revision)
        self.meta, self.datasets = contents.meta, contents.datasets
        self.entities, self.sources = contents.entities, contents.sources
        self.identities = Identities(contents.judgements, contents.entities)
        """Who is whom."""
        self.stated = contents.columns
        """The statements with the entities that they name: for whoever writes, or tells what a statement says."""
        self.columns = as_read(contents.columns, self.identities)
        """The statements with each entity as the one that it is: for whoever asks."""

    def _read(self, revision: Revision) -> Contents:
        try:
            with fewer_collections():
                entities = _ENTITIES.validate_json((revision.path / "entities.json").read_bytes())
            sources = _SOURCES.validate_json((revision.path / "sources.json").read_bytes())
            columns, datasets, meta = Columns.read(revision.path), read_datasets(revision), revision.read_meta()
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            # The store is the truth, and what lies beside it can be had from it again.
            _log.warning("%s is damaged and read anew from its store: %s", revision.path, error)
            found, by_id = read_catalogue(self.store, self.iris)
            entities, datasets = [e for e, _ in found.values()], {i: names for i, (_, names) in found.items()}
            sources = list(by_id.values())
            columns = rebuilt_columns(self.store, self.iris, sources, {e.id: e for e in entities})
            meta = {
                "revision": revision.number, "statements": len(columns), "entities": len(entities),
                "sources": len(sources), "quads": len(self.store), "described": False,
                "imports": sorted(filter(None, (s.kept_as for s in sources))),
                "ontology": "" if self.store.has_graph(self.iris.ontology_graph) else None,
            }  # fmt: skip
        judgements = read_judgements(self.store, self.iris)
        return Contents(meta, columns, {e.id: e for e in entities}, {s.id: s for s in sources}, datasets, judgements)

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
        with fewer_collections():
            return Names(self.entities, self.identities.merged)

    @cached_property
    def acting(self) -> Acting:
        """Who acts for whom."""
        return Acting(self.columns, self.entities)

    @cached_property
    def selector(self) -> Selector:
        """Evaluates selections."""
        return Selector(self.columns, self.acting, self.sources)

    @property
    def listed_entities(self) -> list[str]:
        """Ids of all entities but those that are merged into others, in order."""
        return sorted(self.entities.keys() - self.identities.merged.keys())

    def entity(self, id: str) -> Entity:
        """The entity of an id. Raises NotFoundError."""
        try:
            return self.entities[id]
        except KeyError:
            raise NotFoundError("entity", id) from None

    def named(self, name: str) -> str:
        """The id of the very entity that has this id, though it be merged; else of the one that the name means.

        Raises UnknownNameError and AmbiguousNameError.
        """
        return name if name in self.entities else self.names.resolve(name)

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

    def codes(self, row: int) -> list[str]:
        """The codes in outside schemes that the statement of a row has, in order, read from the store."""
        c = self.columns
        if not c.codes[row]:
            return []
        node, graph = self.iris.statement(c.id(row)), self.iris.source(c.sources[c.source[row]])
        return sorted(self.store.values(node, _CODE, graph))


_CODE = f"{PREFIXES['t']}code"
_ATTRIBUTION = f"{PREFIXES['prov']}qualifiedAttribution"
_MADE_ON_DEMAND = {
    Columns: {name for name, value in vars(Columns).items() if isinstance(value, cached_property)},
    Snapshot: {"names", "acting", "selector"},
}


def read_statement(store: EmbeddedStore, iris: Iris, id: str, source: Source) -> Statement:
    """One statement from the store, its chain of speakers in order."""
    node, graph = iris.statement(id), iris.source(source.id)
    properties = store.describe([node], graph)[node]
    links = [p.value for p in properties if p.predicate == _ATTRIBUTION]
    return statement_from(properties, source, _speakers(store.describe(links, graph), iris), iris)


def _speakers(links: Mapping[str, list[Property]], iris: Iris) -> dict[int, str]:
    chain = {}
    for properties in links.values():
        values = {p.predicate: p.value for p in properties}
        chain[int(values[f"{PREFIXES['t']}position"])] = iris.id(values[f"{PREFIXES['prov']}agent"])
    return chain


class ForeignQuadsError(ValueError):
    """A node says more than its model can."""


def whole_source(store: EmbeddedStore, iris: Iris, id: str) -> Source:
    """A source that is described in its graph, and nothing else is. Raises an error of UNREADABLE."""
    node = iris.source(id)
    source = source_from(id, store.describe([node], node)[node], iris)
    _check_whole(store.quads(node, node), lambda: source_quads(source, iris))
    return source


def whole_entity(store: EmbeddedStore, iris: Iris, id: str) -> tuple[Entity, tuple[str, ...]]:
    """An entity, of which nothing else is said, with the data sets that define it. Raises an error of UNREADABLE."""
    node, graph = iris.entity(id), iris.entities_graph
    entity, datasets = entity_from(id, store.describe([node], graph)[node], iris)
    datasets = datasets or (DATASET,)
    _check_whole(store.quads(node, graph), lambda: entity_quads(entity, datasets, iris))
    return entity, datasets


def whole_statement(
    store: EmbeddedStore, iris: Iris, id: str, source: Source, parts: Iterable[str] = ()
) -> tuple[Statement, frozenset[str]]:
    """A statement in the graph of a source, of which nothing else is said, with the quads in which it stands.

    `parts` are nodes that have to belong to it. Raises an error of UNREADABLE.
    """
    node, graph = iris.statement(id), iris.source(source.id)
    links = {p.value for p in store.describe([node], graph)[node] if p.predicate == _ATTRIBUTION}
    nodes = {node, *parts, *(link for link in links if link.startswith(f"{node}/speaker/"))}
    given = frozenset[str]().union(*(store.quads(n, graph) for n in nodes))
    found = read_statement(store, iris, id, source)
    if found.id != id:
        raise ValueError(f"its content has the id {found.id}: name the node st:{found.id}")
    # What the source says for all of its statements a statement may say again.
    alone = source.model_copy(update={"coder": None, "modality": None})
    _check_whole(given, lambda: statement_quads(found, source, iris), lambda: statement_quads(found, alone, iris))
    return found, given


def _check_whole(given: frozenset[str], *forms: Callable[[], str]) -> None:
    for quads in forms:
        if not (given := given - normal_quads(quads())):
            return
    raise ForeignQuadsError(f"this is no part of it, or not as it is written: {'; '.join(sorted(given)[:5])}")


# What a whole store holds. Beside what is ours one of raw RDF may hold anything, which is left out.


def read_entities(store: EmbeddedStore, iris: Iris) -> dict[str, tuple[Entity, tuple[str, ...]]]:
    """All whole entities of a store, with the data sets that define them."""
    ids = _ids(store.subjects_in(iris.entities_graph), iris, iris.entity)
    return dict(_whole_ones(ids, lambda id: whole_entity(store, iris, id)))


def read_judgements(store: EmbeddedStore, iris: Iris) -> tuple[Judgement, ...]:
    """All judgements of who is whom of a store, in order; what a store of raw RDF has there besides is passed over."""
    properties: dict[str, list[Property]] = {}
    for subject, p in store.scan(iris.identities_graph):
        if subject.startswith(iris.judgement("")):
            properties.setdefault(subject, []).append(p)
    found = []
    for subject, ps in properties.items():
        try:
            found.append(judgement_from(subject, ps, iris))
        except ValueError:
            _log.warning("%s cannot be read as a judgement", subject)
    return tuple(sorted(found, key=lambda j: j.number))


def read_sources(store: EmbeddedStore, iris: Iris) -> dict[str, Source]:
    """All whole sources of a store."""
    return dict(_whole_ones(_ids(store.graphs(), iris, iris.source), lambda id: whole_source(store, iris, id)))


def read_catalogue(
    store: EmbeddedStore, iris: Iris
) -> tuple[dict[str, tuple[Entity, tuple[str, ...]]], dict[str, Source]]:
    """The whole entities, with their data sets, and sources of a store, but those that name what is not there."""
    entities, sources = read_entities(store, iris), read_sources(store, iris)

    def kind_of(id: str) -> Kind | None:
        return entities[id][0].kind if id in entities else None

    def faults(thing: Entity | Source) -> Iterator[object]:
        return faults_of(thing, kind_of, sources.get, lambda _: False)

    _leave_out(sources, faults)
    _leave_out(entities, lambda pair: faults(pair[0]))
    return entities, sources


def rebuilt_columns(
    store: EmbeddedStore, iris: Iris, sources: Iterable[Source], entities: Mapping[str, Entity]
) -> Columns:
    """The columns of all statements of a store that are whole and name what there is, read from it one by one."""
    by_id = {s.id: s for s in sources}
    statements: dict[str, Statement] = {}
    for source in by_id.values():
        ids = _ids(store.subjects(f"{PREFIXES['rdf']}predicate", iris.source(source.id)), iris, iris.statement)
        found = _whole_ones(ids, partial(_statement_of, store, iris, source))
        statements.update(found)
    kinds = {id: entity.kind for id, entity in entities.items()}
    _leave_out(statements, lambda s: faults_of(s, kinds.get, by_id.get, statements.__contains__))
    return Columns.empty().edited((), statements.values(), by_id, entities)


def _statement_of(store: EmbeddedStore, iris: Iris, source: Source, id: str) -> Statement:
    return whole_statement(store, iris, id, source)[0]


def _ids(nodes: Iterable[str], iris: Iris, iri: Callable[[str], str]) -> list[str]:
    return [id for node in sorted(set(nodes)) if node == iri(id := iris.id(node))]


def _whole_ones(ids: Iterable[str], read: Callable[[str], M]) -> Iterator[tuple[str, M]]:
    for id in ids:
        try:
            found = read(id)
        except UNREADABLE as error:
            _log.warning("%s is left out, it cannot be read: %s", id, error)
        else:
            yield id, found


def _leave_out(found: dict[str, M], faults: Callable[[M], Iterator[object]]) -> None:
    """Leaves out what has faults, and then what has faults because it names that."""
    while wrong := {id: fault for id, thing in found.items() if (fault := next(faults(thing), None))}:
        for id, fault in wrong.items():
            _log.warning("%s is left out: %s", id, fault)
            del found[id]


def write_catalogue(revision: Revision, entities: Iterable[Entity], sources: Iterable[Source]) -> None:
    """Saves entities and sources beside the store, so that opening it need not read them from there."""
    (revision.path / "entities.json").write_bytes(_ENTITIES.dump_json(list(entities), exclude_defaults=True))
    (revision.path / "sources.json").write_bytes(_SOURCES.dump_json(list(sources), exclude_defaults=True))


def read_datasets(revision: Revision) -> dict[str, tuple[str, ...]]:
    """The data sets that define each entity."""
    data = json.loads((revision.path / "datasets.json").read_text())
    return {id: tuple(names) for id, names in data.items()}
