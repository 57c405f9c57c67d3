"""What may be asked of a store beside loading data sets: SPARQL updates and whole graphs, applied to a draft's engine.

A change is picklable, and so is what it touched: it may be applied in a process that can be killed.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from graph.exceptions import GraphConflictError, NotFoundError, QueryRefusedError, StoreWriteError
from graph.policy import check_query
from graph.stores.embedded import BLANK, NO_TRIPLE_TERMS, EmbeddedStore, Place, places_of_data
from graph.updates import Operation, graphs_named, split, template, variable, with_dataset
from ontology import store_prefixes


@dataclass
class Touched:
    """Where a change may have changed something: single subjects in their graphs, whole graphs, or everything.

    Never less than what it did, at times more. `created`: the graph that was written was not there before.
    """

    places: set[Place] = field(default_factory=set)
    graphs: set[str | None] = field(default_factory=set)
    everything: bool = False
    created: bool = False


class Change(Protocol):
    """Something to apply to an engine that is open for writing."""

    def apply(self, store: EmbeddedStore, prefixes: Mapping[str, str]) -> Touched:
        """Applies it, the prefixes being declared beforehand. An error leaves the engine in any state."""


@dataclass(frozen=True)
class SparqlUpdate:
    """A SPARQL 1.1 update: all of its operations or none.

    `using` and `using_named` are the dataset of the protocol, in place of USING clauses. LOAD is refused, as no
    write leaves this store; LOAD SILENT loads nothing.
    """

    text: str
    base: str | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()

    def apply(self, store: EmbeddedStore, prefixes: Mapping[str, str]) -> Touched:
        """Applies it.

        Raises QuerySyntaxError, QueryRefusedError, GraphConflictError, ParameterError, QueryError.
        """
        declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
        operations = with_dataset(split(self.text, declared), self.using, self.using_named)
        for o in operations:
            store.check_operation(o.prologue, o.text, self.base, (o.line, o.column))
            if o.keyword == "LOAD" and not o.silent:
                raise QueryRefusedError("LOAD is not allowed here: send the data itself, to /store or as INSERT DATA")
            if o.where is not None:
                if o.makes_triple_terms:
                    raise QueryRefusedError(NO_TRIPLE_TERMS)
                check_query(f"ASK {o.pattern}", max_length=sys.maxsize, max_depth=sys.maxsize)
                # The engine must read the pattern as one: else it would not end where it was found to end.
                store.check_syntax(o.select(), self.base)
        touched = Touched()
        for o in operations:
            if o.keyword != "LOAD":
                self._apply(o, store, touched)
        if touched.everything or any(graph == BLANK for graph, _ in touched.places):
            store.drop_nameless()
            touched.places = {p for p in touched.places if p[0] != BLANK}
        return touched

    def _apply(self, o: Operation, store: EmbeddedStore, touched: Touched) -> None:
        update = o.update
        match o.keyword:
            case "INSERT DATA" | "DELETE DATA":
                text = o.as_insertion if o.keyword == "DELETE DATA" else update
                touched.places |= self._read(text)
            case "INSERT" | "DELETE":
                update = self._note(o, store, touched)
            case _:
                graphs = graphs_named(o, self._read)
                touched.everything |= graphs is None
                touched.graphs |= set(graphs or ())
                if graphs and not o.silent and o.keyword != "CLEAR":
                    _check_presence(o.keyword, graphs[0], store)
                if o.keyword == "CLEAR":
                    # The protocol's suite clears a graph that is not there, as one that happens to be empty.
                    update = o.as_silent
        store.update(update, self.base)

    def _read(self, text: str) -> set[Place]:
        return places_of_data(text, self.base)

    def _note(self, o: Operation, store: EmbeddedStore, touched: Touched) -> str:
        """Notes what an operation with a pattern will touch; gives the update that touches nothing else."""
        found = template(o, self._read)
        default = None if "USING" in o.words else found.given
        if o.is_volatile:
            # Solutions that differ each time are taken once, and the operation is made one about them.
            names, solutions = store.solutions(o.select(), self.base, default)
            rows = list(solutions)
            if any(term and term.startswith("_:") for row in rows for term in row):
                touched.everything = True
                return o.update
        else:
            names, rows = found.variables, [[]]
            if names:
                _, solutions = store.solutions(o.select(names), self.base, default)
                rows = list(solutions)
        for row in rows:
            values = dict(zip(names, row, strict=True))
            for graph, subject in found.places:
                place = None if graph is None else _filled(graph, values), _filled(subject, values)
                if place[1] is not None and (graph is None or place[0] is not None):
                    touched.places.add((place[0], place[1]))
        if not o.is_volatile:
            return o.update
        head = " ".join(f"?{n}" for n in names)
        body = "".join(f"({' '.join(term or 'UNDEF' for term in row)})\n" for row in rows)
        return o.with_pattern(f"{{ VALUES ({head}) {{ {body} }} }}")


def _check_presence(operation: str, graph: str | None, store: EmbeddedStore) -> None:
    """Raises GraphConflictError where the graph that is made is there, or one that is taken is not.

    The engine would copy a graph that is not there, and so empty the other one for want of a letter in a name.
    """
    if graph is not None and store.has_graph(graph) == (operation == "CREATE"):
        raise GraphConflictError(operation, graph)


def _filled(term: str, values: Mapping[str, str | None]) -> str | None:
    """The IRI that a term of a template becomes, BLANK for a blank node; None where it becomes none."""
    name = variable(term)
    if name is None:
        return term
    text = values.get(name)
    if text is None or text.startswith('"'):
        return None
    return text[1:-1] if text.startswith("<") else BLANK


@dataclass(frozen=True)
class GraphLoad:
    """RDF for one graph, the default one where `graph` is None: in place of what it holds, or added to it.

    `parts` are documents with their media types. Relative IRIs resolve against `base`.
    """

    graph: str | None
    parts: tuple[tuple[bytes, str], ...]
    base: str
    replace: bool = False

    def apply(self, store: EmbeddedStore, prefixes: Mapping[str, str]) -> Touched:
        """Applies it. Raises RdfSyntaxError."""
        del prefixes  # a document declares its own
        created = not store.has_graph(self.graph)
        touched = Touched(created=created)
        if self.replace and not created:
            touched.graphs.add(self.graph)
            store.clear(self.graph)
        for data, media_type in self.parts:
            touched.places |= store.insert(data, media_type, self.graph, self.base)
        return touched


@dataclass(frozen=True)
class GraphDrop:
    """Removes a graph; the default one, where `graph` is None, is emptied."""

    graph: str | None

    def apply(self, store: EmbeddedStore, prefixes: Mapping[str, str]) -> Touched:
        """Applies it. Raises NotFoundError."""
        del prefixes
        if self.graph is not None and not store.has_graph(self.graph):
            raise NotFoundError("graph", self.graph)
        store.clear(self.graph)
        return Touched(graphs={self.graph})


def apply_change(db: Path, base: str, change: Change, *, prefixes: bool = True) -> Touched:
    """Applies a change to the engine's folder of a draft. Raises the errors of the change and StoreWriteError.

    `base` is the store's own; `prefixes` tells whether its usual prefixes are declared beforehand.
    """
    store = EmbeddedStore(db, base, writable=True)
    try:
        touched = change.apply(store, store_prefixes(base) if prefixes else {})
        store.flush()
        return touched
    except OSError as error:
        raise StoreWriteError(f"writing to {db} failed, the store is as it was: {error}") from error
    finally:
        store.close()
