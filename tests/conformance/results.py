"""Answers, as they are compared: rows or graphs, equal but for the labels of blank nodes."""

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rdflib import BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, XSD
from rdflib.query import Result
from rdflib.term import Identifier, Node

from tests.conformance.manifests import Document, read_graph

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
PARTS = Namespace("a:part-")
FORMATS = {
    ".srx": "xml", ".srj": "json", ".csv": "csv", ".tsv": "tsv",
    "application/sparql-results+xml": "xml", "application/sparql-results+json": "json",
    "text/csv": "csv", "text/tab-separated-values": "tsv", "text/turtle": "turtle", "application/n-triples": "nt",
}  # fmt: skip
NUMBERS: Mapping[URIRef, Callable[[str], object]] = {
    XSD.integer: Decimal,
    XSD.decimal: Decimal,
    XSD.double: float,
    XSD.float: float,
}
_LAST_ORDER = re.compile(r"ORDER\s+BY[^{}]*$", re.I)

Row = Mapping[str, Identifier]


@dataclass(frozen=True)
class Rows:
    """The solutions of a SELECT, in order, and its variables."""

    variables: frozenset[str]
    rows: tuple[Row, ...]


Answer = Rows | Graph | bool


def expected(document: Document) -> Answer:
    """What a file says is to come out."""
    if document.path.suffix in FORMATS:
        return read(document.path.read_bytes(), document.path.suffix)
    graph = read_graph(document)
    found = graph.value(None, RDF.type, RS.ResultSet)
    if found is None:
        return graph
    if (truth := graph.value(found, RS.boolean)) is not None:
        return str(truth) == "true"
    solutions = list(graph.objects(found, RS.solution))
    solutions.sort(key=lambda s: int(str(graph.value(s, RS["index"]) or 0)))
    rows = []
    for solution in solutions:
        row = {}
        for binding in graph.objects(solution, RS.binding):
            value = graph.value(binding, RS.value)
            assert isinstance(value, Identifier)
            row[str(graph.value(binding, RS.variable))] = _plain(value)
        rows.append(row)
    return Rows(frozenset(map(str, graph.objects(found, RS.resultVariable))), tuple(rows))


def read(body: bytes, media_type: str) -> Answer:
    """An answer with its media type, or with its file's suffix."""
    format = FORMATS[media_type]
    if format in ("turtle", "nt"):
        return Graph().parse(data=body, format=format)
    result = Result.parse(io.BytesIO(body), format=format)
    if result.type == "ASK":
        assert result.askAnswer is not None
        return result.askAnswer
    rows = tuple({str(v): _plain(t) for v, t in row.items()} for row in result.bindings)
    return Rows(frozenset(str(v) for v in result.vars or ()), rows)


def _plain(term: Identifier) -> Identifier:
    """The term as RDF 1.1 has it: a literal without a type is a string."""
    return Literal(str(term)) if isinstance(term, Literal) and term.datatype == XSD.string else term


def is_ordered(query: str) -> bool:
    """Whether the query, and not only a part of it, asks for an order."""
    return _LAST_ORDER.search(re.sub(r"^\s*#.*$", "", query, flags=re.M)) is not None


def compare(found: Answer, wanted: Answer, *, ordered: bool = False, lax: bool = False) -> None:
    """Raises AssertionError where they differ; with `lax`, rows are not counted."""
    if isinstance(wanted, Graph):
        assert isinstance(found, Graph), f"a graph is wanted, not {found}"
        assert isomorphic(found, wanted), f"wanted:\n{wanted.serialize()}\nfound:\n{found.serialize()}"
    elif isinstance(wanted, Rows):
        assert isinstance(found, Rows), f"rows are wanted, not {found}"
        assert found.variables == wanted.variables
        there, here = (_distinct(a.rows) if lax else a.rows for a in (found, wanted))
        assert _match(there, here, ordered), f"wanted: {_show(wanted)}\nfound: {_show(found)}"
    else:
        assert found == wanted


def _distinct(rows: Sequence[Row]) -> Sequence[Row]:
    return [row for n, row in enumerate(rows) if row not in rows[:n]]


def _show(rows: Rows) -> str:
    return "".join("\n  " + ", ".join(f"{v}={t.n3()}" for v, t in sorted(row.items())) for row in rows.rows)


def _match(found: Sequence[Row], wanted: Sequence[Row], ordered: bool) -> bool:
    """Whether some renaming of blank nodes, each to one of its own, makes the rows the same."""
    if len(found) != len(wanted):
        return False

    def fit(rest: Sequence[Row], at: int, names: Mapping[Node, Node]) -> bool:
        if at == len(wanted):
            return True
        tried = []
        for n, row in enumerate(rest[:1] if ordered else rest):
            if row in tried:
                continue
            tried.append(row)
            now = _renamed(wanted[at], row, names)
            if now is not None and fit([*rest[:n], *rest[n + 1 :]], at + 1, now):
                return True
        return False

    return fit(found, 0, {})


def _renamed(wanted: Row, row: Row, names: Mapping[Node, Node]) -> Mapping[Node, Node] | None:
    """The names of blank nodes with those that these rows need, None where no renaming makes them the same."""
    if wanted.keys() != row.keys():
        return None
    now = dict(names)
    for variable, term in wanted.items():
        other = row[variable]
        if isinstance(term, BNode) and isinstance(other, BNode):
            if now.setdefault(term, other) != other:
                return None
        elif not _same(term, other):
            return None
    return now if len(set(now.values())) == len(now) else None


def _same(term: Node, other: Node) -> bool:
    """Whether the terms are equal, numbers of one type by what they mean: the engine writes them in its own form."""
    if isinstance(term, Literal) and isinstance(other, Literal) and term.datatype == other.datatype:
        number = NUMBERS.get(term.datatype or XSD.string)
        with contextlib.suppress(ValueError, ArithmeticError):
            return term == other if number is None else bool(number(term) == number(other))
    return term == other


def quads(parts: Iterable[tuple[str | None, Graph]]) -> Graph:
    """Graphs under their names, None being the default one, as one graph: each quad is a node with four properties."""
    made = Graph()
    for name, graph in parts:
        for subject, predicate, object in graph:
            node = BNode()
            for part, value in (("s", subject), ("p", predicate), ("o", object), ("g", URIRef(name or "a:default"))):
                made.add((node, PARTS[part], value))
    return made


def read_quads(body: bytes) -> Graph:
    """N-Quads in the same form."""
    dataset = Dataset()
    dataset.parse(io.BytesIO(body), format="nquads")
    default = dataset.default_graph.identifier
    return quads((None if g.identifier == default else str(g.identifier), g) for g in dataset.graphs())
