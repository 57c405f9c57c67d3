import contextlib
import itertools
import pickle
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Entity, EventLink, KnowledgeGraph, Source, Statement
from graph.evidence import AGREEMENT_TABLE, EVENT_TABLE
from graph.exceptions import ParameterError, UnknownNameError
from graph.measures import SignedTies, Ties, brokerage, signed
from graph.networks import (
    Comparison,
    Projection,
    along_paths,
    asked_for,
    compare,
    dyads_over,
    shortest_paths,
    ties,
    windows,
)
from graph.questions import Level
from graph.selection import Selection
from ontology import Modality, Relation, Status, UnknownTermError, vocabulary
from tests.effort import tries
from tests.graph.strategies import ENTITIES, SOURCES, several_fitting

TOOK_PLACE = {"asserted", "coded", "claimed", "presupposed", "interpreted"}
ACTORS = {id for id, e in ENTITIES.items() if e.kind in vocabulary().relations["mediates"].frame.party_kinds}
STANDING = {Status.ACTIVE, Status.DISPUTED}
TABLES = {
    id: Source(id=id, title=id, kind=kind, published="2031-03-10", dataset=dataset)
    for id, kind, dataset in (
        ("table-1", EVENT_TABLE, "tables"), ("table-2", EVENT_TABLE, "tables"), ("table-3", EVENT_TABLE, "others"),
        ("papers", AGREEMENT_TABLE, "papers"),
    )
}  # fmt: skip


@contextlib.contextmanager
def holding(cast_store: Path, said: Sequence[Statement]) -> Iterator[KnowledgeGraph]:
    """A store of the cast that holds these statements."""
    with (
        tempfile.TemporaryDirectory() as folder,
        KnowledgeGraph(shutil.copytree(cast_store, Path(folder) / "store")) as kg,
    ):
        kg.add(said)
        yield kg


# Dyads, against an oracle that reads the statements one by one


def pairs_of(s: Statement, said: Sequence[Statement]) -> set[tuple[str, str]]:
    """Who acts towards whom according to one statement."""
    relation = vocabulary().relations[s.relation]
    subject = s.subject if isinstance(s.subject, str) else None
    in_role = defaultdict(list)
    for role in s.roles:
        in_role[role.role].append(role.entity)
    if relation.family == "mediation":
        found = set(itertools.product([subject, *in_role["co-mediator"]], s.parties)) | {(subject, s.object)}
    elif relation.symmetric or signed_together(relation):
        found = set(itertools.permutations([subject, s.object, *s.parties, *in_role["recipient"]], 2))
    elif relation.family == "affiliation":
        found = set()
    elif s.subject and s.object:
        found = {(subject, s.object)}
    elif s.subject:
        found = {(subject, other) for other in [*s.parties, *in_role["recipient"]]}
    elif s.object:
        found = {(one, s.object) for one in s.parties}
    elif ACTORS & set(in_role["recipient"]):
        found = set(itertools.product(s.parties, in_role["recipient"]))
    else:
        found = set(itertools.permutations(s.parties, 2))
    if s.relation in vocabulary().question("is-party-to") and s.object:
        for other in said:
            if (other.source, other.object) == (s.source, s.object) and other.relation in vocabulary().question(
                "is-party-to"
            ):
                found |= {(subject, str(other.subject)), (str(other.subject), subject)}
    return {(a, b) for a, b in found if a in ACTORS and b in ACTORS and a != b}


def signed_together(relation: Relation) -> bool:
    frame = relation.frame
    return "parties" in frame.permits and not frame.object_kinds & vocabulary().relations["mediates"].frame.party_kinds


def events_of(said: Sequence[Statement], sources: dict[str, Source]) -> dict[str, int]:
    """How many events the statements tell of, by kind of evidence."""
    found = {}
    for name, kind in (("claims", None), ("coded", EVENT_TABLE), ("agreements", AGREEMENT_TABLE)):
        of_kind = [s for s in said if (k := sources[s.source].kind) == kind or (kind is None and k not in KNOWN)]
        tellers = defaultdict(list)
        for s in of_kind:
            tellers[sources[s.source].collection if kind else ""].append(s)
        found[name] = max((one_teller(those, kind) for those in tellers.values()), default=0)
    return found


KNOWN = {EVENT_TABLE, AGREEMENT_TABLE}


def one_teller(said: Sequence[Statement], kind: str | None) -> int:
    events: set[str] = set()
    others: dict[str, Counter[str]] = defaultdict(Counter)
    for s in said:
        if s.event:
            events.add(s.event.id)
        elif kind == AGREEMENT_TABLE and s.object in KINDS_AGREEMENT:
            events.add(f"paper {s.object}")
        else:
            others[s.source][s.coder] += 1
    return len(events) + sum(max(count.values()) for count in others.values())


KINDS_AGREEMENT = {id for id, e in ENTITIES.items() if e.kind == "agreement"}


def sign_of(said: Sequence[Statement], sources: dict[str, Source]) -> tuple[int | None, bool]:
    """The sign that a dyad has, and whether it is mixed."""
    by_sign = defaultdict(list)
    for s in said:
        by_sign[vocabulary().relations[s.relation].sign].append(s)
    good, bad = events_of(by_sign[1], sources), events_of(by_sign[-1], sources)
    verdicts = set()
    for kind in good:
        if total := good[kind] + bad[kind]:
            verdicts.add(1 if 4 * good[kind] >= 3 * total else -1 if 4 * bad[kind] >= 3 * total else 0)
    if not verdicts:
        return (0, False) if by_sign[0] else (None, False)
    return (0, True) if len(verdicts) > 1 or verdicts == {0} else (verdicts.pop(), False)


def expected(said: Sequence[Statement], sources: dict[str, Source], *, directed: bool) -> dict[Any, list[Statement]]:
    """The statements of each dyad."""
    dyads: dict[Any, list[Statement]] = defaultdict(list)
    standing = [s for s in said if s.status in STANDING]
    for s in standing:
        if s.modality in TOOK_PLACE:
            told = [o for o in standing if o.modality in TOOK_PLACE]
            for pair in {p if directed else frozenset(p) for p in pairs_of(s, told)}:
                dyads[pair].append(s)
    return dyads


def spells_of(said: Sequence[Statement], sources: dict[str, Source]) -> tuple[str, ...]:
    """The days on which some of these may have been, as intervals."""
    bounds = [s.bounds(sources[s.source].published) for s in said]
    spells: list[list[date]] = []
    for low, high in sorted((a or date.min, b or date.max) for a, b in bounds if a or b):
        if spells and (low == date.min or low - timedelta(1) <= spells[-1][1]):
            spells[-1][1] = max(spells[-1][1], high)
        else:
            spells.append([low, high])
    return tuple(
        f"{'..' if a == date.min else a}/{'..' if b == date.max else b}" for a, b in spells
    )  # fmt: skip


def assert_dyads(graph: "nx.Graph[str]", said: Sequence[Statement], sources: dict[str, Source]) -> None:
    directed = graph.is_directed()
    wanted = expected(said, sources, directed=directed)
    assert {(a, b) if directed else frozenset((a, b)) for a, b in graph.edges} == set(wanted)
    for one, other, edge in graph.edges(data=True):
        those = wanted[(one, other) if directed else frozenset((one, other))]
        assert sorted(edge["statements"]) == sorted(s.id for s in those)
        events = events_of(those, sources)
        assert {kind: edge[kind] for kind in events} == events
        assert edge["weight"] == max(events.values())
        assert (edge["sign"], edge["mixed"]) == sign_of(those, sources)
        assert edge["families"] == tuple(sorted({vocabulary().relations[s.relation].family for s in those}))
        assert set(edge["modalities"]) == {s.modality.value for s in those}
        assert edge["spells"] == spells_of(those, sources)
        if edge["exact"]:
            assert len(those) == 1 or len({bool(s.event) or s.modality == "coded" for s in those}) == 1
            assert sum(n > 0 for n in events.values()) < 2
            assert not any(s.repeated for s in those)
    assert not graph.nodes or all({"label", "kind", "state"} <= data.keys() for _, data in graph.nodes(data=True))


@given(several_fitting(60))
@settings(deadline=None, max_examples=tries(15))
def test_dyads_are_what_the_statements_say_one_by_one(cast_store: Path, said: list[Statement]) -> None:
    with holding(cast_store, said) as kg:
        assert_dyads(kg.network(projection="dyads"), said, SOURCES)
        assert_dyads(kg.network(projection="signed"), said, SOURCES)


def test_coded_events_and_agreements_are_counted_apart_from_claims(tmp_path: Path, cast_store: Path) -> None:
    relations = ["assaults", "aids", "accuses", "meets", "mediates", "is-party-to", "visits"]
    numbers = itertools.count()

    def coded(source: str, event: str | None, relation: str, one: str, other: str) -> Statement:
        more: dict[str, Any] = {"object": other}
        if relation == "mediates":
            more = {"parties": (other,)}
        if relation == "is-party-to":
            more = {"object": "river-treaty"}
        return Statement(
            subject=one, relation=relation, source=source, record=f"{next(numbers)}", modality=Modality.CODED,
            coder="coder-1", when="2031-03-01", event=EventLink(id=event) if event else None, **more,
        )  # fmt: skip

    actors = ["norland", "sudland", "river-guild"]
    choices = itertools.product(TABLES, [None, "one", "two"], relations, itertools.permutations(actors, 2))
    said = [coded(source, event, r, *pair) for n, (source, event, r, pair) in enumerate(choices) if n % 7 % 3 == 0]
    said += [
        Statement(subject="norland", relation="aids", object="sudland", source="gazette-1", start=0, end=9,
                  modality=Modality.ASSERTED)
    ]  # fmt: skip
    with KnowledgeGraph(shutil.copytree(cast_store, tmp_path / "store")) as kg:
        kg.add(said, sources=TABLES.values())
        assert_dyads(kg.network(projection="dyads"), said, SOURCES | TABLES)
        assert_dyads(kg.network(projection="signed"), said, SOURCES | TABLES)


def test_a_dyad_counts_the_events_that_the_answer_counts(talks: KnowledgeGraph) -> None:
    network = talks.network(projection="dyads", relation="invites")
    assert network.edges
    for found in talks.ask("invites").found:
        if found.object and found.subject and network.has_edge(found.subject, found.object) and not found.about:
            edge = network.edges[found.subject, found.object]
            assert set(found.statements) & set(edge["statements"]) or not found.events


# Signs


def dyad(kg: KnowledgeGraph, *relations: str, **more: Any) -> dict[str, Any]:
    """The signed pair of Norland and Sudland after acts of these relations."""
    kg.add(
        [
            Statement(
                subject="norland", relation=r, object="sudland", source="leaflet", start=n, end=n + 1,
                coder="machine-1", modality=Modality.CLAIMED,
            )
            for n, r in enumerate(relations)
        ]
    )  # fmt: skip
    found: dict[str, Any] = kg.network(projection="signed", **more).edges["norland", "sudland"]
    return found


@pytest.fixture
def cast(cast_store: Path, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(shutil.copytree(cast_store, tmp_path / "cast")) as kg:
        yield kg


@pytest.mark.parametrize(
    ("relations", "sign", "mixed"),
    [
        (["aids", "visits"], 1, False),
        (["assaults"], -1, False),
        (["aids", "aids", "aids", "accuses"], 1, False),
        (["aids", "aids", "accuses"], 0, True),
        (["responds-to"], 0, False),
        (["responds-to", "assaults"], -1, False),
        (["accepts-mediation"], None, False),
        (["accepts-mediation", "aids"], 1, False),
    ],
)
def test_the_sign_of_a_pair_follows_from_its_acts(
    cast: KnowledgeGraph, relations: list[str], sign: int | None, *, mixed: bool
) -> None:
    edge = dyad(cast, *relations)
    assert (edge["sign"], edge["mixed"]) == (sign, mixed)


def test_the_majority_that_makes_a_sign_can_be_set(cast: KnowledgeGraph) -> None:
    assert dyad(cast, "aids", "aids", "accuses", majority=0.6)["sign"] == 1
    assert cast.network(projection="signed", majority=1).edges["norland", "sudland"]["mixed"]
    for share in (0.5, 1.2):
        with pytest.raises(ParameterError, match="majority"):
            cast.network(projection="signed", majority=share)


def test_rejecting_a_mediation_makes_no_sign(cast: KnowledgeGraph) -> None:
    assert dyad(cast, "rejects-mediation")["sign"] is None


def test_denials_and_aims_are_no_dyads_unless_asked_for(cast: KnowledgeGraph) -> None:
    cast.add(
        [
            Statement(subject="norland", relation="assaults", object="sudland", source="gazette-1", start=0, end=1,
                      modality=Modality.NEGATED),
            Statement(subject="norland", relation="aids", object="sudland", source="gazette-1", start=2, end=3,
                      modality=Modality.INTENDED),
        ]
    )  # fmt: skip
    network = cast.network(projection="dyads")
    assert not network.edges
    assert network.graph["note"].startswith("nothing that took place: 2 statements match")
    aims = cast.network(projection="dyads", modality="intended")
    assert aims.edges["norland", "sudland"]["modalities"] == ("intended",)
    assert aims.graph["modalities"] == ("intended",)


# Mediations


def test_a_mediation_joins_mediators_and_sides_in_one_node(norland: KnowledgeGraph) -> None:
    network = norland.network(projection="mediation")
    assert not network.is_directed()
    assert nx.is_bipartite(network)
    nodes = [(id, data) for id, data in network.nodes(data=True) if data["bipartite"] == "mediation"]
    assert nodes
    for id, data in nodes:
        said = [norland.statement(i) for i in data["statements"]]
        assert {s.relation for s in said} == set(data["relations"])
        for actor in network[id]:
            edge = network.edges[id, actor]
            assert set(edge["statements"]) <= set(data["statements"])
            for statement in map(norland.statement, edge["statements"]):
                assert actor in {statement.subject, *statement.parties, *(r.entity for r in statement.roles)}
        assert {a for s in said for a in s.parties} == {
            a for a in network[id] if "party" in network.edges[id, a]["parts"]
        }


@given(several_fitting(40, ["mediates", "brokers-agreement", "offers-mediation", "hosts"]))
@settings(deadline=None, max_examples=tries(8))
def test_mediations_are_what_the_statements_say_one_by_one(cast_store: Path, said: list[Statement]) -> None:
    wanted = defaultdict(set)
    for s in said:
        if s.status in STANDING and s.modality in TOOK_PLACE:
            node = f"event:{s.event.id}" if s.event else f"statement:{s.id}"
            mediates = s.relation in ("mediates", "brokers-agreement")
            taking = [(s.subject, "mediator" if mediates else "subject"), (s.object, "object")]
            taking += [(p, "party") for p in s.parties]
            taking += [(r.entity, "mediator" if r.role == "co-mediator" else r.role) for r in s.roles]
            for actor, part in taking:
                if actor in ACTORS:
                    wanted[node, actor].add((part, s.id))
    with holding(cast_store, said) as kg:
        network = kg.network(projection="mediation", families="mediation")
    found = {}
    for one, other, edge in network.edges(data=True):
        node, actor = (one, other) if network.nodes[one]["bipartite"] == "mediation" else (other, one)
        found[node, actor] = edge
    assert found.keys() == wanted.keys()
    for key, edge in found.items():
        assert set(edge["parts"]) == {part for part, _ in wanted[key]}
        assert set(edge["statements"]) == {id for _, id in wanted[key]}
    projected = ties(network)
    pairs = Counter(
        (a, b)
        for node in {n for n, _ in wanted}
        for (n, a), parts in wanted.items() if n == node and "mediator" in {p for p, _ in parts}
        for (m, b), others in wanted.items() if m == node and "party" in {p for p, _ in others} and a != b
    )  # fmt: skip
    assert {(a, b): edge["weight"] for a, b, edge in projected.edges(data=True)} == pairs


def test_an_offer_is_no_mediation_unless_asked_for(cast: KnowledgeGraph) -> None:
    cast.add(
        [
            Statement(subject="river-guild", relation="offers-mediation", parties=("norland", "sudland"),
                      source="gazette-1", start=0, end=1, modality=Modality.ASSERTED)
        ]
    )  # fmt: skip
    assert cast.network(projection="mediation").graph["note"] == "no statement matches these filters"
    offers = cast.network(projection="mediation", relation="offers-mediation")
    assert {edge["parts"] for _, _, edge in offers.edges(data=True)} == {("subject",), ("party",)}
    assert not ties(offers).edges


def test_of_coded_events_one_sentence_is_one_mediation_for_each_mediator(cast: KnowledgeGraph) -> None:
    def row(subject: str, party: str) -> Statement:
        return Statement(
            subject=subject, relation="mediates", parties=(party,), source="table-1", record=f"{subject}{party}",
            modality=Modality.CODED, coder="c", when="2031-01-01", event=EventLink(id="story-1"),
        )  # fmt: skip

    cast.add(
        [row("river-guild", "norland"), row("river-guild", "sudland"), row("league-of-rivers", "norland")],
        sources=TABLES.values(),
    )
    network = cast.network(projection="mediation")
    assert network.graph["mediations"] == 2
    assert sorted(network.degree(n) for n, d in network.nodes(data=True) if d["bipartite"] == "mediation") == [2, 3]


# Level, focus, families, windows


def test_statements_of_those_who_act_for_one_state_join_nobody_at_its_level(cast: KnowledgeGraph) -> None:
    cast.add(
        [
            Statement(subject="ministry-of-sudland", relation="criticises", object="sudland", source="gazette-1",
                      start=0, end=1, modality=Modality.ASSERTED),
            Statement(subject="norland", relation="criticises", object="ministry-of-sudland", source="gazette-1",
                      start=2, end=3, modality=Modality.ASSERTED),
        ]
    )  # fmt: skip
    for projection in ("multi", "dyads"):
        assert len(cast.network(projection=projection).edges) == 2
        assert [(a, b) for a, b, *_ in cast.network(projection=projection, level="state").edges] == [
            ("norland", "sudland")
        ]
    state = cast.network(projection="dyads").nodes["ministry-of-sudland"]["state"]
    assert state == "sudland"
    assert cast.network(projection="dyads", level=Level.STATE).graph["without_pair"] == 1


def test_a_focus_keeps_who_is_near_and_the_ties_among_them(norland: KnowledgeGraph) -> None:
    for projection in ("multi", "dyads", "signed"):
        whole = norland.network(projection=projection)
        for steps in (0, 1, 2):
            wanted = set(nx.ego_graph(nx.Graph(whole.to_undirected()), "norland", steps))
            near = norland.network(projection=projection, focus="Norland", depth=steps)
            assert set(near.edges) == set(whole.subgraph(wanted).edges)
    near = norland.network(projection="mediation", focus=("Westmark",), depth=1)
    assert {"westmark", "norland", "sudland"} <= set(near)


def test_families_are_admitted_together(norland: KnowledgeGraph) -> None:
    network = norland.network(families=("invitation", "accusation"))
    assert {e["family"] for _, _, e in network.edges(data=True)} == {"invitation", "accusation"}
    assert set(network.edges) == {
        edge for f in ("invitation", "accusation") for edge in norland.network(family=f).edges
    }
    with pytest.raises(UnknownTermError, match="family"):
        norland.network(families="invitations")


def test_depth_is_a_number_for_the_focus_and_a_word_for_the_lens(norland: KnowledgeGraph) -> None:
    both = norland.network(focus="Norland", depth=(1, "any"), according_to="Norland")
    assert set(both.edges) <= set(norland.network(according_to="Norland", depth="any").edges)
    with pytest.raises(ParameterError, match="name one with focus"):
        norland.network(depth=2)
    with pytest.raises(ParameterError, match="no number of steps"):
        norland.network(focus="Norland", depth=-1)
    with pytest.raises(UnknownNameError):
        norland.network(focus="Nowhere")
    with pytest.raises(ParameterError, match="'triads' is none of multi"):
        norland.network(projection="triads")


def test_windows_are_the_networks_of_their_months(cast: KnowledgeGraph) -> None:
    said = [
        Statement(subject="norland", relation="aids", object="sudland", source="leaflet", start=n, end=n + 1,
                  coder="machine-1", modality=Modality.CLAIMED, when=when)
        for n, when in enumerate(["2031-01-05", "2031-02", "2031-01-30/2031-03-02", None])
    ]  # fmt: skip
    cast.add([*said, said[3].model_validate(said[3].model_dump(exclude={"id"}) | {"relation": "accuses"})])
    found = list(cast.network(by="month", projection="dyads", relation="aids"))
    assert [name for name, _ in found] == ["2031-01", "2031-02", "2031-03"]
    assert [g.edges["norland", "sudland"]["weight"] for _, g in found] == [2, 2, 1]
    assert [(g.graph["spread"], g.graph["undated"]) for _, g in found] == [(1, 1), (1, 1), (1, 1)]
    for name, g in found:
        month = date.fromisoformat(f"{name}-01")
        assert g.graph["since"] == month.isoformat()
    with pytest.raises(ParameterError, match="none of them has a date"):
        cast.network(by="month", relation="accuses")
    with pytest.raises(ParameterError, match="no statement matches"):
        cast.network(by="month", relation="assaults")
    with pytest.raises(ParameterError, match="within a month"):
        cast.network(by="month", since="2031-01-05")


@given(several_fitting(40))
@settings(deadline=None, max_examples=tries(8))
def test_periods_are_what_each_window_alone_is(cast_store: Path, said: list[Statement]) -> None:
    with holding(cast_store, said) as kg:
        snapshot = kg.snapshot
        for projection in ("dyads", "signed"):
            asked = asked_for(snapshot, Selection(), projection=projection, focus="Norland")
            try:
                over = dict(dyads_over(snapshot, asked, "year"))
            except ParameterError:
                continue
            for year, found in list(over.items())[:5]:
                alone = kg.network(projection=projection, focus="Norland", since=year, until=year)
                assert nx.utils.graphs_equal(found.graph(), alone)
                assert found.graph().graph == alone.graph


@given(several_fitting(40))
@settings(deadline=None, max_examples=tries(8))
def test_arrays_are_measured_as_the_network_is(cast_store: Path, said: list[Statement]) -> None:
    with holding(cast_store, said) as kg:
        for projection in ("dyads", "signed"):
            arrays, network = kg.dyads(projection=projection), kg.network(projection=projection)
            for weight in (None, "weight"):
                one, other = Ties.of(arrays, weight), Ties.of(network, weight)
                assert (one.actors, one.directed) == (other.actors, other.directed)
                for name in ("source", "target", "weight"):
                    assert getattr(one, name).tolist() == getattr(other, name).tolist()
            mine, theirs = signed(arrays), signed(network)
            assert signs_of(mine) == signs_of(theirs)
            assert (mine.actors, mine.mixed, mine.unsigned) == (theirs.actors, theirs.mixed, theirs.unsigned)
            if len(network) > 2:
                for groups in ("kind", "label"):
                    of_arrays, of_network = brokerage(arrays, groups), brokerage(network, groups)
                    assert of_arrays.observed.tolist() == of_network.observed.tolist()
                    assert (of_arrays.groups, of_arrays.about) == (of_network.groups, of_network.about)


@given(several_fitting(40), st.sampled_from(sorted(ACTORS)), st.sampled_from(sorted(ACTORS)))
@settings(deadline=None, max_examples=tries(8))
def test_shortest_paths_lead_along_few_dyads(cast_store: Path, said: list[Statement], start: str, end: str) -> None:
    if start == end:
        return
    with holding(cast_store, said) as kg:
        for projection in ("dyads", "signed"):
            few = along_paths(kg.dyads(projection=projection), start, end).graph()
            whole = kg.network(projection=projection)
            assert shortest_paths(few, start, end, 100) == shortest_paths(whole, start, end, 100)
            assert few.graph == whole.graph
            assert dict(few.nodes.items()).items() <= dict(whole.nodes.items()).items()
            for one, other, data in few.edges(data=True):
                assert data == whole.edges[one, other]


def signs_of(ties: SignedTies) -> set[tuple[int, int, int]]:
    return set(zip(ties.one.tolist(), ties.other.tolist(), ties.sign.tolist(), strict=True))


def test_what_weighs_no_dyad_is_refused(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="'sign' weighs no dyad: give weight, positive, negative"):
        Ties.of(norland.dyads(), "sign")
    with pytest.raises(ParameterError, match="0 as negative"):
        Ties.of(norland.dyads(), "negative")


def test_more_periods_than_anybody_looks_at_are_refused(norland: KnowledgeGraph) -> None:
    asked = asked_for(norland.snapshot, Selection(since=date(1, 1, 1), until=date(9999, 12, 31)))
    with pytest.raises(ParameterError, match="119988 months, more than 1200"):
        windows(norland.snapshot, asked, "month", most=1200)


# What is not there


def test_each_way_to_have_no_edges_says_why(cast: KnowledgeGraph) -> None:
    for projection in ("multi", "dyads", "signed", "mediation"):
        network = cast.network(projection=projection, since="2020-01-01")
        assert network.graph["note"] == "no statement matches these filters"
        assert not network.nodes
    cast.add(
        [
            Statement(subject="norland", relation="mediates", object="river-talks", source="leaflet", start=0, end=1,
                      coder="machine-1", modality=Modality.CLAIMED),
        ]
    )  # fmt: skip
    one = cast.network(projection="mediation")
    assert {d["kind"] for _, d in one.nodes(data=True)} == {"mediation", "state"}
    assert cast.network(projection="dyads").graph["note"].endswith("none of them joins two actors at this level")
    assert cast.network(projection="dyads", since="2031-01-01").graph["note"].startswith("no dated statement: 1 match")
    far = cast.network(focus="Sudland")
    assert far.graph["note"] == "no selected statement joins sudland with anybody"


# Comparisons


def test_two_perspectives_differ_in_what_one_denies(cast: KnowledgeGraph) -> None:
    def says(speaker: str, relation: str, modality: Modality, n: int) -> Statement:
        return Statement(
            subject="norland", relation=relation, object="river-guild", source="leaflet", start=n, end=n + 1,
            coder="machine-1", attributed_to=(speaker,), modality=modality,
        )  # fmt: skip

    said = [
        says("norland", "aids", Modality.CLAIMED, 0), says("sudland", "aids", Modality.NEGATED, 1),
        says("norland", "visits", Modality.CLAIMED, 2), says("sudland", "assaults", Modality.CLAIMED, 3),
        says("norland", "supports", Modality.CLAIMED, 4), says("sudland", "supports", Modality.CLAIMED, 5),
    ]  # fmt: skip
    cast.add(said)
    found = compare(cast.network(according_to="Norland"), cast.network(according_to="Sudland"))
    assert [(t.relation, t.first, t.second) for t in found.disputed] == [("aids", "holds", "denies")]
    assert found.disputed[0].first_statements == (said[0].id,)
    assert found.disputed[0].second_statements == (said[1].id,)
    assert [t.relation for t in found.only_first] == ["visits"]
    assert [t.relation for t in found.only_second] == ["assaults"]
    assert [t.relation for t in found.shared] == ["supports"]
    signs = compare(
        cast.network(projection="signed", according_to="Norland"),
        cast.network(projection="signed", according_to="Sudland", relation="assaults"),
    )
    assert [(t.first, t.second) for t in signs.disputed] == [("positive", "negative")]


@given(several_fitting(40))
@settings(deadline=None, max_examples=tries(6))
def test_a_comparison_is_the_same_seen_from_the_other_side(cast_store: Path, said: list[Statement]) -> None:
    with holding(cast_store, said) as kg:
        for projection in ("multi", "dyads", "signed"):
            one, other = (kg.network(projection=projection, source=s) for s in ("gazette-1", "gazette-2"))
            there, back = compare(one, other), compare(other, one)
            assert keys(there.only_first) == keys(back.only_second)
            assert keys(there.disputed) == keys(back.disputed)
            assert keys(there.shared) == keys(back.shared)
            same = compare(one, one)
            assert (same.only_first, same.only_second, same.disputed) == ((), (), ())


def keys(found: Sequence[Any]) -> set[tuple[Any, ...]]:
    return {(t.start, t.end, t.relation) for t in found}


def test_a_comparison_is_a_table(talks: KnowledgeGraph) -> None:
    russia, armenia = (talks.network(according_to=name) for name in ("Russia", "Armenia"))
    found = compare(russia, armenia)
    rows = found.frame().to_dict("records")
    assert [(r["start"], r["end"], r["relation"], r["standing"]) for r in rows] == [
        (t.start, t.end, t.relation, t.standing.value) for t in found.ties
    ]
    assert [tuple(r["first_statements"]) for r in rows] == [t.first_statements for t in found.ties]
    assert list(compare(armenia.subgraph([]), armenia.subgraph([])).frame().columns) == list(rows[0])


def test_networks_of_different_projections_are_not_compared(norland: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="different projections"):
        compare(norland.network(), norland.network(projection="dyads"))
    mediations = norland.network(projection="mediation")
    with pytest.raises(ParameterError, match="compare their ties"):
        compare(mediations, mediations)
    assert isinstance(compare(ties(mediations), ties(mediations)), Comparison)


def test_a_network_is_kept_as_long_as_the_revision(kg: KnowledgeGraph) -> None:
    first = kg.network(projection="signed", level="state")
    assert kg.network(level="state", projection="signed") is first
    kg.add(entities=[Entity(id="new", kind="state", label="New")])
    assert kg.network(projection="signed", level="state") is not first


@pytest.mark.parametrize("projection", Projection)
def test_networks_show_themselves(talks: KnowledgeGraph, projection: Projection) -> None:
    network = talks.network(projection=projection)
    shown, told = network._repr_mimebundle_()  # type: ignore[attr-defined]
    assert shown["image/png"].startswith(b"\x89PNG")
    assert f"Revision {network.graph['revision']}." in shown["text/plain"]
    assert shown["text/plain"] in told["image/png"]["alt"]
    again = pickle.loads(pickle.dumps(network))  # noqa: S301 - our own
    assert nx.utils.graphs_equal(again, network)
    assert type(network.copy()) is type(network)


def test_a_network_without_edges_shows_why(talks: KnowledgeGraph) -> None:
    network = talks.network(projection="dyads", relation="supports", since="1901", until="1902")
    shown, _ = network._repr_mimebundle_()  # type: ignore[attr-defined]
    assert network.graph["note"] in shown["text/plain"]
