"""What a query gives: rdflib's own kind of result, with a table of typed columns for pandas."""

import json
from collections.abc import Callable, Iterator, Mapping, MutableSequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import rdflib
from rdflib.query import Result, ResultRow
from rdflib.term import Identifier, Node, Variable

from graph.exceptions import ParameterError
from graph.stores import Answer
from ontology import PREFIXES, compact

if TYPE_CHECKING:
    import pandas as pd

RESULTS, TRIPLES = "application/sparql-results+json", "application/n-triples"
"""The media types that results are read from: what the engine writes, here and at a service."""
IriStyle = Literal["curie", "iri"]
_XSD = PREFIXES["xsd"]
_INTEGERS = {_XSD + name for name in (
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
)}  # fmt: skip
_NUMBERS = _INTEGERS | {_XSD + name for name in ("decimal", "double", "float")}
_Cell = dict[str, str] | None


class Results(Result):
    """The result of a query: rows of a SELECT, the truth of an ASK, triples of a CONSTRUCT or DESCRIBE.

    An rdflib `Result`: iterating gives rows of rdflib terms, by place (`row[0]`) and name (`row.who`), or triples;
    `bool()` the truth. `frame()` gives the same as a DataFrame.
    """

    def __init__(self, answer: Answer, prefixes: Mapping[str, str]) -> None:
        self._prefixes = dict(prefixes)
        self._cells: list[dict[str, dict[str, str]]] = []
        if answer.media_type == TRIPLES:
            super().__init__("CONSTRUCT")
            self.graph = rdflib.Graph()
            for prefix, iri in self._prefixes.items():
                self.graph.bind(prefix, iri, replace=True)
            self.graph.parse(data=answer.body, format="nt")
            return
        data = json.loads(answer.body)
        super().__init__("ASK" if "boolean" in data else "SELECT")
        if self.type == "ASK":
            self.askAnswer = data["boolean"]
            return
        self.vars = [Variable(name) for name in data["head"]["vars"]]
        self._cells = data["results"]["bindings"]

    @cached_property
    def _terms(self) -> list[Mapping[Variable, Identifier]]:
        # Most values stand in many rows, and making a term takes rdflib longer than finding it again.
        variables = {str(v): v for v in self.vars or []}
        made: dict[tuple[str, ...], Identifier] = {}

        def term(cell: dict[str, str]) -> Identifier:
            key = tuple(cell.values())
            return made.get(key) or made.setdefault(key, term_of(cell))

        return [{variables[name]: term(cell) for name, cell in row.items()} for row in self._cells]

    @property
    def bindings(self) -> MutableSequence[Mapping[Variable, Identifier]]:
        """The rows of a SELECT as terms by variable; made when they are first asked for."""
        return self._terms

    @bindings.setter
    def bindings(self, _: Any) -> None:
        raise AttributeError("results are read only")

    def __iter__(self) -> Iterator[Any]:
        """Rows, triples or the one truth. A row without any value is a row too, which rdflib leaves out."""
        if self.type != "SELECT":
            return super().__iter__()
        return (ResultRow(row, self.vars or []) for row in self._terms)

    def __len__(self) -> int:
        return len(self._cells) if self.type == "SELECT" else super().__len__()

    def __repr__(self) -> str:
        match self.type:
            case "SELECT":
                return f"<{len(self)} rows of {' '.join('?' + v for v in self.vars or [])}>"
            case "ASK":
                return f"<{str(self.askAnswer).lower()}>"
        return f"<{len(self)} triples>"

    def frame(self, *, iris: IriStyle = "curie") -> "pd.DataFrame":
        """A DataFrame with a column for each variable, or for subject, predicate and object of triples.

        Columns of one kind are typed: whole numbers, numbers, truth values, dates; what is not bound is missing.
        Anything else is text, IRIs as CURIEs or, with `iris="iri"`, whole. Needs pandas. Raises ParameterError for
        an ASK, which has no rows.
        """
        if iris not in ("curie", "iri"):
            raise ParameterError("iris", f"{iris!r} is neither 'curie' nor 'iri'")
        pandas = _pandas()
        if self.type == "ASK":
            raise ParameterError("query", "an ASK has no rows: bool(result) is its answer")
        shown: Callable[[str], str] = (lambda iri: compact(iri, self._prefixes)) if iris == "curie" else str
        columns: dict[str, list[_Cell]] = {}
        if self.graph is not None:
            triples = [[cell_of(t) for t in triple] for triple in self.graph]
            columns = {n: [t[i] for t in triples] for i, n in enumerate(("subject", "predicate", "object"))}
        for name in map(str, self.vars or []):
            columns[name] = [row.get(name) for row in self._cells]
        found: pd.DataFrame = pandas.DataFrame({n: _column(pandas, cells, shown) for n, cells in columns.items()})
        return found


def _pandas() -> Any:
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            "a DataFrame needs pandas, which is not installed: pip install 'tertius[notebook]', or pandas alone"
        ) from error
    return pandas


def term_of(cell: Mapping[str, str]) -> Identifier:
    """The term of a cell of SPARQL's JSON results."""
    match cell["type"]:
        case "uri":
            return rdflib.URIRef(cell["value"])
        case "bnode":
            return rdflib.BNode(cell["value"])
    lang, datatype = cell.get("xml:lang"), cell.get("datatype")
    return rdflib.Literal(
        cell["value"], lang=lang, datatype=rdflib.URIRef(datatype) if datatype and not lang else None, normalize=False
    )


def cell_of(term: Node) -> dict[str, str]:
    """A term as a cell of SPARQL's JSON results."""
    if isinstance(term, rdflib.Literal):
        datatype = {"datatype": str(term.datatype)} if term.datatype else {}
        return {"type": "literal", "value": str(term)} | ({"xml:lang": term.language} if term.language else datatype)
    return {"type": "uri" if isinstance(term, rdflib.URIRef) else "bnode", "value": str(term)}


def _column(pandas: Any, cells: list[_Cell], shown: Callable[[str], str]) -> Any:
    """The cells as a series: typed where all values are of one kind and can be read as such, else text."""
    kinds = {cell.get("datatype", "") if cell["type"] != "uri" else "iri" for cell in cells if cell}
    for datatypes, dtype, read in _TYPES:
        if kinds and kinds <= datatypes:
            try:
                return pandas.Series([read(cell["value"]) if cell else None for cell in cells], dtype=dtype)
            except (LookupError, ValueError, OverflowError):
                break  # such as a date before the year 1, or with a time zone
    texts = [None if c is None else shown(c["value"]) if c["type"] == "uri" else c["value"] for c in cells]
    return pandas.Series(texts, dtype="string")


def _truth(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.strip()]


_TYPES: tuple[tuple[set[str], str, Callable[[str], Any]], ...] = (
    (_INTEGERS, "Int64", int),
    (_NUMBERS, "Float64", float),
    ({_XSD + "boolean"}, "boolean", _truth),
    ({_XSD + "date"}, "datetime64[s]", date.fromisoformat),
    ({_XSD + "dateTime"}, "datetime64[us]", datetime.fromisoformat),
)
