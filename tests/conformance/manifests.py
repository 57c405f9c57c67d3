"""The manifests of the W3C's suites: what each entry asks, of which data, and what is to come out.

The suites are not part of this project. TERTIUS_W3C_SUITES names a folder with `sparql11` and `dawg-data-r2` in it, as
rdflib's source distribution has it at test/data/suites/w3c; `.ci/run suites` fetches that.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph, Namespace
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node
from rdflib.util import guess_format

VARIABLE = "TERTIUS_W3C_SUITES"
ABSENT = f"the W3C's suites are not here: `.ci/run suites` fetches them, or let {VARIABLE} name a folder with them"
BASES = {
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/",
    "dawg-data-r2": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/",
}
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.I)


@dataclass(frozen=True)
class Document:
    """A file of a suite, and the IRI that it stands for."""

    iri: str
    path: Path

    @property
    def text(self) -> str:
        """What it holds, every line end as it is."""
        return self.path.read_bytes().decode()


@dataclass(frozen=True)
class Dataset:
    """The files of a default graph, and those of the named graphs with their names."""

    default: tuple[Document, ...] = ()
    named: tuple[tuple[str, Document], ...] = ()


@dataclass(frozen=True)
class Entry:
    """One test of a suite."""

    name: str
    kind: str
    request: Document
    data: Dataset
    result: Document | None
    after: Dataset
    lax: bool
    """Whether a row may come fewer times than the result has it, as REDUCED allows."""


def folder() -> Path | None:
    """Where the suites are, None where nobody says."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def entries(root: Path) -> list[Entry]:
    """The entries of all manifests below the folder, but those that are only prose."""
    found = [
        entry for suite in BASES for path in sorted((root / suite).glob("*/manifest.ttl")) for entry in _read(path)
    ]
    assert len(found) > 900, f"{root} holds only a part of the suites: {len(found)} entries"
    return found


def names(path: Path) -> set[str]:
    """The names of a manifest's entries, each without the manifest's own IRI."""
    graph, _ = _graph(path)
    return {str(node).partition("#")[2] for node in _entries(graph)}


def _graph(path: Path) -> tuple[Graph, str]:
    base = f"{BASES[path.parts[-3]]}{path.parts[-2]}/"
    return Graph().parse(path, format="turtle", publicID=f"{base}manifest.ttl"), base


def _entries(graph: Graph) -> Iterator[Node]:
    for head in graph.objects(None, MF.entries):
        yield from graph.items(head)


def _read(path: Path) -> Iterator[Entry]:
    graph, base = _graph(path)

    def document(node: Node) -> Document:
        return Document(str(node), path.parent / str(node).removeprefix(base))

    def dataset(node: Node | None, request: Document | None = None) -> Dataset:
        if node is None:
            return Dataset()
        default = [document(n) for p in (QT.data, UT.data) for n in graph.objects(node, p)]
        named = [(str(n), document(n)) for n in graph.objects(node, QT.graphData)]
        for each in graph.objects(node, UT.graphData):
            file, label = graph.value(each, UT.graph), graph.value(each, RDFS.label)
            assert file is not None
            named.append((str(label or file), document(file)))
        if request:  # a service finds the graphs of FROM in its store
            near = f"{request.iri.rpartition('/')[0]}/"
            named += [(near + n, document_of(near + n)) for n in _FROM.findall(request.text) if "/" not in n]
        return Dataset(tuple(sorted(default, key=str)), tuple(sorted(set(named), key=str)))

    def document_of(iri: str) -> Document:
        return Document(iri, path.parent / iri.removeprefix(base))

    for node in _entries(graph):
        kind = str(graph.value(node, RDF.type) or MF.QueryEvaluationTest).rpartition("#")[2]
        action, result = graph.value(node, MF.action), graph.value(node, MF.result)
        if action is None:  # of the protocol and the service description, which say what they want in prose
            continue
        request = graph.value(action, QT.query) or graph.value(action, UT.request) or action
        after = kind == "UpdateEvaluationTest"
        yield Entry(
            f"{path.parts[-3]}/{path.parts[-2]}/{str(node).partition('#')[2]}",
            kind.removesuffix("11"),
            document(request),
            dataset(action, None if after else document(request)),
            document(result) if result is not None and not after else None,
            dataset(result) if after else Dataset(),
            graph.value(node, MF.resultCardinality) == MF.LaxCardinality,
        )


def read_graph(document: Document) -> Graph:
    """The graph in a file of a suite."""
    return Graph().parse(data=document.text, format=guess_format(document.path.name), publicID=document.iri)
