"""The contract of a store: what the graph asks of any engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Protocol

from rdflib import Literal, URIRef

from graph.rdf import Property


@dataclass(frozen=True)
class Answer:
    """A serialised answer: the bytes and their media type."""

    body: bytes
    media_type: str


@dataclass(frozen=True)
class QueryDataset:
    """The dataset that a request names, whatever its query says by FROM: IRIs of graphs, absent ones being empty.

    Without graphs in `default` the default graph is empty, never the store's.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


class Store(Protocol):
    """Reads and writes quads. Errors are those of graph.exceptions."""

    def describe(self, iris: Iterable[str], graph: str | None = None) -> dict[str, list[Property]]:
        """The properties of each subject, within one named graph where it is given."""

    def subjects(self, predicate: str, graph: str) -> Iterator[str]:
        """IRIs of the subjects that have the predicate in the named graph."""

    def select(self, query: str, bindings: Mapping[str, str] | None = None) -> list[dict[str, str]]:
        """Solutions of a SELECT over the union of all graphs, values as IRIs or lexical forms.

        `bindings` replace variables by IRIs.
        """

    def answer(
        self,
        query: str,
        media_type: str | None = None,
        rdf_type: str | None = None,
        *,
        union: bool = True,
        dataset: QueryDataset | None = None,
        base: str | None = None,
        prefixed: bool = True,
        bindings: Mapping[str, URIRef | Literal] | None = None,
    ) -> Answer:
        """Any query of SPARQL 1.1, serialised: of `dataset` where it is given, else of what FROM says or of the store.

        Relative IRIs are resolved against `base`, the store's own where it is None; `prefixed` declares its prefixes.
        `bindings` replace variables by terms.
        """

    def load(self, pieces: Iterable[bytes]) -> None:
        """Adds N-Quads."""

    def remove(self, subjects: Iterable[str], graph: str) -> None:
        """Removes all quads of the subjects in the named graph."""

    def clear(self, graph: str) -> None:
        """Removes a named graph."""

    def dump(self, output: IO[bytes], media_type: str, graph: str | None = None) -> None:
        """Writes all quads, or one named graph."""

    def __len__(self) -> int: ...
