"""The one write path: a draft of the next revision, filled, checked, then made current for store and mirror alike."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

import ontology
from graph.alike import Batch
from graph.census import take_census
from graph.columns import NONE, SUBJECT_IS_STATEMENT, Columns, Editor, Rows
from graph.descriptions import own_description
from graph.edges import edge_changes, edge_counts
from graph.entities import Entity
from graph.exceptions import InputError, NotFoundError
from graph.identities import Identities, Judgement
from graph.rdf import (
    BatchTriples,
    Iris,
    Triples,
    chunks,
    edge_quad,
    entity_quads,
    event_quad,
    identity_triples,
    source_quads,
    statement_quads,
)  # fmt: skip
from graph.revisions import Revision
from graph.snapshot import Contents, Snapshot, write_catalogue
from graph.sources import Source
from graph.statements import Statement
from graph.stores import EmbeddedStore
from ontology import Kind

Check = Callable[[EmbeddedStore, Columns], None]
Finish = Callable[[Columns], Iterable[tuple[Sequence[int], str]]]
"""Told the columns when all statements are there; gives rows that are found to tell of one event, with the event."""


@dataclass
class Report:
    """What a write changed. `revision` is the number of the revision that is current afterwards.

    `quads`: how many more the store has, or fewer; `created`: the graph that was written was not there before.
    """

    added: int = 0
    changed: int = 0
    retracted: int = 0
    removed: int = 0
    entities: int = 0
    sources: int = 0
    judgements: int = 0
    quads: int = 0
    created: bool = False
    revision: int = 0
    datasets: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether the write left everything as it was."""
        changes = self.added, self.changed, self.retracted, self.removed, self.entities, self.sources, self.judgements
        return not any(changes)


class Draft:
    """Changes on top of one revision, collected before anything is written.

    Statements, sources and entities are put and removed by id; `copy` and `write` then fill a revision's folder,
    with the copy of the vocabulary that a store has unless `vocabulary` is false.
    """

    def __init__(self, base: Snapshot | None, iris: Iris, *, vocabulary: bool = True) -> None:
        self.base, self.iris = base, iris
        self.vocabulary = vocabulary
        self.columns = base.stated if base else Columns.empty()
        self.entities: dict[str, Entity] = dict(base.entities) if base else {}
        self.sources: dict[str, Source] = dict(base.sources) if base else {}
        self.datasets: dict[str, tuple[str, ...]] = dict(base.datasets) if base else {}
        self.judgements: tuple[Judgement, ...] = base.identities.judgements if base else ()
        self._touched_entities: set[str] = set()
        self._touched_sources: set[str] = set()
        self._put: dict[str, Statement] = {}
        self._standing: set[str] = set()
        self._streams: list[tuple[str, Iterable[Batch]]] = []
        self._emptied: set[str] = set()
        self._finishes: list[Finish] = []
        self._removed: set[str] = set()
        self._removed_sources: set[str] = set()
        self.contents: Contents | None = None
        """What the revision holds, when it is written."""

    def kind_of(self, id: str) -> Kind | None:
        """The kind of an entity, None where it does not exist."""
        entity = self.entities.get(id)
        return entity.kind if entity else None

    def defined_beside(self, dataset: str) -> Callable[[str], Kind | None]:
        """As `kind_of`, of entities that other data sets define."""
        return lambda id: self.kind_of(id) if any(d != dataset for d in self.datasets.get(id, ())) else None

    def has_statement(self, id: str) -> bool:
        """Whether the draft holds the statement."""
        return id in self._put or (id not in self._removed and self.columns.row(id) is not None)

    def put_entity(self, entity: Entity, dataset: str) -> bool:
        """Adds or replaces an entity that the data set defines; True where that changes something."""
        definers = self.datasets.get(entity.id, ())
        same = self.entities.get(entity.id) == entity
        if not same and any(d != dataset for d in definers):
            others = ", ".join(d for d in definers if d != dataset)
            raise InputError(
                f"entity {entity.id!r} is defined otherwise by the data set {others}",
                way_out="use the same definition, or another id",
            )
        if same and dataset in definers:
            return False
        self.entities[entity.id] = entity
        self.datasets[entity.id] = tuple(sorted({*definers, dataset}))
        self._touched_entities.add(entity.id)
        return True

    def add_entity(self, entity: Entity, *datasets: str) -> None:
        """Adds an entity, unless it is there. One that no data set defines stays for as long as something names it."""
        if entity.id not in self.entities:
            self.set_entity(entity, datasets)

    def release_entity(self, id: str, dataset: str) -> None:
        """Notes that the data set no longer defines the entity; it goes when nothing names it any more."""
        self.datasets[id] = tuple(d for d in self.datasets.get(id, ()) if d != dataset)
        self._touched_entities.add(id)

    def put_source(self, source: Source) -> bool:
        """Adds or replaces a source; True where that changes something."""
        old = self.sources.get(source.id)
        if old == source:
            return False
        self._check_owner(source)
        self.set_source(source)
        return True

    def _check_owner(self, source: Source) -> None:
        old = self.sources.get(source.id)
        if old and old.dataset != source.dataset:
            raise InputError(f"source {source.id!r} belongs to the data set {old.dataset}", way_out="use another id")

    def _rows_of(self, source: str) -> list[int]:
        number = self.columns.source_number.get(source)
        return [] if number is None else [int(r) for r in np.flatnonzero(self.columns.source == number)]

    def ids_of(self, source: str) -> list[str]:
        """Ids of the source's statements in the revision that the draft starts from."""
        return [self.columns.id(r) for r in self._rows_of(source)]

    def put_statement(self, statement: Statement, *, stands: bool = False) -> None:
        """Adds a statement, or replaces the one with the same id; `stands`: the engine holds its quads already."""
        (self._standing.add if stands else self._standing.discard)(statement.id)
        self._put[statement.id] = statement
        self._removed.discard(statement.id)

    def stream_source(self, source: Source, statements: Iterable[Batch], finish: Finish) -> None:
        """Adds or replaces a source with all its statements, which are made, and read once, while they are written.

        For coded statements in any number: none draws a plain edge, none may come twice, and no other refers to one.
        `finish` is called when all are there.
        """
        self._check_owner(source)
        self.sources[source.id] = source
        self._touched_sources.add(source.id)
        self._emptied.add(source.id)
        self._streams.append((source.id, statements))
        self._finishes.append(finish)

    def forget_streams(self) -> None:
        """Lets go of the streams: they know of the draft, and together they would keep its revision open."""
        self._streams.clear()
        self._finishes.clear()

    def statement(self, id: str) -> Statement:
        """A statement that the draft holds."""
        if (found := self._put.get(id)) is not None:
            return found
        assert self.base is not None, "what is not put was written"
        return self.base.statement(id)

    def remove_source(self, id: str) -> int:
        """Removes a source with its statements; gives their number. Raises NotFoundError and InputError."""
        if id not in self.sources:
            raise NotFoundError("source", id)
        ids = set(self.ids_of(id))
        assert self.base is not None, "a source that is there was written"
        places = (p for i in ids for p in self.base.store.referring(self.iris.statement(i)))
        referring = {self.iris.id(holder) for graph, holder in places if graph != self.iris.identities_graph}
        for holder in referring - ids:
            raise InputError(
                f"the source {id!r} cannot be removed: statement {holder!r} of another source refers to one of its own",
                way_out="remove that one's source first",
            )
        others = [s.id for s in self.sources.values() if s.derived_from == id]
        if others:
            raise InputError(f"the source {id!r} cannot be removed: {', '.join(others)} are derived from it")
        self.drop_source(id)
        return len(ids)

    # What a change of the engine itself has made so, without asking whether it may

    def drop_source(self, id: str) -> list[str]:
        """Forgets a source and its statements; gives the unnamed entities that go with it unless something names them.

        Who has no name belongs to the source.
        """
        for statement in self.ids_of(id):
            self.drop_statement(statement)
        del self.sources[id]
        self._removed_sources.add(id)
        unnamed = [e.id for e in self.entities.values() if e.unnamed_in == id]
        for entity in unnamed:
            self.datasets[entity] = ()
            self._touched_entities.add(entity)
        return unnamed

    def drop_statement(self, id: str) -> None:
        """Forgets a statement."""
        self._put.pop(id, None)
        self._standing.discard(id)
        self._removed.add(id)

    def set_source(self, source: Source) -> None:
        """Adds or replaces a source."""
        old = self.sources.get(source.id)
        self.sources[source.id] = source
        self._touched_sources.add(source.id)
        if old and old != source and self.base:
            # Bounds depend on the date of publication, and defaults stand on the source: write its statements anew.
            for statement in self.base.statements(self._rows_of(source.id)):
                self._put.setdefault(statement.id, statement)

    def restated(self) -> Iterator[Statement]:
        """The statements to be written that belong to a source that was there and has changed."""
        for statement in self._put.values():
            if statement.source in self._touched_sources and self.columns.row(statement.id) is not None:
                yield statement

    def set_entity(self, entity: Entity, datasets: tuple[str, ...]) -> None:
        """Adds or replaces an entity and the data sets that define it."""
        self.entities[entity.id] = entity
        self.datasets[entity.id] = datasets
        self._touched_entities.add(entity.id)

    def drop_entity(self, id: str) -> None:
        """Forgets an entity."""
        self.entities.pop(id, None)
        self.datasets.pop(id, None)
        self._touched_entities.add(id)

    def copy(self, revision: Revision) -> None:
        """Puts a copy of the engine that the draft starts from into the folder of a revision."""
        if self.base:
            self.base.store.backup(revision.db)

    def write(self, revision: Revision, report: Report, *, check: Check | None = None, raw: bool = False) -> None:
        """Fills the folder of a revision that has the engine's copy: changes, columns, catalogue, notes.

        `check` is asked when the engine holds everything, and may raise. What is `raw` is left in the engine as it
        is: only the plain edges and the mirror follow it.
        """
        store = EmbeddedStore(revision.db, self.iris.base, writable=True)
        try:
            if self.vocabulary and (self.base is None or self.base.meta.get("ontology") != ontology_hash()):
                store.clear(self.iris.ontology_graph)
                for path in ontology_files():
                    store.load_turtle(path, self.iris.ontology_graph)
            if not raw:
                self._unload(store)
            with store.loading() as load:
                editor = Editor(self.columns, self.sources)
                load(chunks(self._statement_quads(editor, stands=raw)))
                triples = BatchTriples(self.sources, self.iris)
                for source, batches in self._streams:
                    load(chunks(map(triples, editor.adding(batches))), graph=self.iris.source(source))
                editor.name(self.entities)
                columns = editor.finish(self._removed, self._emptied_rows())
                for finish in self._finishes:
                    load(chunks(event_quad(*told, self.iris) for told in columns.set_events(finish(columns))))
                if not raw:
                    self._drop_unused(columns)
                    load(chunks(self._catalogue_quads()))
                drawn, gone = edge_changes(self.columns, columns, self._put.keys() | self._removed)
                load(chunks(edge_quad(*e, self.iris) for e in sorted(drawn)))
            store.remove_quads("".join(edge_quad(*e, self.iris) for e in sorted(gone)))
            if not raw:
                self._put_identities(store)
            if check:
                check(store, columns)
            quads, described = self._describe(store, columns, raw=raw)
            store.flush()
        finally:
            store.close()
        columns.save(revision.path)
        write_catalogue(revision, self.entities.values(), self.sources.values())
        (revision.path / "datasets.json").write_text(json.dumps(self.datasets))
        meta = {
            "revision": revision.number,
            "statements": len(columns),
            "entities": len(self.entities),
            "sources": len(self.sources),
            "imports": sorted(filter(None, (s.kept_as for s in self.sources.values()))),
            "quads": quads,
            "described": described,
            "ontology": ontology_hash() if self.vocabulary else None,
        }
        revision.write_meta(meta)
        self.contents = Contents(meta, columns, self.entities, self.sources, self.datasets, self.judgements)
        report.revision = revision.number
        report.quads = quads - (self.base.meta.get("quads", 0) if self.base else 0)

    @property
    def identities(self) -> Identities:
        """Who is whom, as far as the draft has come."""
        return Identities(self.judgements, self.entities)

    def _put_identities(self, store: EmbeddedStore) -> None:
        before = self.base.identities if self.base else Identities()
        now, iris = self.identities, self.iris
        if (now.judgements, now.merged) != (before.judgements, before.merged):
            store.put_graph(iris.identities_graph, str(identity_triples(now, iris)))

    def _describe(self, store: EmbeddedStore, columns: Columns, *, raw: bool) -> tuple[int, bool]:
        """Writes the graph's description of itself; gives the number of quads of the store, and whether it has one.

        A store that holds raw RDF, which nothing here counts, keeps none rather than one that is not true.
        """
        if not self.vocabulary:
            return len(store), False
        found, quads = self._description(columns)
        store.put_graph(self.iris.service_graph, str(found))
        # What only models have written since it was last counted need not be counted again: that takes a while.
        trusted = not raw and (self.base is None or self.base.meta.get("described"))
        if trusted or len(store) == quads:
            return quads, True
        store.clear(self.iris.service_graph)
        return len(store), False

    def _description(self, columns: Columns) -> tuple[Triples, int]:
        identities = identity_triples(self.identities, self.iris)
        census = take_census(
            columns, self.entities, self.sources, self.datasets, edge_counts(columns), identities, self.iris
        )
        licences = {self.iris.source(s.id): s.licence for s in self.sources.values()}
        found = own_description(census, licences, self.iris)
        return found, census.triples + len(found.lines)

    def _drop_unused(self, columns: Columns) -> None:
        """Forgets entities that no data set defines and nothing names."""
        loose = {i for i in self._touched_entities if not self.datasets.get(i)}
        if not loose:
            return
        loose -= used_entities(columns)
        # Who is merged into somebody is still read as that one; who has no name goes with the source.
        loose -= {i for i in self.identities.held & loose if self.entities[i].unnamed_in in (None, *self.sources)}
        while gone := loose - {r for e in self.entities.values() for r in e.references()}:
            for id in gone:
                self.entities.pop(id, None)
                self.datasets.pop(id, None)
            loose -= gone

    def _unload(self, store: EmbeddedStore) -> None:
        iris = self.iris
        for source in self._removed_sources | (self._emptied & self.columns.source_number.keys()):
            store.clear(iris.source(source))
        if self.base is None:
            return
        store.remove((iris.entity(e) for e in self._touched_entities), iris.entities_graph)
        for id in self._touched_sources:
            store.remove([iris.source(id)], iris.source(id))
        for id in {*self._put, *self._removed} - self._standing:
            row = self.base.columns.row(id)
            if row is not None:
                graph = iris.source(self.base.columns.sources[self.base.columns.source[row]])
                chain = self.base.columns.chains[self.base.columns.speakers[row]]
                node = iris.statement(id)
                store.remove([node, *(f"{node}/speaker/{n + 1}" for n in range(len(chain)))], graph)

    def _statement_quads(self, editor: Editor, *, stands: bool) -> Iterator[str]:
        """The quads of all statements that are put, which the columns get at the same time."""
        for id, statement in self._put.items():
            editor.add(statement)
            if not stands and id not in self._standing:
                yield statement_quads(statement, self.sources[statement.source], self.iris)

    def _emptied_rows(self) -> Rows:
        numbers = [n for s in self._emptied if (n := self.columns.source_number.get(s)) is not None]
        return np.flatnonzero(np.isin(self.columns.source, numbers))

    def _catalogue_quads(self) -> Iterator[str]:
        for id in sorted(self._touched_entities & self.entities.keys()):
            yield entity_quads(self.entities[id], self.datasets.get(id, ()), self.iris)
        for id in sorted(self._touched_sources & self.sources.keys()):
            yield source_quads(self.sources[id], self.iris)


def used_entities(c: Columns) -> set[str]:
    """Ids of the entities that some statement names."""
    numbers = {int(n) for column in (c.object, c.topic, c.place) for n in np.unique(column)}
    numbers |= {int(n) for n in np.unique(c.subject[c.flags & SUBJECT_IS_STATEMENT == 0])}
    numbers |= {e for n in np.unique(c.parties) for e in c.party_sets[n]}
    numbers |= {e for n in np.unique(c.roles) for _, e in c.role_sets[n]}
    numbers |= {e for n in np.unique(c.speakers) for e in c.chains[n]}
    return {c.entities[n] for n in numbers if n != NONE}


def ontology_files() -> list[Path]:
    """The Turtle files of the vocabulary that a store keeps a copy of."""
    folder = Path(ontology.__file__).parent
    return [folder / "tertius.ttl", folder / "relations.ttl"]


@cache
def ontology_hash() -> str:
    """Hash of those files: a store made with others gets them anew at the next write."""
    return hashlib.sha256(b"".join(p.read_bytes() for p in ontology_files())).hexdigest()
