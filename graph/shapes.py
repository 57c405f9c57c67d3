"""SHACL over stored data: what the shapes of the ontology find wrong in a revision."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from rdflib import SH, Graph

import ontology
from graph.rdf import Iris, Property
from graph.snapshot import Snapshot
from graph.stores import EmbeddedStore
from ontology import compact, store_prefixes

FOCUS_AT_MOST = 500
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+[^\s<>\"{}|\\^`.,;:]")


class Severity(StrEnum):
    """How much a finding matters: a violation makes data invalid, a warning is only told."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: how bad it is, where (a CURIE or FILE:LINE), what and what to do, and by which shape."""

    severity: Severity
    focus: str
    message: str
    shape: str = ""


def ranked(findings: Iterable[Finding]) -> list[Finding]:
    """Findings without repeats: the worst first, then by place."""
    return sorted(set(findings), key=lambda f: (list(Severity).index(f.severity), f.focus, f.message, f.shape))


def shortened(text: str, prefixes: dict[str, str]) -> str:
    """The text with its IRIs as CURIEs where they have a prefix."""
    return _IRI.sub(lambda match: compact(match[0], prefixes), text)


def shape_findings(snapshot: Snapshot) -> list[Finding]:
    """What the shapes find in a revision, violations first; nothing where all is well."""
    return ranked(_findings(snapshot.store.engine, snapshot.iris))


def focus_findings(store: EmbeddedStore, iris: Iris, focus: Collection[str], posts: set[str]) -> list[Finding]:
    """What the shapes find about these nodes and these posts, looking at their neighbourhood alone.

    Of more nodes than FOCUS_AT_MOST only the posts are looked at: models and frames have seen the rest, and the shapes
    take milliseconds a node.
    """

    def properties(nodes: Iterable[str]) -> Iterator[Property]:
        for node in nodes:
            # Plain edges are of no interest to the shapes, and some have very many.
            within = iris.entities_graph if node.startswith(iris.entity("")) else None
            yield from store.describe([node], within)[node]

    def named_by(nodes: Iterable[str]) -> set[str]:
        # A text may begin as our IRIs do.
        return {p.value for p in properties(nodes) if p.value.startswith(iris.base) and _IRI.fullmatch(p.value)}

    wanted = posts if len(focus) > FOCUS_AT_MOST else posts.union(focus)
    if not wanted:
        return []
    nodes = {*wanted, *(holder for post in posts for _, holder in store.referring(post))}
    for _ in range(3):  # what they name, the speakers in their chains, and what posts belong to
        nodes |= named_by(nodes)
    excerpt = store.excerpt(nodes, {iris.ontology_graph}, without=iris.edges_graph)
    return ranked(_findings(excerpt, iris, wanted))


def _findings(engine: Any, iris: Iris, focus: Collection[str] | None = None) -> Iterator[Finding]:
    from pyshacl import validate
    from pyshacl.graph_abstraction import OxigraphDataGraph

    class Data(OxigraphDataGraph):
        """The store, always true: pySHACL asks that of its data for every result, and counts all triples each time."""

        def __bool__(self) -> bool:
            return True

        def __len__(self, context: object = None) -> int:
            return 1

    prefixes = store_prefixes(iris.base)
    _, report, text = validate(Data(engine), shacl_graph=_shapes())
    if not isinstance(report, Graph):
        raise TypeError(f"the shapes could not be applied: {text}")

    for result in report.objects(None, SH.result):
        node = str(report.value(result, SH.focusNode))
        if focus is not None and node not in focus:
            continue
        severity = str(report.value(result, SH.resultSeverity)).rsplit("#", 1)[-1].lower()
        source = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        yield Finding(
            Severity(severity),
            shortened(node, prefixes),
            " ".join(sorted(shortened(str(m), prefixes) for m in report.objects(result, SH.resultMessage))),
            str(source).rsplit("/", 1)[-1],
        )


@cache
def _shapes() -> Graph:
    return Graph().parse(Path(ontology.__file__).parent / "shapes.ttl", format="turtle")
