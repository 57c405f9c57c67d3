"""Who mediates, with whom and with whose consent: counted by hand on small casts, and by an oracle on any network."""

from collections import Counter
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.exceptions import ParameterError
from graph.measures import acceptance, candidates, mediators, overlaps, rivalry
from graph.measures.arrays import Network
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind
from tests.effort import tries

Told = tuple[str, str]
"""The mediators and the parties of a mediation, a letter each."""


def told(*mediations: Told, evidence: str = "claim") -> Network:
    """A network of mediations, as `kg.network` draws it."""
    network: Network = nx.Graph()
    for n, (who, sides) in enumerate(mediations):
        node = f"statement:s{n}"
        network.add_node(node, bipartite="mediation", evidence=evidence, earliest=f"203{n}-01-01", latest=None)
        for actor in {*who, *sides}:
            parts = [*(["mediator"] if actor in who else []), *(["party"] if actor in sides else [])]
            network.add_node(actor, bipartite="actor", label=actor.upper())
            network.add_edge(node, actor, parts=tuple(parts), statements=(f"s{n}",))
    return network


mediations = st.lists(
    st.tuples(st.sets(st.sampled_from("mno"), min_size=1), st.sets(st.sampled_from("abcm"))), max_size=6
)


@given(mediations)
def test_exclusivity_is_the_share_of_what_is_told_of_the_same_pairs(given_: list[tuple[set[str], set[str]]]) -> None:
    for found in mediators(told(*(("".join(who), "".join(sides)) for who, sides in given_))):
        own = [sides - {found.actor} for who, sides in given_ if found.actor in who]
        pairs = {p for sides in own for p in combinations(sorted(sides), 2)}
        mine = sum(set(p) <= sides for p in pairs for sides in own)
        every = sum(set(p) <= sides for p in pairs for _, sides in given_)
        assert found.mediations == len(own)
        assert found.one_sided == sum(len(sides) < 2 for sides in own)
        assert found.pairs.keys() == pairs
        assert found.exclusivity == (mine / every if every else None)
        assert (found.reason is None) == bool(every)


@given(mediations)
def test_overlap_and_rivalry_are_counted_as_one_does_by_hand(given_: list[tuple[set[str], set[str]]]) -> None:
    network = told(*(("".join(who), "".join(sides)) for who, sides in given_))

    def pairs(actor: str) -> set[tuple[str, str]]:
        those = (sides - {actor} for who, sides in given_ if actor in who)
        return {pair for sides in those for pair in combinations(sorted(sides), 2)}

    found = {(o.one, o.other): o for o in overlaps(network)}
    for one, other in combinations("mno", 2):
        shared = pairs(one) & pairs(other)
        assert ((one, other) in found) == bool(shared)
        if shared:
            overlap = found[one, other]
            assert set(overlap.pairs) == shared
            assert overlap.jaccard == len(shared) / len(pairs(one) | pairs(other))
            assert overlap.together == sum({one, other} <= who for who, _ in given_)
    for a, b in combinations("abcm", 2):
        parts = [m for who, sides in given_ if {a, b} <= sides for m in who - {a, b}]
        rivals = rivalry(network, a, b)
        assert {r.actor: r.mediations for r in rivals.mediators} == Counter(parts)
        assert (rivals.reason is None) == bool(parts)
        if parts:
            assert sum(r.share for r in rivals.mediators) == pytest.approx(1)
            equal = sum(p == q for p in parts for q in parts) / len(parts) ** 2
            assert rivals.concentration["claim"] == pytest.approx(equal)


def test_mediators_are_told_with_sides_pairs_and_statements() -> None:
    found = {m.actor: m for m in mediators(told(("m", "ab"), ("mn", "ab"), ("n", "bc"), ("n", "a")))}
    assert found["m"].pairs == {("a", "b"): 2}
    assert (found["m"].alone, found["m"].exclusivity, found["m"].statements) == (1, 1, ("s0", "s1"))
    assert found["n"].parties == {"a": 2, "b": 2, "c": 1}
    assert (found["n"].one_sided, found["n"].exclusivity) == (1, 2 / 3)


def test_overlap_tells_partners_from_rivals() -> None:
    partners, rivals = told(("mn", "ab"), ("mn", "bc")), told(("m", "ab"), ("n", "ab"), ("n", "bc"))
    (found,) = overlaps(partners)
    assert (found.one, found.other, found.jaccard, found.together) == ("m", "n", 1, 2)
    (found,) = overlaps(rivals)
    assert (found.pairs, found.jaccard, found.together) == ((("a", "b"),), 0.5, 0)
    assert overlaps(told(("m", "ab"), ("n", "bc"))) == []


def test_rivals_share_the_work_between_a_pair() -> None:
    found = rivalry(told(("m", "ab"), ("m", "ab"), ("mn", "ba"), ("o", "bc")), "b", "a")
    assert [(r.actor, r.mediations, r.share, r.alone) for r in found.mediators] == [
        ("m", 3, 0.75, 2),
        ("n", 1, 0.25, 0),
    ]
    assert found.concentration == {"claim": 0.75**2 + 0.25**2}
    assert (found.mediators[0].earliest, found.mediators[0].latest) == ("2030-01-01", None)


def test_a_pair_that_nobody_mediates_between_says_so() -> None:
    found = rivalry(told(("m", "ab")), "a", "c")
    assert (found.mediators, found.concentration) == ((), {})
    assert found.reason == "no mediation in this network names both a and c as sides"
    with pytest.raises(ParameterError, match="two different actors"):
        rivalry(told(), "a", "a")
    with pytest.raises(ParameterError, match="none of mediations"):
        mediators(nx.path_graph(3))


def test_the_talks_have_their_mediators(talks: KnowledgeGraph) -> None:
    found = rivalry(talks.network(projection="mediation"), "armenia", "azerbaijan")
    assert {"european-union", "united-states", "the-west"} <= {r.actor for r in found.mediators}
    assert all(r.statements for r in found.mediators)


ACTS = {"offers-mediation": "offers", "requests-mediation": "requests", "accepts-mediation": "acceptances",
        "rejects-mediation": "rejections"}  # fmt: skip


@settings(max_examples=tries(12))  # each makes a store
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.permutations("abc"), st.sampled_from(["asserted", "negated"])),
        max_size=8,
    )
)
def test_acceptance_counts_what_took_place_from_each_side(acts: list[tuple[str, list[str], str]]) -> None:
    states = [Entity(id=id, kind=Kind.STATE, label=id.upper()) for id in "abc"]
    sources = [Source(id=f"gazette-{n}", title=f"Gazette {n}", kind="news article") for n in range(len(acts))]
    counts: Counter[tuple[str, str, str]] = Counter()
    statements = []
    for n, (relation, (subject, object, _), modality) in enumerate(acts):
        fields = {"subject": subject, "relation": relation, "object": object, "modality": modality}
        statements.append(Statement.model_validate(fields | {"source": f"gazette-{n}", "start": 0, "end": 1}))
        if modality == "asserted":
            mediator, side = (subject, object) if relation == "offers-mediation" else (object, subject)
            counts[mediator, side, ACTS[relation]] += 1
    with KnowledgeGraph() as kg:
        kg.add(statements, entities=states, sources=sources)
        found = acceptance(kg)
    told_ = {(f.mediator, f.side, act): n for f in found for act in ACTS.values() if (n := getattr(f, act))}
    assert told_ == counts
    for f in found:
        answers = counts[f.mediator, f.side, "acceptances"] + counts[f.mediator, f.side, "rejections"]
        assert f.rate == (counts[f.mediator, f.side, "acceptances"] / answers if answers else None)
        assert (f.reason is None) == bool(answers)


def test_offers_stand_beside_what_became_of_them(norland: KnowledgeGraph) -> None:
    ours, theirs = acceptance(norland)
    assert (ours.mediator, ours.side, ours.offers, ours.rejections, ours.rate) == (
        "league-of-rivers", "norland", 1, 0, None,
    )  # fmt: skip
    assert ours.reason == "no answer is told"
    assert (theirs.side, theirs.offers, theirs.rejections, theirs.rate) == ("sudland", 1, 1, 0)
    assert {act: len(ids) for act, ids in theirs.statements.items()} == {"offers": 1, "rejections": 1}
    assert acceptance(norland, since="1900-01-01", until="1901-01-01") == []


def signed(*ties: tuple[str, str, int | None]) -> Network:
    network: Network = nx.Graph()
    for n, (a, b, sign) in enumerate(ties):
        network.add_edge(a, b, sign=sign, mixed=sign == 0, positive=int(sign == 1), statements=(f"s{n}",))
    return network


def test_candidates_are_on_good_terms_with_both_and_hostile_to_neither() -> None:
    network = signed(
        ("zoe", "a", 1), ("zoe", "b", 1), ("eve", "b", 1), ("eve", "a", 1), ("foe", "a", 1), ("foe", "b", -1),
        ("mix", "a", 0), ("mix", "b", 1), ("far", "a", 1), ("med", "a", None), ("med", "b", 1), ("a", "b", -1),
    )  # fmt: skip
    found = candidates(network, "a", "b")
    assert [(c.actor, c.with_one, c.with_other) for c in found.candidates] == [
        ("eve", ("s3",), ("s2",)), ("zoe", ("s0",), ("s1",)),
    ]  # fmt: skip
    assert [(c.actor, c.why_not) for c in found.refused] == [
        ("foe", "its ties with b are hostile"), ("mix", "its ties with a are mixed"),
    ]  # fmt: skip
    assert candidates(network, "a", "b", least=2).reason == "nobody is on good terms with both, and hostile to neither"
    assert candidates(network, "a", "nobody").reason == "nobody has no tie in this network"


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"), st.sampled_from("abcde"), st.sampled_from([1, 1, -1, 0, None]), st.integers(1, 3)
        ),
        max_size=14,
    ),
    st.booleans(),
    st.integers(1, 3),
)
def test_candidates_are_all_whom_the_rule_leaves(
    acts: list[tuple[str, str, int | None, int]], directed: bool, least: int
) -> None:
    network: Network = nx.DiGraph() if directed else nx.Graph()
    for a, b, sign, events in acts:
        if a != b:
            network.add_edge(a, b, sign=sign, mixed=sign == 0, positive=events, statements=())
    found = candidates(network, "a", "b", least=least)
    if not {"a", "b"} <= set(network):
        assert found.candidates == found.refused == ()
        return

    def ties(actor: str, side: str) -> list[tuple[int | None, int]]:
        told = {frozenset((u, v)) if not directed else (u, v): t for u, v, t in network.edges(data=True)}
        return [(t["sign"], t["positive"]) for pair, t in told.items() if set(pair) == {actor, side}]

    good, bad = set(), set()
    for actor in set(network) - {"a", "b"}:
        of = [ties(str(actor), side) for side in "ab"]
        if all(of) and any(sign in (0, -1) for some in of for sign, _ in some):
            bad.add(actor)
        elif all(sum(events for sign, events in some if sign == 1) >= least for some in of):
            good.add(actor)
    assert [c.actor for c in found.candidates] == sorted(map(str, good))
    assert [c.actor for c in found.refused] == sorted(map(str, bad))
    assert (found.reason is None) == bool(good)


def test_with_directions_both_count() -> None:
    network: Network = nx.DiGraph(signed(("c", "a", 1), ("c", "b", 1)))
    network.remove_edges_from([("a", "c"), ("b", "c")])
    assert [c.actor for c in candidates(network, "a", "b").candidates] == ["c"]
    network.add_edge("b", "c", sign=-1, statements=("s9",))
    found = candidates(network, "a", "b")
    assert (found.candidates, found.refused[0].with_other) == ((), ("s1", "s9"))


def test_candidates_of_the_graph_lead_back_to_statements(talks: KnowledgeGraph) -> None:
    network = talks.network(projection="signed")
    found = candidates(network, "armenia", "azerbaijan")
    for candidate in (*found.candidates, *found.refused):
        for id in (*candidate.with_one, *candidate.with_other):
            assert talks.statement(id).id == id
