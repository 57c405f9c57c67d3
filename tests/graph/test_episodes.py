"""Episodes: by name on the shipped data, and beside a comparison of each statement with each other one."""

import itertools
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.episodes import Stage, Standing
from graph.exceptions import ParameterError
from graph.importing.events import Options
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind, Modality
from tests.effort import tries

STATES = [Entity(id=id, kind=Kind.STATE, label=id.capitalize()) for id in ("ama", "bel", "cor", "dun")]
SOURCES = [
    Source(id="gazette", title="Gazette", kind="news article", dataset="claims"),
    Source(id="table", title="Table", kind="event table", dataset="events", coder="coder", modality=Modality.CODED),
]
SESSIONS, RESPONSES = ("mediates", "offers-mediation"), ("accepts-mediation", "rejects-mediation")
DAYS = [None, *(f"2031-{m:02}-{d:02}" for m in (1, 2, 6) for d in (1, 20))]


@st.composite
def said(draw: st.DrawFn) -> list[Statement]:
    """Some acts of mediation among few states, curated and coded."""
    found: dict[str, Statement] = {}
    for n in range(draw(st.integers(0, 9))):
        relation = draw(st.sampled_from(SESSIONS + RESPONSES))
        one, *others = draw(st.permutations([s.id for s in STATES]))
        sides = others[: draw(st.integers(1, 2))]
        coded = draw(st.booleans())
        fields = {"subject": one, "parties": sides} if relation in SESSIONS else {"subject": sides[0], "object": one}
        statement = Statement.model_validate(
            fields
            | {
                "relation": relation,
                "when": draw(st.sampled_from(DAYS)),
                "source": "table" if coded else "gazette",
                "modality": "coded" if coded else draw(st.sampled_from(["asserted", "negated", "intended"])),
                "coder": "coder" if coded else "curated",
                "event": draw(st.sampled_from([None, None, "first", "second"])),
            }
            | ({"record": str(n), "row": n + 1} if coded else {"start": n, "end": n + 1})
        )
        found[statement.id] = statement
    return list(found.values())


def between(s: Statement) -> tuple[frozenset[str], frozenset[str]]:
    """Who stands between whom."""
    subject = frozenset({str(s.subject)})
    return (subject, frozenset(s.parties)) if s.relation in SESSIONS else (frozenset({str(s.object)}), subject)


def together(a: Statement, b: Statement) -> bool:
    """Whether two statements are linked by what is told, or by actors and absence of a date."""
    if a.source != b.source:
        return False
    if a.event and b.event and a.event.id == b.event.id:
        return a.source == "gazette" or between(a)[0] == between(b)[0]
    return not a.when and not b.when and a.source == "gazette" and between(a) == between(b)


def oracle(statements: list[Statement], gap: int) -> set[frozenset[str]]:
    """The episodes, by linking each two."""
    network: nx.Graph[str] = nx.Graph()
    network.add_nodes_from(s.id for s in statements)
    network.add_edges_from((a.id, b.id) for a, b in itertools.combinations(statements, 2) if together(a, b))
    for a, b in itertools.combinations(statements, 2):
        if a.when and b.when and a.source == b.source and between(a) == between(b):
            (first, _), (other, _) = a.bounds(None), b.bounds(None)
            if first and other and abs((first - other).days) <= gap:
                network.add_edge(a.id, b.id)
    return {frozenset(part) for part in nx.connected_components(network)}


@settings(max_examples=tries(30))  # each makes a store
@given(said(), st.sampled_from([0, 18, 19, 30, 150, 1000]))
def test_episodes_are_those_of_each_with_each(statements: list[Statement], gap: int) -> None:
    with KnowledgeGraph() as kg:
        kg.add(statements, entities=STATES, sources=SOURCES)
        found = kg.episodes(gap=gap)
        assert {frozenset(e.statements) for e in found} == oracle(statements, gap)
        assert sum(len(e.statements) for e in found) == len(statements)
        for e in found:
            assert len({s.source for s in statements if s.id in e.statements}) == 1
            for p in e.phases:
                those = [s for s in statements if s.id in p.statements]
                assert {s.relation for s in those} == {p.relation}
                assert {str(s.subject) for s in those} == {p.subject}
        wider = {frozenset(e.statements) for e in kg.episodes(gap=gap + 60)}
        assert all(any(set(e.statements) <= w for w in wider) for e in found)
        for e in kg.episodes(gap=gap, between=["ama", "bel"]):
            assert {"ama", "bel"} <= set(e.sides)


def test_an_offer_and_its_answers(empty: KnowledgeGraph) -> None:
    def claim(n: int, **fields: object) -> Statement:
        return Statement.model_validate(
            {"source": "gazette", "start": n, "end": n + 1, "modality": "asserted", "event": "offer"} | fields
        )

    offer = claim(1, subject="ama", relation="offers-mediation", parties=["bel", "cor"], when="2031-01-05")
    yes = claim(2, subject="bel", relation="accepts-mediation", object="ama", when="2031-01-08")
    no = claim(3, subject="bel", relation="accepts-mediation", object="ama", modality="negated")
    empty.add([offer, yes, no], entities=STATES, sources=SOURCES[:1])
    [episode] = empty.episodes(between=["bel", "cor"])
    assert [(p.stage, p.standing) for p in episode.phases] == [
        (Stage.OFFER, Standing.TOLD), (Stage.RESPONSE, Standing.TOLD), (Stage.RESPONSE, Standing.DENIED),
    ]  # fmt: skip
    assert (episode.answer, episode.initiated_by, episode.inferred) == ("accepted", ("ama",), False)
    assert (episode.earliest, episode.latest, episode.undated) == ("2031-01-05", "2031-01-08", 1)
    assert empty.episodes().acceptance == {"claim": {"asked": 1, "accepted": 1, "rejected": 0, "disputed": 0}}
    assert len(empty.episodes(mediator="ama")) == 1
    assert len(empty.episodes(mediator="dun")) == 0


TALKS = """\
no;day;act;who;sides;strategy;rank;outcome
1;2031-01-05;offer;Ama;Bel, Cor;;president;
2;2031-01-20;mediation;Ama;Bel, Cor;procedural;minister;
3;2031-02-02;mediation;Ama;Bel, Cor;directive;minister;partial
"""
MAPPING = """\
dataset: attempts
title: Attempts at mediation
licence: CC0
coder: somebody
kind: event table
delimiter: ";"
record: no
when: day
relations: {column: act, values: {offer: offers-mediation, mediation: mediates}}
subject: {column: who, kind: state}
parties: {column: sides, separator: ",", kind: state}
codes:
  - {column: strategy, scheme: mediation-strategy-icm2004}
  - {column: rank, scheme: mediation-rank}
  - {column: outcome, scheme: mediation-outcome}
"""


def test_what_a_table_codes_of_an_attempt_is_told_by_the_episode(empty: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "talks.csv").write_text(TALKS)
    (tmp_path / "mapping.yml").write_text(MAPPING)
    empty.import_files("csv", [tmp_path / "talks.csv"], options=Options(mapping=tmp_path / "mapping.yml"))
    [episode] = empty.episodes()
    assert episode.coded == {
        "outcome": ("mediation-outcome:partial",),
        "rank": ("mediation-rank:minister", "mediation-rank:president"),
        "strategy": ("mediation-strategy-icm2004:directive", "mediation-strategy-icm2004:procedural"),
    }
    assert [(p.stage, p.coded.get("rank")) for p in episode.phases] == [
        (Stage.OFFER, ("mediation-rank:president",)), (Stage.SESSION, ("mediation-rank:minister",)),
    ]  # fmt: skip
    assert "mediation-outcome:partial" in empty.episodes().frame()["coded"][1]


def test_codes_of_other_schemes_are_no_attributes_of_an_attempt(empty: KnowledgeGraph) -> None:
    codes = ("cameo-1.1b3:045", "mediation:1", "mediation-track:2", "premediation-track:1")
    told = Statement.model_validate(
        {"source": "gazette", "start": 1, "end": 2, "modality": "asserted", "subject": "ama", "relation": "mediates",
         "parties": ["bel", "cor"], "codes": codes}
    )  # fmt: skip
    empty.add([told], entities=STATES, sources=SOURCES[:1])
    assert [e.coded for e in empty.episodes()] == [{"track": ("mediation-track:2",)}]


def test_hosts_of_the_article_are_no_mediators(talks: KnowledgeGraph) -> None:
    for episode in talks.episodes(between=["Armenia", "Azerbaijan"], level="state"):
        relations = {p.relation for p in episode.phases}
        if relations <= {"hosts", "offers-to-host", "facilitates"}:
            assert not episode.mediators
            assert episode.third_parties == ("russia",)


def test_what_cannot_be_asked_says_why(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="two different actors"):
        norland.episodes(between=["norland"])
    with pytest.raises(ParameterError, match="two different actors"):
        norland.episodes(between=["norland", "Norland"])
    with pytest.raises(ParameterError, match="no number of days"):
        norland.episodes(gap=-1)


def test_rows_make_a_frame(talks: KnowledgeGraph) -> None:
    found = talks.episodes()
    assert len(found.frame()) == sum(len(e.phases) for e in found)
