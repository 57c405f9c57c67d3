"""The benchmarks measure what they say: the same statements each time, and the same rows from columns and engine."""

from collections import Counter
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from tests.benchmarks.generator import MEDIATION, Generated, generate
from tests.benchmarks.loading import load, write_quads
from tests.benchmarks.questions import measure_questions


@pytest.fixture(scope="module")
def generated() -> Generated:
    return generate(2000)


def test_one_seed_gives_the_same_statements_every_time(generated: Generated) -> None:
    assert generate(2000) == generated
    assert generate(2000, seed=1).lines != generated.lines


def test_statements_are_as_varied_as_is_said(generated: Generated) -> None:
    relations = Counter(s.relation for s in generated.statements)
    subjects = Counter(s.subject for s in generated.statements if isinstance(s.subject, str))
    assert len(generated.statements) == 2000
    assert len(relations) >= 40
    assert 0.07 < sum(relations[r] for r in MEDIATION) / 2000 < 0.13
    assert sum(n for _, n in subjects.most_common(20)) > sum(subjects.values()) / 4
    assert any(s.about for s in generated.statements)
    assert any(len(s.attributed_to) > 1 for s in generated.statements)


def test_columns_and_engine_find_the_same_statements(generated: Generated, tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "store") as graph:
        load(graph, generated)
        quads = tmp_path / "quads.nq"
        write_quads(graph, generated, quads)
        assert len(measure_questions(graph, quads, 1, in_memory=False)) > 10
