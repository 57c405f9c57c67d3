"""The embedded engine: Oxigraph on disk. The only module that imports it."""

import contextlib
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox
from rdflib import Literal, URIRef

from graph.exceptions import (
    ParameterError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooLargeError,
    RdfSyntaxError,
    StoreFormatError,
    StoreLockedError,
    StoreWriteError,
)
from graph.rdf import Property
from graph.sparql_text import names_dataset
from graph.stores.base import Answer, QueryDataset
from graph.stores.loading import BulkLoad, Load
from ontology import store_prefixes

RDF_FORMATS = {f.media_type: f for f in (
    ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG,
    ox.RdfFormat.JSON_LD, ox.RdfFormat.RDF_XML,
)}  # fmt: skip
RESULT_FORMATS = {f.media_type.partition(";")[0]: f for f in (
    ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV,
)}  # fmt: skip
_ROW_ENDS = {ox.QueryResultsFormat.JSON: b"}", ox.QueryResultsFormat.XML: b"</result>"}
_NOT_SELECTED = re.compile(r"does not contains? variable \?(\w+) in its SELECT projection")
_NOT_A_FUNCTION = re.compile(r"The custom function <([^>]*)> is not supported")

Place = tuple[str | None, str]
"""A graph, None for the default one, and a subject in it."""
BLANK = "_:"
"""Stands for every subject without an IRI."""
NO_TRIPLE_TERMS = (
    "a triple as a term of another (<<( )>>, {| |}, TRIPLE) is of RDF 1.2 and not kept here: give it an IRI instead"
)
"""Nested deep enough such a term ends every process that reads it."""
_PLACE = re.compile(r"at (\d+):(\d+)")


class EmbeddedStore:
    """A folder of Oxigraph's, opened for reading or for writing.

    A folder opened for reading must not be written by anybody: revisions see to that.
    """

    def __init__(self, path: Path, base: str, *, writable: bool = False) -> None:
        self.path, self.base = path, base
        self._prefixes = store_prefixes(base)
        try:
            self.engine = ox.Store(str(path)) if writable else ox.Store.read_only(str(path))
        except OSError as error:
            if "lock" in str(error).lower():
                raise StoreLockedError(f"{path} is being written by another process: {error}") from error
            kind = StoreWriteError if writable else StoreFormatError
            raise kind(f"{path} cannot be opened: {error}") from error

    # Reading

    def describe(self, iris: Iterable[str], graph: str | None = None) -> dict[str, list[Property]]:
        """The properties of each subject, within one named graph where it is given."""
        where = ox.NamedNode(graph) if graph else None
        found: dict[str, list[Property]] = {}
        for iri in iris:
            found[iri] = [_property(q) for q in self.engine.quads_for_pattern(ox.NamedNode(iri), None, None, where)]
        return found

    def triples(self, iri: str, graph: str | None = None) -> Iterator[str]:
        """The triples with this subject, or with any in a named graph where the IRI is empty, as lines of N-Triples."""
        subject = ox.NamedNode(iri) if iri else None
        for quad in self.engine.quads_for_pattern(subject, None, None, ox.NamedNode(graph) if graph else None):
            yield f"{quad.triple} ."

    def values(self, iri: str, predicate: str, graph: str) -> list[str]:
        """The values of one property within a named graph, as IRIs or lexical forms."""
        found = self.engine.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None, ox.NamedNode(graph))
        return [_property(quad).value for quad in found]

    def subjects(self, predicate: str, graph: str) -> Iterator[str]:
        """IRIs of the subjects that have the predicate in the named graph."""
        for quad in self.engine.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.NamedNode(graph)):
            yield _subject(quad)

    def referring(self, iri: str) -> Iterator[Place]:
        """The subjects, with their graphs, of which the IRI is a property's value."""
        for quad in self.engine.quads_for_pattern(None, None, ox.NamedNode(iri), None):
            yield _place(quad)

    def scan(self, graph: str) -> Iterator[tuple[str, Property]]:
        """All triples of a named graph, those of one subject one after the other."""
        for quad in self.engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
            yield _subject(quad), _property(quad)

    def lines_of(self, predicates: Iterable[str]) -> set[bytes]:
        """Subject, predicate and object of all quads with these predicates, as text: many times faster than terms."""
        values = " ".join(str(ox.NamedNode(p)) for p in predicates)
        solutions = self._query(f"SELECT ?s ?p ?o {{ VALUES ?p {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}", union=False)
        output = io.BytesIO()
        solutions.serialize(output, format=ox.QueryResultsFormat.TSV)
        return set(output.getvalue().split(b"\n")[1:-1])

    def quad_lines(self) -> set[bytes]:
        """All quads as canonical N-Quads, one a line."""
        output = io.BytesIO()
        self.engine.dump(output, format=ox.RdfFormat.N_QUADS)
        return set(output.getvalue().split(b"\n")[:-1])

    def select(self, query: str, bindings: Mapping[str, str] | None = None) -> list[dict[str, str]]:
        """Solutions of a SELECT over the union of all graphs, values as IRIs or lexical forms."""
        substitutions = {ox.Variable(k): ox.NamedNode(v) for k, v in (bindings or {}).items()}
        solutions = self._query(query, union=True, substitutions=substitutions)
        names = [v.value for v in solutions.variables]
        return [{n: s[n].value for n in names if s[n] is not None} for s in solutions]

    def answer(
        self,
        query: str,
        media_type: str | None = None,
        rdf_type: str | None = None,
        *,
        truth_type: str | None = None,
        union: bool = True,
        dataset: QueryDataset | None = None,
        base: str | None = None,
        prefixed: bool = True,
        max_rows: int | None = None,
        max_bytes: int | None = None,
        bindings: Mapping[str, URIRef | Literal] | None = None,
    ) -> Answer:
        """Any query of SPARQL 1.1, serialised whole: solutions as `media_type`, triples as `rdf_type`.

        Truth values are written as `truth_type`, else as `media_type`. The query is of `dataset` where it is given,
        else of what it says by FROM or of the store. Relative IRIs are resolved against `base`, the store's own where
        it is None; `prefixed` declares its prefixes; `bindings` replace variables by terms. Raises QuerySyntaxError,
        ParameterError for a variable that cannot be bound, QueryTooLargeError past `max_rows` or `max_bytes`,
        QueryError where the engine fails.
        """
        prefixes = self._prefixes if prefixed else {}
        substitutions = {ox.Variable(n): _engine_term(n, t) for n, t in (bindings or {}).items()}
        ask = partial(
            self._query, query, union=union, substitutions=substitutions, dataset=dataset, base=base, prefixes=prefixes
        )
        results = ask()
        output = _CappedBytes(max_bytes)
        try:
            if isinstance(results, ox.QueryTriples):
                rdf = RDF_FORMATS.get(rdf_type or "", ox.RdfFormat.TURTLE)
                ox.serialize(_capped(results, max_rows), output, format=rdf, prefixes=prefixes)
                body = output.getvalue()
                return Answer(_whole_lines(body) if rdf == ox.RdfFormat.RDF_XML else body, rdf.media_type)
            if isinstance(results, ox.QueryBoolean):
                truth = RESULT_FORMATS.get(truth_type or media_type or "", ox.QueryResultsFormat.JSON)
                if truth in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
                    return Answer(b"true" if results else b"false", _media_type(truth))
                return Answer(results.serialize(format=truth) or b"", _media_type(truth))
            format = RESULT_FORMATS.get(media_type or "", ox.QueryResultsFormat.JSON)
            results.serialize(output, format=format)
        except _ByteCapError:
            raise QueryTooLargeError(
                f"the answer is longer than {max_bytes} bytes: add LIMIT, or ask for less"
            ) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(str(error)) from error
        # A row ends in one of these, so their number is never below that of rows; only above the cap is it counted out.
        mark = _ROW_ENDS.get(format, b"\n")
        if max_rows is not None and output.getbuffer().nbytes > max_rows and output.getvalue().count(mark) > max_rows:
            rows = sum(1 for _ in itertools.islice(ask(), max_rows + 1))
            if rows > max_rows:
                raise QueryTooLargeError(f"more than {max_rows} rows: add LIMIT, or ask for less")
        body = output.getvalue()
        return Answer(_whole_lines(body) if format == ox.QueryResultsFormat.XML else body, _media_type(format))

    def _query(  # type: ignore[no-untyped-def]
        self,
        query: str,
        *,
        union: bool,
        substitutions: Mapping[ox.Variable, Any] | None = None,
        dataset: QueryDataset | None = None,
        base: str | None = None,
        prefixes: Mapping[str, str] | None = None,
    ):
        unknown: dict[ox.NamedNode, Any] = {}
        while True:
            try:
                return self.engine.query(
                    query,
                    base_iri=self.base if base is None else base,
                    prefixes=dict(self._prefixes if prefixes is None else prefixes),
                    # The engine would see the union even where the query says FROM.
                    use_default_graph_as_union=union and dataset is None and not names_dataset(query),
                    default_graph=None if dataset is None else [ox.NamedNode(g) for g in dataset.default],
                    named_graphs=None if dataset is None else [ox.NamedNode(g) for g in dataset.named],
                    substitutions=dict(substitutions or {}) or None,
                    custom_functions=unknown or None,
                )
            except SyntaxError as error:
                raise QuerySyntaxError(str(error)) from error
            except (OSError, RuntimeError, ValueError) as error:
                if (found := _NOT_A_FUNCTION.search(str(error))) and ox.NamedNode(found[1]) not in unknown:
                    # By the standard a function that nobody knows is an error of evaluation: it gives no value.
                    unknown[ox.NamedNode(found[1])] = _no_value
                    continue
                if found := _NOT_SELECTED.search(str(error)):
                    raise ParameterError(
                        found[1],
                        f"cannot be bound: a SELECT must select ?{found[1]}, other queries have it in a pattern",
                    ) from error
                raise QueryError(str(error)) from error

    def dump(self, output: IO[bytes], media_type: str, graph: str | None = None) -> None:
        """Writes all quads, or one named graph. A format without graphs holds the triples of all of them."""
        format = RDF_FORMATS[media_type]
        if graph is None and not format.supports_datasets:
            ox.serialize((q.triple for q in self.engine), output, format=format, prefixes=self._prefixes)
            return
        self.engine.dump(
            output,
            format=format,
            from_graph=ox.NamedNode(graph) if graph else None,
            prefixes=self._prefixes,
        )

    def dump_graph(self, output: IO[bytes], media_type: str, graph: str | None, *, prefixed: bool = True) -> None:
        """Writes the triples of one named graph, or of the default graph where it is None."""
        format = RDF_FORMATS[media_type]
        into = cast(IO[bytes], _WholeLines(output)) if format == ox.RdfFormat.RDF_XML else output
        prefixes = self._prefixes if prefixed else {}
        self.engine.dump(into, format=format, from_graph=_graph(graph), prefixes=prefixes)

    def graphs(self) -> list[str]:
        """IRIs of the named graphs, sorted."""
        return sorted(g.value for g in self.engine.named_graphs())

    def size(self, graph: str | None = None) -> int:
        """The number of triples of a named graph, of the default graph where none is given."""
        pattern = "GRAPH ?g { ?s ?p ?o }" if graph else "?s ?p ?o"
        bound = {ox.Variable("g"): ox.NamedNode(graph)} if graph else {}
        rows = self._query(f"SELECT ?g (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?g", union=False, substitutions=bound)
        return sum(int(row["n"].value) for row in rows)

    def __len__(self) -> int:
        return len(self.engine)

    def has_graph(self, graph: str | None) -> bool:
        """Whether the named graph is there, be it empty; of the default one, None, whether it holds anything."""
        if graph is None:
            return next(self.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is not None
        return self.engine.contains_named_graph(ox.NamedNode(graph))

    def quads(self, subject: str, graph: str | None) -> frozenset[str]:
        """All quads of a subject in a named graph, or in the default graph, as N-Quads without their ends."""
        found = self.engine.quads_for_pattern(ox.NamedNode(subject), None, None, _graph(graph))
        return frozenset(map(str, found))

    def subjects_in(self, graph: str | None) -> set[str]:
        """All subjects of a graph; blank nodes are told as one, BLANK."""
        return {_place(q)[1] for q in self.engine.quads_for_pattern(None, None, None, _graph(graph))}

    def check_syntax(self, query: str, base: str | None = None) -> None:
        """Raises QuerySyntaxError where the text is no query. It may be evaluated, over no data at all."""
        try:
            ox.Store().query(query, base_iri=base or self.base, prefixes=self._prefixes)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from None
        except (OSError, RuntimeError, ValueError):
            return

    # Writing

    def check_operation(self, prologue: str, text: str, base: str | None, place: tuple[int, int] = (1, 1)) -> None:
        """Raises QuerySyntaxError where this is no operation of an update. Nothing is evaluated.

        `place` is the line and column at which the text stands in the whole: the message tells them of the whole.
        """
        # The operation before it always fails, but only after everything has been parsed.
        before = f"{prologue}\nDROP GRAPH <urn:x-none:> ;\n"
        try:
            ox.Store().update(before + text, base_iri=base)
        except SyntaxError as error:
            skipped, (first, column) = before.count("\n"), place

            def told(match: re.Match[str]) -> str:
                line = int(match[1]) - skipped
                return f"at {line + first - 1}:{int(match[2]) + (column - 1 if line == 1 else 0)}"

            raise QuerySyntaxError(_PLACE.sub(told, str(error), count=1)) from None
        except RuntimeError:
            return

    def update(self, text: str, base: str | None) -> None:
        """Evaluates a SPARQL update over the strict dataset, whole or not at all.

        Raises QuerySyntaxError, QueryError where an operation fails, OSError where the disk is full.
        """
        try:
            self.engine.update(text, base_iri=base)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from None
        except (RuntimeError, ValueError) as error:
            raise QueryError(str(error)) from error

    def solutions(
        self, query: str, base: str | None, default: str | None
    ) -> tuple[list[str], Iterator[list[str | None]]]:
        """Variables and solutions of a SELECT over the strict dataset; terms as N-Triples.

        `default` is the graph that it sees as the default one, where it is to be another.
        """
        try:
            graph = None if default is None else ox.NamedNode(default)
            found = self.engine.query(query, base_iri=base, default_graph=graph)
            assert isinstance(found, ox.QuerySolutions), "it is a SELECT"
            names = [v.value for v in found.variables]
            return names, ([None if s[n] is None else str(s[n]) for n in names] for s in found)
        except SyntaxError as error:
            raise QuerySyntaxError(str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(str(error)) from error

    def drop_nameless(self) -> None:
        """Removes graphs that a blank node names: a dataset of SPARQL has none."""
        for graph in list(self.engine.named_graphs()):
            if isinstance(graph, ox.BlankNode):
                self.engine.remove_graph(graph)

    def insert(self, data: bytes, media_type: str, graph: str | None, base: str) -> set[Place]:
        """Adds RDF to a graph, which is there afterwards even if empty; gives graph and subject of each quad.

        Relative IRIs resolve against `base`; blank nodes are new ones. Raises RdfSyntaxError; then a part is added.
        """
        to = _graph(graph)
        if isinstance(to, ox.NamedNode):
            self.engine.add_graph(to)
        places = set()

        def noted() -> Iterator[ox.Quad]:
            for quad in ox.parse(
                data, format=RDF_FORMATS[media_type], base_iri=base, rename_blank_nodes=True, without_named_graphs=False
            ):
                if not isinstance(quad.graph_name, ox.DefaultGraph):
                    raise RdfSyntaxError(
                        f"the data name the graph {quad.graph_name.value}: send only the triples of the one graph"
                    )
                if isinstance(quad.object, ox.Triple):
                    raise RdfSyntaxError(NO_TRIPLE_TERMS)
                found = ox.Quad(quad.subject, quad.predicate, quad.object, to)
                places.add(_place(found))
                yield found

        try:
            self.engine.bulk_extend(noted())
        except (SyntaxError, ValueError) as error:
            raise RdfSyntaxError(str(error)) from None
        return places

    def load(self, pieces: Iterable[bytes]) -> None:
        """Adds N-Quads of our own making, whose IRIs are not validated again."""
        with self.loading() as load:
            load(pieces)

    @contextlib.contextmanager
    def loading(self) -> Iterator[Load]:
        """A function that adds N-Quads as `load` does, or N-Triples to a graph, while more of them are made.

        When the block ends everything is there; an error leaves a part.
        """
        with BulkLoad(self._load) as load:
            yield load.add

    def _load(self, lines: bytes, graph: str | None) -> None:
        format = ox.RdfFormat.N_QUADS if graph is None else ox.RdfFormat.N_TRIPLES
        self.engine.bulk_load(lines, format=format, lenient=True, to_graph=ox.NamedNode(graph) if graph else None)

    def load_turtle(self, path: Path, graph: str) -> None:
        """Adds a Turtle file to a named graph."""
        self.engine.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(graph))

    def remove(self, subjects: Iterable[str], graph: str) -> None:
        """Removes all quads of the subjects in the named graph."""
        where = ox.NamedNode(graph)
        for iri in subjects:
            for quad in list(self.engine.quads_for_pattern(ox.NamedNode(iri), None, None, where)):
                self.engine.remove(quad)

    def remove_quads(self, text: str) -> None:
        """Removes these N-Quads."""
        for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS):
            self.engine.remove(quad)

    def put_graph(self, graph: str, triples: str) -> None:
        """Makes a named graph hold these N-Triples and nothing else; what is there already is not written again."""
        where = ox.NamedNode(graph)
        wanted = {
            ox.Quad(q.subject, q.predicate, q.object, where) for q in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
        }
        there = set(self.engine.quads_for_pattern(None, None, None, where))
        for quad in there - wanted:
            self.engine.remove(quad)
        self.engine.extend(wanted - there)

    def excerpt(self, nodes: Iterable[str], graphs: Iterable[str], *, without: str) -> ox.Store:
        """A store in memory with all quads of these subjects but those of one graph, and with these graphs whole."""
        found, left_out = ox.Store(), ox.NamedNode(without)
        for iri in nodes:
            quads = self.engine.quads_for_pattern(ox.NamedNode(iri), None, None, None)
            found.extend(q for q in quads if q.graph_name != left_out)
        for graph in graphs:
            found.bulk_extend(self.engine.quads_for_pattern(None, None, None, ox.NamedNode(graph)))
        return found

    def clear(self, graph: str | None) -> None:
        """Removes a named graph, or all quads of the default graph."""
        if graph is None:
            self.engine.clear_graph(ox.DefaultGraph())
        else:
            self.engine.remove_graph(ox.NamedNode(graph))

    def backup(self, path: Path) -> None:
        """A hard-linked copy of the store in a new folder."""
        self.engine.backup(str(path))

    def flush(self) -> None:
        """Writes everything to disk."""
        self.engine.flush()

    def close(self) -> None:
        """Lets go of the folder. The engine closes its files when the last reference goes."""
        del self.engine


def _whole_lines(xml: bytes) -> bytes:
    # The engine writes a carriage return as it is, which every reader of XML takes for the end of a line.
    return xml.replace(b"\r", b"&#xD;")


def places_of_data(text: str, base: str | None) -> set[Place]:
    """Graph and subject of each quad that an update inserts into nothing.

    Raises QueryError, QuerySyntaxError, and QueryRefusedError for a triple as a term.
    """
    scratch = ox.Store()
    try:
        scratch.update(text, base_iri=base)
    except SyntaxError as error:
        raise QuerySyntaxError(str(error)) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise QueryError(str(error)) from error
    quads = list(scratch)
    if any(isinstance(q.object, ox.Triple) for q in quads):
        raise QueryRefusedError(NO_TRIPLE_TERMS)
    return set(map(_place, quads))


def normal_quads(text: str) -> frozenset[str]:
    """N-Quads as `EmbeddedStore.quads` gives them."""
    return frozenset(map(str, ox.parse(text, format=ox.RdfFormat.N_QUADS)))


def is_iri(text: str) -> bool:
    """Whether the engine takes the text for an absolute IRI."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def _graph(graph: str | None) -> ox.NamedNode | ox.DefaultGraph:
    return ox.DefaultGraph() if graph is None else ox.NamedNode(graph)


def _place(quad: ox.Quad) -> Place:
    graph = None if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name.value)
    return graph, quad.subject.value if isinstance(quad.subject, ox.NamedNode) else BLANK


def serialized(triples: str, media_type: str, prefixes: Mapping[str, str]) -> bytes:
    """N-Triples in another format of RDF. JSON-LD comes expanded, which needs no context."""
    read = (q.triple for q in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES))
    used = {p: iri for p, iri in prefixes.items() if f"<{iri}" in triples}
    return ox.serialize(read, format=RDF_FORMATS[media_type], prefixes=used) or b""


def _media_type(format: ox.QueryResultsFormat) -> str:
    # The engine's own names of CSV and TSV carry a charset.
    return format.media_type.partition(";")[0]


def _no_value(*_: object) -> None:
    """What a function that nobody knows gives."""


def _engine_term(name: str, term: URIRef | Literal) -> ox.NamedNode | ox.Literal:
    try:
        if isinstance(term, URIRef):
            return ox.NamedNode(term)
        if term.language:
            return ox.Literal(str(term), language=term.language)
        return ox.Literal(str(term), datatype=ox.NamedNode(term.datatype) if term.datatype else None)
    except ValueError as error:
        raise ParameterError(name, f"{term!r} is no term of RDF: {error}") from None


def _subject(quad: ox.Quad) -> str:
    assert not isinstance(quad.subject, ox.Triple)
    return quad.subject.value


def _property(quad: ox.Quad) -> Property:
    o = quad.object
    if isinstance(o, ox.Triple):  # of RDF 1.2, in which nothing of ours is written
        return Property(quad.predicate.value, str(o))
    return Property(quad.predicate.value, o.value, o.language if isinstance(o, ox.Literal) else None)


def _capped(triples: Iterable[ox.Triple], max_rows: int | None) -> Iterator[ox.Triple]:
    for n, triple in enumerate(triples, 1):
        if max_rows is not None and n > max_rows:
            raise QueryTooLargeError(f"more than {max_rows} triples: add LIMIT, or ask for less")
        yield triple


class _ByteCapError(Exception):
    """Never leaves this module."""


class _WholeLines(io.RawIOBase):
    """Passes RDF/XML on with its carriage returns written so that they survive."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self._output.write(_whole_lines(bytes(data)))
        return len(data)


class _CappedBytes(io.BytesIO):
    """Collects a serialised answer and stops when it grows too long."""

    def __init__(self, max_bytes: int | None) -> None:
        super().__init__()
        self._max = max_bytes

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        if self._max is not None and self.tell() + len(data) > self._max:
            raise _ByteCapError
        return super().write(data)
