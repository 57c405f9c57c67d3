"""What the shapes find in stored data, told by severity and place."""

from pathlib import Path

from graph import KnowledgeGraph, Statement
from graph.shapes import Finding, Severity, ranked, shape_findings
from ontology import Modality

DATA = Path(__file__).parents[2] / "data"


def test_the_misprinted_post_of_the_article_is_found(talks: KnowledgeGraph) -> None:
    ids = {s.key: s.id for s in talks.statements(relation="holds-post")}
    findings = shape_findings(talks.snapshot)
    assert [(f.severity, f.focus, f.shape) for f in findings] == [
        (Severity.WARNING, "e:foreign-minister-of-armenia", "one-undisputed-holder")
    ]
    for words in (
        "e:sergei-lavrov",
        "e:ararat-mirzoyan",
        ids["lavrov-as-printed"],
        ids["mirzoyan-is-foreign-minister"],
    ):
        assert words in findings[0].message


def test_an_undisputed_second_holder_is_a_violation() -> None:
    with KnowledgeGraph() as graph:
        graph.load(DATA / "norland")
        assert shape_findings(graph.snapshot) == []
        second = Statement(
            subject="eva-strand", relation="holds-post", object="foreign-minister-of-norland",
            source="gazette-2", start=0, end=10, modality=Modality.ASSERTED,
        )  # fmt: skip
        graph.add([second])
        (finding,) = shape_findings(graph.snapshot)
    assert (finding.severity, finding.focus) == (Severity.VIOLATION, "e:foreign-minister-of-norland")
    assert "e:eva-strand" in finding.message
    assert f"st:{second.id}" in finding.message


def test_the_names_of_a_store_with_its_own_base_are_short_too(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "kg", base="https://graph.example.org/") as graph:
        graph.load(DATA / "armenia-azerbaijan-talks")
        (finding,) = shape_findings(graph.snapshot)
    assert finding.focus == "e:foreign-minister-of-armenia"
    assert "https://" not in finding.message


def test_the_vocabulary_alone_is_without_fault() -> None:
    with KnowledgeGraph() as graph:
        assert shape_findings(graph.snapshot) == []


def test_the_worst_comes_first() -> None:
    findings = [Finding(s, "e:a", "m") for s in (Severity.INFO, Severity.WARNING, Severity.VIOLATION, Severity.WARNING)]
    assert [f.severity for f in ranked(findings)] == [Severity.VIOLATION, Severity.WARNING, Severity.INFO]
