"""The benchmarks measure what they say: the same statements each time, and the same rows from columns and engine."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from tests.benchmarks.crowd import measure_crowd
from tests.benchmarks.day import day
from tests.benchmarks.generator import MEDIATION, Generated, generate
from tests.benchmarks.loading import load, write_quads
from tests.benchmarks.networks import measure_networks
from tests.benchmarks.over_http import Client, dump, measure_over_http, same_as_own
from tests.benchmarks.questions import measure_questions
from tests.benchmarks.servers import program, tertius


@pytest.fixture(scope="module")
def generated() -> Generated:
    return generate(5000)


def test_one_seed_gives_the_same_statements_every_time(generated: Generated) -> None:
    assert generate(5000) == generated
    assert generate(5000, seed=1).lines != generated.lines


def test_statements_are_as_varied_as_is_said(generated: Generated) -> None:
    relations = Counter(s.relation for s in generated.statements)
    subjects = Counter(s.subject for s in generated.statements if isinstance(s.subject, str))
    assert len(generated.statements) == 5000
    assert len(relations) >= 40
    assert 0.07 < sum(relations[r] for r in MEDIATION) / 5000 < 0.13
    assert sum(n for _, n in subjects.most_common(20)) > sum(subjects.values()) / 4
    assert any(s.about for s in generated.statements)
    assert any(len(s.attributed_to) > 1 for s in generated.statements)


@pytest.fixture(scope="module")
def graph(generated: Generated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(tmp_path_factory.mktemp("benchmarks") / "store") as graph:
        load(graph, generated)
        yield graph


@pytest.mark.slow
def test_columns_and_engine_find_the_same_statements(
    graph: KnowledgeGraph, generated: Generated, tmp_path: Path
) -> None:
    quads = tmp_path / "quads.nq"
    write_quads(graph, generated, quads)
    assert len(measure_questions(graph, quads, 1, in_memory=False)) > 10


@pytest.mark.slow
def test_sparql_and_our_own_paths_tell_of_the_same_day(graph: KnowledgeGraph) -> None:
    with tertius(graph) as server, Client(server) as client:
        for question in day(graph):
            body = client.ask(question.sparql)
            if question.path:
                same_as_own(question, client.own(question.path), body)


def test_a_day_over_http_is_compared_with_other_servers(graph: KnowledgeGraph, tmp_path: Path) -> None:
    try:
        program("oxigraph"), program("rdflib-endpoint")
    except FileNotFoundError as error:
        pytest.skip(str(error))
    figures = measure_over_http(graph, dump(graph, tmp_path / "quads.nq"), 1, span=0)
    assert sum(f.ratio is not None for f in figures) > 10


@pytest.mark.slow
def test_a_crowd_gets_right_answers_beside_a_hostile_client(graph: KnowledgeGraph) -> None:
    # What is wrong or lost raises; how long it takes on a busy machine says nothing.
    figures = measure_crowd(graph, 2)
    assert {"who", "sparql", "write"} <= {f.what for f in figures}


@pytest.mark.slow
def test_loops_and_arrays_count_the_same_brokers_and_triads() -> None:
    assert len(measure_networks(400, seed=1, repeats=1)) > 10  # it compares them before anything is timed
