"""The backtest finds a ranking that is planted, sees nothing of the day itself, and breaks ties as chance does."""

from datetime import date, timedelta
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.entities import Entity
from graph.exceptions import ParameterError
from graph.measures import SCORES, Backtest, Before, backtest
from graph.measures.backtest import TOP, measured
from graph.sources import Source
from graph.statements import Statement
from ontology import Kind, Modality

STATES = [Entity(id=f"state-{n}", kind=Kind.STATE, label=f"State {n}") for n in range(12)]
TABLE = Source(id="table", title="Table", kind="event table", dataset="events", coder="coder", modality=Modality.CODED)
START = date(2031, 1, 1)
SIDES = ("state-0", "state-1")


class Events:
    """Rows of a table of events, who does what to whom on which day."""

    def __init__(self) -> None:
        self.rows: list[Statement] = []

    def add(self, day: int, one: int, relation: str, other: int) -> None:
        whom = {"parties": [f"state-{other}"]} if relation == "mediates" else {"object": f"state-{other}"}
        row = len(self.rows) + 1
        fields = {"subject": f"state-{one}", "relation": relation, "source": "table", "record": str(row), "row": row}
        told = fields | whom | {"when": (START + timedelta(day)).isoformat(), "modality": "coded", "coder": "coder"}
        self.rows.append(Statement.model_validate(told))

    def good(self, day: int, one: int, times: int) -> None:
        for _ in range(times):
            for side in (0, 1):
                self.add(day, one, "supports", side)

    def mediation(self, day: int, one: int) -> None:
        for side in (0, 1):
            self.add(day, one, "mediates", side)

    def into(self, graph: KnowledgeGraph) -> KnowledgeGraph:
        graph.add(self.rows, entities=STATES, sources=[TABLE])
        return graph


def test_a_ranking_that_is_planted_is_found_and_another_is_not(empty: KnowledgeGraph) -> None:
    told = Events()
    told.add(0, 0, "accuses", 1)
    for n, who in enumerate(range(2, 10)):
        first = 10 + 20 * n
        for other in range(2, 12):
            told.good(first, other, 5 if other == who else 1 + other % 3)
            for friend in range(2, 12):
                if who not in (other, friend) and other != friend:
                    told.add(first, other, "supports", friend)
        told.mediation(first + 5, who)
    found = backtest(told.into(empty), window=9, seed=3)
    assert (found.first, found.early, found.ranked, found.clusters, found.found) == (8, 0, 8, 8, 1.0)
    assert found.expected == 1.0
    best, degree, chance = (found.rankings[name] for name in ("weaker tie", "degree", "chance"))
    assert (best.reciprocal, best.auc, best.top, best.beats) == (1, 1, 1, True)
    assert (degree.auc, degree.beats) == (0, False)
    assert chance.reciprocal == pytest.approx(sum(1 / n for n in range(1, 11)) / 10)
    assert (chance.auc, chance.top, chance.over_chance) == (0.5, TOP / 10, (0, 0))
    assert backtest(empty, window=9, seed=3) == found
    assert found.frame()["score"].tolist() == [*SCORES, "degree", "chance"]


def one_trial(graph: KnowledgeGraph, **options: object) -> Backtest:
    """State 2 mediates on day 20 after three good events a side, and state 3 had one; on the day itself it has ten."""
    told = Events()
    told.add(0, 4, "supports", 5)
    told.good(15, 2, 3)
    told.good(15, 3, 1)
    told.good(20, 3, 10)
    told.add(16, 4, "accuses", 0)
    told.add(16, 4, "supports", 1)
    told.mediation(20, 2)
    told.mediation(21, 2)
    told.mediation(22, 4)
    return backtest(told.into(graph), window=10, **options)  # type: ignore[arg-type]


def test_what_the_day_tells_is_not_known_before(empty: KnowledgeGraph) -> None:
    found = one_trial(empty)
    (ranked, other) = found.trials
    assert (ranked.mediator, ranked.between, ranked.day) == ("state-2", SIDES, START + timedelta(20))
    assert (ranked.candidates, ranked.places["weaker tie"], ranked.places["mediations"]) == (2, (0, 1), (0, 2))
    assert (other.mediator, other.why_not, other.places) == ("state-4", "hostile or mixed", {})
    assert (found.first, found.ranked, found.found) == (2, 1, 0.5)
    ranking = found.rankings["weaker tie"]
    assert (ranking.over_chance, ranking.over_degree) == ((0.25, 0.25), (0.25, 0.25))


def test_everybody_may_be_ranked_and_by_a_score_of_ones_own(empty: KnowledgeGraph) -> None:
    asked: list[Before] = []

    def fewest(before: Before, actor: str) -> float:
        asked.append(before)
        return -float(actor.removeprefix("state-"))

    found = one_trial(empty, among="everybody", scores={"name": fewest})
    assert [t.places["name"] for t in found.trials] == [(0, 1), (2, 1)]
    assert [t.of for t in found.trials] == [2 + 1, 2 + 1]  # states 2, 3 and 4
    assert {(b.one, b.other) for b in asked} == {SIDES}


def test_without_trials_there_is_a_reason(empty: KnowledgeGraph) -> None:
    nothing = backtest(empty)
    assert (nothing.rankings, nothing.found, nothing.expected) == ({}, None, None)
    assert nothing.reason == "nobody mediates between two sides on a day that is told"
    assert one_trial(empty, least=50).reason == "none of those who came to mediate was one of two candidates or more"
    too_long = backtest(empty, window=400)
    assert (too_long.first, too_long.early, too_long.trials) == (2, 2, ())
    assert too_long.reason == "no first mediation lies so many days after the first statement: take a shorter window"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"window": 0}, "0 days hold nothing"),
        ({"draws": 5}, "too few for bounds"),
        ({"among": "friends"}, "'friends' is none of candidates, everybody"),
        ({"scores": {"degree": lambda *_: 1.0}}, "give it another name"),
    ],
)
def test_what_cannot_be_tested_is_refused(empty: KnowledgeGraph, wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        backtest(empty, **wrong)  # type: ignore[arg-type]


def test_a_score_that_is_no_number_is_refused(empty: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="'odd' gives somebody NaN"):
        one_trial(empty, scores={"odd": lambda *_: float("nan")})


@given(st.lists(st.integers(0, 2), min_size=2, max_size=7), st.integers(0, 6))
def test_figures_are_means_over_all_orders_of_equals(values: list[int], who: int) -> None:
    who %= len(values)
    orders = [o for o in permutations(range(len(values))) if all(values[a] >= values[b] for a, b in pairwise(o))]
    places = [o.index(who) + 1 for o in orders]
    expected = [
        np.mean([1 / p for p in places]),
        np.mean([(len(values) - p) / (len(values) - 1) for p in places]),
        np.mean([p <= TOP for p in places]),
    ]
    higher, equal = sum(v > values[who] for v in values), values.count(values[who])
    np.testing.assert_allclose(measured(np.array([[higher, equal]]), np.array([len(values)]))[0], expected)


@pytest.mark.shared
@pytest.mark.slow
def test_real_events_of_two_days_have_three_first_mediations(shared_data: Path, empty: KnowledgeGraph) -> None:
    empty.import_files("gdelt", sorted((shared_data / "gdelt" / "v2-daily").glob("*.csv")))
    found = backtest(empty, window=1, among="everybody")
    assert (found.first, found.ranked) == (3, 3)
    assert not any(r.beats for r in found.rankings.values())
