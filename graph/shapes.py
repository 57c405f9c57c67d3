"""SHACL over stored data: what the shapes of the ontology find wrong in a revision."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from rdflib import SH, Graph

import ontology
from graph.snapshot import Snapshot
from ontology import compact, store_prefixes

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


def shape_findings(snapshot: Snapshot) -> list[Finding]:
    """What the shapes find in a revision, violations first; nothing where all is well."""
    from pyshacl import validate
    from pyshacl.graph_abstraction import OxigraphDataGraph

    class Data(OxigraphDataGraph):
        """The store, always true: pySHACL asks that of its data for every result, and counts all triples each time."""

        def __bool__(self) -> bool:
            return True

        def __len__(self, context: object = None) -> int:
            return 1

    prefixes = store_prefixes(snapshot.iris.base)
    _, report, text = validate(Data(snapshot.store.engine), shacl_graph=_shapes())
    if not isinstance(report, Graph):
        raise TypeError(f"the shapes could not be applied: {text}")

    def short(value: object) -> str:
        return _IRI.sub(lambda match: compact(match[0], prefixes), str(value))

    findings = []
    for result in report.objects(None, SH.result):
        severity = str(report.value(result, SH.resultSeverity)).rsplit("#", 1)[-1].lower()
        source = report.value(result, SH.sourceConstraint) or report.value(result, SH.sourceShape)
        findings.append(
            Finding(
                Severity(severity),
                short(report.value(result, SH.focusNode)),
                " ".join(sorted(short(m) for m in report.objects(result, SH.resultMessage))),
                str(source).rsplit("/", 1)[-1],
            )
        )
    return ranked(findings)


@cache
def _shapes() -> Graph:
    return Graph().parse(Path(ontology.__file__).parent / "shapes.ttl", format="turtle")
