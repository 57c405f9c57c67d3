"""What a change of the engine's quads means for the graph: changed nodes read back as models, and checked.

A change through SPARQL or the Graph Store writes quads as it likes. Here each node that it touched is read again as
a statement, an entity or a source, and must say nothing that these cannot say. What is raw is not checked: there the
mirror follows what reads as whole, and the rest is left to the store alone.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from graph.changes import Touched
from graph.columns import Columns
from graph.edges import edges_from
from graph.entities import Entity
from graph.exceptions import ChangeRefusedError, Refusal
from graph.frames import faults_of, source_faults
from graph.rdf import Iris, edge_quad, statement_quads
from graph.shapes import Severity, focus_findings, shortened
from graph.snapshot import (
    UNREADABLE,
    ForeignQuadsError,
    Snapshot,
    read_judgements,
    whole_entity,
    whole_source,
    whole_statement,
)  # fmt: skip
from graph.sources import Source
from graph.statements import Statement
from graph.stores import EmbeddedStore
from graph.stores.embedded import BLANK, Place, normal_quads
from graph.writing import Draft, Report
from ontology import PREFIXES, Kind, store_prefixes

M = TypeVar("M")


class NothingChangedError(Exception):
    """A change left everything as it was."""


class Review:
    """What a change of a draft's engine comes to: to be read before the draft is written, and checked after."""

    def __init__(self, base: Snapshot, draft: Draft, *, raw: bool) -> None:
        self._base, self._draft, self._raw = base, draft, raw
        self._iris: Iris = draft.iris
        self._prefixes = store_prefixes(draft.iris.base)
        self._refusals: list[Refusal] = []
        self._changed = self._created = False
        # Ids of what differs, statements with their sources; what is written below a statement's IRI, as its speakers
        # are; subjects whose plain edges were written by hand.
        self._entities: set[str] = set()
        self._sources: set[str] = set()
        self._statements: dict[str, set[str]] = {}
        self._parts: dict[str, set[Place]] = {}
        self._edges: set[str] = set()
        # Quads that were taken from nodes that are still there.
        self._taken: dict[Place, frozenset[str]] = {}

    def read(self, db: Path, touched: Touched) -> None:
        """Reads all that the change touched into the draft.

        Raises NothingChangedError, and ChangeRefusedError unless it is raw.
        """
        self._created = touched.created
        self._store = EmbeddedStore(db, self._iris.base)
        try:
            self._read(touched)
        finally:
            self._store.close()
        if not self._changed:
            raise NothingChangedError
        self._settle()

    def tell(self, report: Report) -> None:
        """Notes in a report how much has changed."""
        before, draft = self._base.columns, self._draft
        there = {i for i in self._statements if before.row(i) is not None}
        now = {i for i in self._statements if draft.has_statement(i)}
        report.added, report.changed, report.removed = len(now - there), len(now & there), len(there - now)
        report.entities, report.sources, report.created = len(self._entities), len(self._sources), self._created

    def check(self, store: EmbeddedStore, columns: Columns) -> None:
        """Looks at the draft's engine when all is written. Raises ChangeRefusedError."""
        iris = self._iris
        carried = edges_from(columns, {iris.id(n) for n in self._edges}) if self._edges else ()
        expected = normal_quads("".join(edge_quad(*e, iris) for e in carried))
        for node in sorted(self._edges):
            actual = store.quads(node, iris.edges_graph)
            for edge in sorted(actual - expected):
                self._refuse(node, f"no active statement that its source vouches for carries this edge: {edge}")
            missing = {e for e in expected if e.startswith(f"<{node}> ")} - actual
            for edge in sorted(missing):
                self._refuse(node, f"statements carry this edge, retract or remove them and it goes: {edge}")
        for (graph, node), taken in self._taken.items():
            if graph != iris.edges_graph and (back := taken & store.quads(node, graph)):
                self._refuse(node, f"this follows from the rest of it and cannot go alone: {'; '.join(sorted(back))}")
        self._settle()
        draft = self._draft
        statements = [i for i in self._statements if draft.has_statement(i)]
        named = self._entities.union(*(draft.statement(i).entities() for i in statements))
        posts = {iris.entity(i) for i in named if draft.kind_of(i) is Kind.POST}
        focus = [
            *map(iris.statement, statements),
            *(iris.entity(i) for i in self._entities if i in draft.entities),
            *(iris.source(i) for i in self._sources if i in draft.sources),
        ]
        for finding in focus_findings(store, iris, focus, posts):
            if finding.severity is Severity.VIOLATION:
                self._refusals.append(Refusal(finding.focus, finding.message))
        self._settle()

    def _settle(self) -> None:
        if self._refusals and not self._raw:
            raise ChangeRefusedError(self._refusals)

    def _read(self, touched: Touched) -> None:
        for graph, subject in sorted(self._differing(touched), key=str):
            self._changed = True
            self._sort(graph, subject)
        self._check_graphs()
        for id in sorted(self._sources):
            self._read_source(id)
        unread = set(self._entities), dict(self._statements)
        while any(unread):
            appeared = {i for i in unread[0] if self._read_entity(i)}
            appeared |= {i for i, sources in unread[1].items() if self._read_statement(i, sources)}
            unread = self._waiting_for(appeared) if self._raw else (set(), {})
        self._check_references()

    # What differs

    def _differing(self, touched: Touched) -> Iterator[Place]:
        before, after = self._base.store, self._store
        places, graphs = set(touched.places), set(touched.graphs)
        if touched.everything:
            graphs |= {None, *before.graphs(), *after.graphs()}
        for graph in graphs:
            if (
                graph is not None
                and (id := self._source_id(graph)) in self._base.sources
                and not after.has_graph(graph)
            ):
                self._changed = True
                self._sources.add(id)  # with all its statements: no need to look at each
                places -= {p for p in places if p[0] == graph}
                continue
            places |= {(graph, s) for s in before.subjects_in(graph) | after.subjects_in(graph)}
        for graph, subject in places:
            if subject == BLANK:
                if self._raw or BLANK in after.subjects_in(graph):
                    yield graph, subject
            elif (was := before.quads(subject, graph)) != (now := after.quads(subject, graph)):
                if now and was - now:
                    self._taken[graph, subject] = was - now
                yield graph, subject

    def _check_graphs(self) -> None:
        """A graph that came or went without any quad is a change too."""
        before, after = set(self._base.store.graphs()), set(self._store.graphs())
        if before == after:
            return
        self._changed = True
        if not self._raw:
            ours = {self._iris.entities_graph, self._iris.edges_graph, self._iris.identities_graph}
            for graph in sorted(after - before - ours):
                if self._source_id(graph) not in self._sources and not self._store.subjects_in(graph):
                    self._refuse(graph, f"no graph of this store: {_GRAPHS}")

    def _sort(self, graph: str | None, subject: str) -> None:
        iris = self._iris
        source = self._source_id(graph)
        if graph == iris.entities_graph and subject == iris.entity(subject.removeprefix(iris.entity(""))):
            self._entities.add(subject.removeprefix(iris.entity("")))
        elif source and subject == graph:
            self._sources.add(source)
        elif source and iris.is_statement(subject):
            id, _, part = subject.removeprefix(iris.statement("")).partition("/")
            self._statements.setdefault(id, set()).add(source)
            if part or subject != iris.statement(id):
                self._parts.setdefault(id, set()).add((graph, subject))
        elif graph == iris.edges_graph and subject != BLANK:
            self._edges.add(subject)
        elif self._raw:
            if graph == iris.identities_graph:
                self._draft.judgements = read_judgements(self._store, iris)
        elif graph == iris.identities_graph:
            self._refuse(
                subject,
                "who is whom is not written here: `tertius entities merge` and `split` record it with its reason",
            )
        elif graph == iris.ontology_graph:
            if not any(r.focus == "g:ontology" for r in self._refusals):
                self._refuse(graph, "the store's copy of the vocabulary comes with the software and is not written")
        elif graph == iris.service_graph:
            if not any(r.focus == "g:service" for r in self._refusals):
                self._refuse(
                    graph, "the graph's description of itself is derived from what it holds and is not written"
                )
        elif subject == BLANK:
            self._refuse(_named(graph), "blank nodes are not kept: give the node an IRI")
        elif self._store.quads(subject, graph):
            self._refuse(subject, f"stands in {_named(graph)} and is no node of this store: {_GRAPHS}")

    def _source_id(self, graph: str | None) -> str:
        prefix = self._iris.source("")
        return graph.removeprefix(prefix) if graph and graph.startswith(prefix) else ""

    def _refuse(self, node: str, message: str) -> None:
        self._refusals.append(Refusal(shortened(node, self._prefixes), shortened(message, self._prefixes)))

    # Reading back

    def _read_source(self, id: str) -> None:
        iris, draft = self._iris, self._draft
        node = iris.source(id)
        given = self._store.quads(node, node)
        source = self._whole(node, lambda: whole_source(self._store, iris, id)) if given else None
        if source is not None:
            draft.set_source(source)
            if self._raw and source != self._base.sources.get(id):
                self._find_statements(id)  # some may be whole only now, or mean something else
            return
        left = next(self._store.subjects(f"{PREFIXES['rdf']}predicate", node), None)
        if left is not None and not given:
            self._refuse(node, f"still has statements, as {left}: remove them too, or keep it")
        if id in draft.sources:
            unnamed = draft.drop_source(id)
            if self._raw:
                self._entities.update(unnamed)
            for gone in draft.ids_of(id):
                self._statements.setdefault(gone, set()).add(id)

    def _find_statements(self, source: str) -> None:
        for node in self._store.subjects(f"{PREFIXES['rdf']}predicate", self._iris.source(source)):
            if self._iris.is_statement(node):
                self._statements.setdefault(self._iris.id(node), set()).add(source)

    def _read_entity(self, id: str) -> bool:
        """Whether there is an entity now that was not there before, or was of another kind."""
        iris, draft = self._iris, self._draft
        node = iris.entity(id)
        given = self._store.quads(node, iris.entities_graph)

        found = self._whole(node, lambda: whole_entity(self._store, iris, id)) if given else None
        if found is None:
            if id in draft.entities and id in draft.identities.held:
                self._refuse(node, "is merged with another entity, or read as one: `tertius entities split` it first")
            draft.drop_entity(id)
            return False
        draft.set_entity(*found)
        return self._has_other_kind(id)

    def _has_other_kind(self, id: str) -> bool:
        before = self._base.entities.get(id)
        return before is None or before.kind is not self._draft.entities[id].kind

    def _read_statement(self, id: str, sources: Iterable[str]) -> bool:
        """Whether there is a statement now that was not there before."""
        before = self._base.columns.row(id)
        if before is not None:
            sources = {*sources, self._base.columns.sources[self._base.columns.source[before]]}
        # It can be whole in one source only, which is part of its content.
        found = [s for source in sorted(sources) if (s := self._statement_in(id, source)) is not None]
        if not found:
            self._draft.drop_statement(id)
            return False
        statement, stands = found[0]
        self._draft.put_statement(statement, stands=stands)
        return before is None

    def _statement_in(self, id: str, source_id: str) -> tuple[Statement, bool] | None:
        """The statement that stands in the graph of a source, and whether in just the quads that it is written in."""
        iris, store = self._iris, self._store
        node, graph = iris.statement(id), iris.source(source_id)
        given = store.quads(node, graph)
        parts = {s for g, s in self._parts.get(id, ()) if g == graph and not self._raw}
        source = self._draft.sources.get(source_id)
        if not given:
            for part in sorted(p for p in parts if store.quads(p, graph)):
                self._refuse(part, f"belongs to no statement of {graph}")
            return None
        if source is None:
            self._refuse(node, f"its source {source_id!r} is not described: add the source to its own graph")
            return None
        found = self._whole(node, lambda: whole_statement(store, iris, id, source, parts))
        if found is None:
            return None
        statement, quads = found
        return statement, normal_quads(statement_quads(statement, source, iris)) == quads

    def _whole(self, node: str, read: Callable[[], M]) -> M | None:
        """The model of a node, None where it has none or where the node says more than the model."""
        try:
            return read()
        except ForeignQuadsError as error:
            self._refuse(node, str(error))
        except UNREADABLE as error:
            self._refuse(node, f"cannot be read: {_first_line(error)}")
        return None

    # References

    def _holders(self, iri: str) -> Iterator[Place]:
        for graph, subject in self._store.referring(iri):
            if graph not in (self._iris.edges_graph, self._iris.identities_graph):
                yield graph, subject

    def _waiting_for(self, appeared: Iterable[str]) -> tuple[set[str], dict[str, set[str]]]:
        """Nodes that the mirror has left out and that name one of these: they may be whole now."""
        entities: set[str] = set()
        statements: dict[str, set[str]] = {}
        for id in appeared:
            for iri in (self._iris.entity(id), self._iris.statement(id)):
                for graph, subject in self._holders(iri):
                    node, source = self._iris.id(subject), self._source_id(graph)
                    if source and self._iris.is_statement(subject) and not self._draft.has_statement(node):
                        statements.setdefault(node, set()).add(source)
                    elif graph == self._iris.entities_graph and node not in self._draft.entities:
                        entities.add(node)
        self._entities |= entities
        for id, sources in statements.items():
            self._statements.setdefault(id, set()).update(sources)
        return entities, statements

    def _check_references(self) -> None:
        """Whether all that is named exists. What is raw and names nothing leaves the mirror, and so who names it."""
        iris, draft = self._iris, self._draft
        todo = [
            *map(iris.entity, self._entities), *map(iris.statement, self._statements), *map(iris.source, self._sources)
        ]  # fmt: skip
        if not self._raw:  # else they have been read again
            self._check_restated()
        # What an entity is decides where it may be named.
        other = {iris.entity(i) for i in self._entities if i in draft.entities and self._has_other_kind(i)}
        waiting = set(todo)
        while todo:
            node = todo.pop()
            waiting.discard(node)
            there = self._exists(node)
            faults = list(self._faults(node)) if there else []
            for field, message in faults:
                self._refuse(node, f"{field}: {message}")
            if faults and self._raw:
                self._drop(node)
                there = False
            if not there or node in other:  # who names it is to be looked at, again where it was well before
                other.discard(node)
                holders = {holder.partition("/speaker/")[0] for _, holder in self._holders(node)}
                again = [h for h in holders - waiting if self._exists(h)]
                todo += again
                waiting.update(again)

    def _check_restated(self) -> None:
        """Statements that are as they were fit in a source that has changed, too."""
        for statement in self._draft.restated():
            if statement.id not in self._statements:
                for field, message in source_faults(statement, self._draft.sources[statement.source]):
                    self._refuse(self._iris.statement(statement.id), f"{field}: {message}")

    def _exists(self, node: str) -> bool:
        iris, draft = self._iris, self._draft
        id = iris.id(node)
        if iris.is_statement(node):
            return draft.has_statement(id)
        return id in (draft.entities if node == iris.entity(id) else draft.sources)

    def _drop(self, node: str) -> None:
        id = self._iris.id(node)
        if self._iris.is_statement(node):
            self._draft.drop_statement(id)
        elif node == self._iris.entity(id):
            self._draft.drop_entity(id)
        else:
            self._draft.drop_source(id)

    def _faults(self, node: str) -> Iterator[tuple[str, str]]:
        draft, id = self._draft, self._iris.id(node)
        if self._iris.is_statement(node):
            thing: Statement | Entity | Source = draft.statement(id)
        else:
            thing = draft.entities[id] if node == self._iris.entity(id) else draft.sources[id]
        return faults_of(thing, draft.kind_of, draft.sources.get, draft.has_statement)


_GRAPHS = (
    "statements stand in the graph of their source, with its description; entities in g:entities, plain edges in "
    "g:edges. Other RDF is written only where the operator allows it (TERTIUS_RAW_RDF)"
)


def _named(graph: str | None) -> str:
    return "the default graph" if graph is None else graph


def _first_line(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if callable(errors):  # pydantic's, with the field of each
        return "; ".join(f"{'.'.join(map(str, e['loc'])) or 'statement'}: {e['msg']}" for e in errors())
    return str(error).splitlines()[0] if str(error) else type(error).__name__
