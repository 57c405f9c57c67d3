"""Questions: each asked of the columns, of the bare engine in SPARQL, and of rdflib in memory; all must find the same.

The engine is asked for less than an answer holds: one row a statement, with subject, relation, object, modality and
source, but without parties, speakers, dates, or the gathering of statements into answers.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib

from graph import KnowledgeGraph
from graph.timelines import Series, Step, timeline
from ontology import store_prefixes, vocabulary
from tests.benchmarks.measure import Figure, Group, at_most, seconds, short

ONE, OTHER = "state-1", "state-4"


@dataclass(frozen=True)
class Question:
    """One question in process and as SPARQL; both functions of it give the number of statements."""

    name: str
    ask: Callable[[KnowledgeGraph], int]
    sparql: str
    count: Callable[[Iterable[Any]], int] = lambda rows: sum(1 for _ in rows)


def questions(graph: KnowledgeGraph) -> list[Question]:
    """What is measured: the questions of the service, and two of its look-ups."""
    some = graph.snapshot.columns.id(len(graph.snapshot.columns) // 2)
    one, other = graph.iris.entity(ONE), graph.iris.entity(OTHER)
    posts = f"?held rdf:predicate r:holds-post ; rdf:subject ?agent ; rdf:object/t:of* <{one}>"
    agents = f"{{ SELECT DISTINCT ?agent {{ {{ ?agent t:of* <{one}> }} UNION {{ {posts} }} }} }}"
    sides = f"{{ SELECT DISTINCT ?statement {{ VALUES ?side {{ <{one}> <{other}> }} ?statement t:party ?side }} }}"
    others = f"?statement t:voice ?voice FILTER(?voice != <{one}>)"
    outermost = f"?statement t:attributedTo <{one}> . FILTER NOT EXISTS {{ {others} }}"
    towards = f"?statement rdf:object <{one}> ."
    object = partial(_who, object=ONE, exact=True)
    return [
        Question(
            "mediates, between two actors", partial(_who, word="mediates", between=(ONE, OTHER), exact=True),
            _select("mediates", sides),
        ),
        Question("invites, one guest", partial(object, word="invites"), _select("invites", towards)),
        Question("accuses, one accused", partial(object, word="accuses"), _select("accuses", towards)),
        Question(
            "… by all who act for it", partial(_who, word="accuses", subject=ONE),
            _select("accuses", "?statement rdf:subject ?agent .", agents),
        ),
        Question("opposes, all", partial(_who, word="opposes"), _select("opposes")),
        Question("supports, all", partial(_who, word="supports"), _select("supports")),
        Question("a family, invitation", partial(_who, word="invitation"), _select("invitation")),
        Question(
            "opposes, whose mediation", partial(_who, word="opposes", about_relation="mediates"),
            _select("opposes", "?statement t:about ?about . " + _relation("mediates", "?about", "Told")),
        ),
        Question(
            "opposes, according to one", partial(_who, word="opposes", according_to=ONE, exact=True),
            _select("opposes", outermost),
        ),
        Question(
            "a statement, whole", lambda g: int(g.snapshot.statement(some).id == some),
            # What is equal for a whole source stands on the source.
            f"""SELECT ?property ?value ?modality ?coder {{
              GRAPH ?source {{ <{graph.iris.statement(some)}> ?property ?value }}
              OPTIONAL {{ ?source t:modality ?modality }} OPTIONAL {{ ?source t:coder ?coder }}
            }}""", lambda rows: int(bool(list(rows))),
        ),
        Question(
            "timeline by month", lambda g: sum(sum(s.counts.periods.values()) for s in _by_month(g)),
            """SELECT ?period (COUNT(?statement) AS ?statements) {
              ?statement t:earliest ?earliest ; t:latest ?latest .
              FILTER NOT EXISTS { ?statement t:status t:retracted }
              BIND(SUBSTR(STR(?earliest), 1, 7) AS ?period) FILTER(STRSTARTS(STR(?latest), ?period))
            } GROUP BY ?period""",
            lambda rows: sum(int(getattr(row[1], "value", row[1])) for row in rows),
        ),
    ]  # fmt: skip


def _by_month(graph: KnowledgeGraph) -> Iterable[Series]:
    return timeline(graph.snapshot, graph.select(), Step.MONTH).series


def _who(graph: KnowledgeGraph, word: str, **filters: Any) -> int:
    return sum(len(answer.statements) for answer in graph.ask(word, **filters).found)


def _relation(word: str, statement: str, end: str = "") -> str:
    """The statements that answer for a relation or family: narrower relations too, denials only from it upwards."""
    asked = vocabulary().question(word)
    denied = vocabulary().wider(word) if word in vocabulary().relations else asked
    relation, modality = f"?relation{end}", f"?modality{end}"
    near, told, not_so = (sorted(f"r:{r}" for r in rs) for rs in (asked | denied, asked, denied))
    return f"""VALUES {relation} {{ {" ".join(near)} }}
      {statement} rdf:predicate {relation} .
      OPTIONAL {{ {statement} t:modality {modality} }}
      BIND(BOUND({modality}) && {modality} = t:negated AS ?denied{end})
      FILTER(IF(?denied{end}, {relation} IN ({", ".join(not_so)}), {relation} IN ({", ".join(told)})))"""


def _select(word: str, pattern: str = "", outside: str = "") -> str:
    # All within one GRAPH: the form that the engine answers fastest.
    return f"""SELECT ?statement ?subject ?relation ?object ?modality ?source {{
      {outside}
      GRAPH ?source {{
        {pattern}
        {_relation(word, "?statement")}
        OPTIONAL {{ ?statement t:status ?status }} FILTER(!BOUND(?status) || ?status != t:retracted)
        OPTIONAL {{ ?statement rdf:subject ?subject }}
        OPTIONAL {{ ?statement rdf:object ?object }}
      }}
    }}"""


def measure_questions(graph: KnowledgeGraph, quads: Path, repeats: int, *, in_memory: bool) -> list[Figure]:
    """Every question of the graph, and of what the bare engine and, where wanted, rdflib have loaded from the quads."""
    prefixes = store_prefixes(graph.iris.base)
    store = ox.Store(str(quads.with_suffix(".store")))
    store.bulk_load(path=str(quads), format=ox.RdfFormat.N_QUADS)
    memory = _memory(quads) if in_memory else None
    size = len(graph.snapshot.columns)
    figures = []

    def bare(q: Question) -> int:
        rows = store.query(q.sparql, prefixes=prefixes, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        return q.count(tuple(row) for row in rows)

    group = Group("Questions: time, and statements found", ("Tertius", "bare engine", "rdflib in memory"))
    for q in questions(graph):
        counts = {q.ask(graph), bare(q)}
        rdf = None
        if memory is not None:
            # Once is enough: it takes seconds, and nothing depends on its third digit.
            began = time.perf_counter()
            counts.add(q.count(memory.query(q.sparql, initNs=prefixes)))
            rdf = time.perf_counter() - began
        if len(counts) != 1:
            raise AssertionError(f"{q.name}: the answers differ, {counts} statements")
        mine, theirs = seconds(partial(q.ask, graph), partial(bare, q), repeats=repeats)
        name = f"{q.name} ({counts.pop():,})"
        ratio = at_most(1.1, mine / theirs)
        figures.append(Figure(group, name, size, short(mine), short(theirs), short(rdf), **ratio))
    mean = statistics.geometric_mean(f.ratio for f in figures if f.ratio)
    figures.append(Figure(group, "all, geometric mean", size, "", **at_most(1.1, mean)))
    return figures


def _memory(quads: Path) -> rdflib.Dataset:
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(quads, format="nquads")
    return dataset
