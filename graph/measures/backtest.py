"""Whether a ranking of candidates would have found who came to mediate: beside chance, and beside degree."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from graph.columns import OPEN_START
from graph.columns import day as day_of
from graph.dataframes import frame
from graph.evidence import Evidence
from graph.exceptions import ParameterError
from graph.measures.arrays import Floats, Ints, Network
from graph.measures.mediation import Pair, candidates
from graph.networks.mediations import MEDIATOR, PARTY
from graph.questions import Level

if TYPE_CHECKING:
    import pandas as pd

    from graph.knowledge_graph import KnowledgeGraph

TOP = 5
"""Among so many first places somebody is looked for."""
_CHANCE = "chance"
_DEGREE = "degree"
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of two sides before a day: the signed network, and how often who mediated, in the window."""

    network: Network
    one: str
    other: str
    mediated: Mapping[str, int]


class Among(StrEnum):
    """Who is ranked: those on good terms with both sides and hostile to neither, or everybody with some tie."""

    CANDIDATES = "candidates"
    EVERYBODY = "everybody"


Score = Callable[[Before, str], float]
"""How well somebody is fit to mediate, by what was known before: more is better."""


def _good(before: Before, actor: str) -> tuple[int, int]:
    """Positive events with each side, also where there are as many hostile ones."""
    one, other = (before.network.get_edge_data(actor, side) or {} for side in (before.one, before.other))
    return one.get("positive", 0), other.get("positive", 0)


def _weaker(before: Before, actor: str) -> float:
    return min(_good(before, actor))


def _both(before: Before, actor: str) -> float:
    return sum(_good(before, actor))


def _mediated(before: Before, actor: str) -> float:
    return before.mediated.get(actor, 0)


def _degree(before: Before, actor: str) -> float:
    return float(before.network.degree(actor))


SCORES: dict[str, Score] = {"weaker tie": _weaker, "both ties": _both, "mediations": _mediated}
"""Good events with the side with whom there are fewer; with both sides; mediations of whomever."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One who mediates between two for the first time, by what was known before that day.

    There were `candidates` among `actors` of the network; where the mediator was none, `why_not` tells why. It is
    ranked among `of`: `places` has, by score, how many of them stand higher and how many as high, itself included. It
    has no places where it is not among them.
    """

    day: date
    mediator: str
    between: Pair
    evidence: Evidence
    actors: int
    candidates: int
    why_not: str | None
    of: int
    places: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How a ranking did: means over its trials, and bounds of 95 % of what it has more than chance and than degree.

    `reciprocal` is the mean of 1/place; `auc` the share of other candidates that stand lower, those as high counting
    half; `top` the share of trials in which the mediator is among the first `TOP`. Ties are broken by chance, and all
    are exact expectations. Bounds are of `reciprocal`.
    """

    score: str
    reciprocal: float
    auc: float
    top: float
    over_chance: tuple[float, float]
    over_degree: tuple[float, float]

    @property
    def beats(self) -> bool:
        """Whether both bounds leave no doubt that it is better."""
        return self.over_chance[0] > 0 and self.over_degree[0] > 0


@dataclass(frozen=True, slots=True)
class Backtest:
    """Rankings beside chance and degree on what came after.

    Of `first` mediations, each by one who had not mediated between the two before, `early` lie less than the window
    after the first statement and are no trials. `ranked` trials have the mediator among two candidates or more; only
    these test a ranking. They come in `clusters`: what one mediator did on one day is drawn together for the bounds.
    `expected` is the share of mediators who would be candidates if candidates were drawn at random. `reason` tells
    why there are no rankings.
    """

    window: int
    relation: str
    first: int
    early: int
    trials: tuple[Trial, ...]
    ranked: int
    clusters: int
    expected: float | None
    rankings: dict[str, Ranking]
    reason: str | None

    @property
    def found(self) -> float | None:
        """The share of mediators who were candidates; None without trials."""
        return sum(t.why_not is None for t in self.trials) / len(self.trials) if self.trials else None

    def rows(self) -> Iterator[dict[str, Any]]:
        """One row a ranking."""
        for r in self.rankings.values():
            yield {
                "score": r.score, "trials": self.ranked, "clusters": self.clusters, "reciprocal": r.reciprocal,
                "auc": r.auc, "top": r.top, "over_chance_low": r.over_chance[0], "over_chance_high": r.over_chance[1],
                "over_degree_low": r.over_degree[0], "over_degree_high": r.over_degree[1], "beats": r.beats,
            }  # fmt: skip

    def frame(self) -> "pd.DataFrame":
        """The rows as a DataFrame. Raises MissingExtraError."""
        return frame(self.rows(), _COLUMNS)


_COLUMNS = (
    "score", "trials", "clusters", "reciprocal", "auc", "top", "over_chance_low", "over_chance_high",
    "over_degree_low", "over_degree_high", "beats",
)  # fmt: skip


def backtest(
    kg: "KnowledgeGraph", *, window: int = 365, relation: str = "mediates", level: Level | str = Level.STATE,
    among: Among | str = Among.CANDIDATES, least: int = 1, scores: Mapping[str, Score] = SCORES, draws: int = 2000,
    seed: int = 0, **filters: Any,
) -> Backtest:  # fmt: skip
    """Ranks the candidates of each two sides by what was known before somebody new came to mediate between them.

    A trial is the first day in the data on which an actor mediates between two (`relation`: or does something else
    of that family). What was known before is the signed network of the `window` days before that day, which is left
    out. Ranked are its candidates, or everybody in it; `least` is that of `candidates`.
    Coded events name one side a row: those of one data set, mediator and exact day are taken to tell of both sides, as
    answers do. `filters` choose the statements of the networks as in `kg.network`; but for `dataset` they are not
    those of mediations. Bounds are from `draws` drawn clusters of trials (Efron 1979), by `seed`. Time: a network a day
    that has trials. Raises ParameterError, also where a score is NaN, and what `kg.network` raises.
    """
    if window < 1:
        raise ParameterError("window", f"{window} days hold nothing that was known before: give 1 or more")
    if draws < 100:
        raise ParameterError("draws", f"{draws} are too few for bounds: give 100 or more")
    if taken := {_CHANCE, _DEGREE} & scores.keys():
        raise ParameterError("scores", f"{min(taken)!r} is what others are compared with: give it another name")
    if among not in list(Among):
        raise ParameterError("among", f"{among!r} is none of {', '.join(Among)}")
    chosen = Among(among)
    whom = {"level": Level(level)} | ({"dataset": filters["dataset"]} if "dataset" in filters else {})
    acts = _acts(kg, kg.network(projection="mediation", relation=relation, **whom))
    first: dict[tuple[str, Pair, Evidence], date] = {}
    for act in acts:
        for pair in combinations(sorted(act.sides), 2):
            first.setdefault((act.mediator, pair, act.evidence), act.day)
    begin = _begin(kg, filters)
    days: dict[date, list[tuple[str, Pair, Evidence]]] = defaultdict(list)
    for who, day in first.items():
        if begin is not None and (day - begin).days >= window:
            days[day].append(who)
    trials: list[Trial] = []
    measured = dict(scores) | {_DEGREE: _degree}
    for day, those in sorted(days.items()):
        since = day - timedelta(window)
        network = kg.network(
            projection="signed", level=Level(level), since=since, until=day - timedelta(1), **filters
        )  # fmt: skip
        mediated = Counter(a.mediator for a in acts if since <= a.day < day)
        trials += (_trial(day, who, network, mediated, measured, least, chosen) for who in sorted(those))
    early = len(first) - len(trials)
    return _tested(tuple(trials), measured, window, relation, len(first), early, draws, seed)


@dataclass(frozen=True, slots=True)
class _Act:
    """What one actor mediates on one day."""

    day: date
    mediator: str
    evidence: Evidence
    sides: frozenset[str]


def _acts(kg: "KnowledgeGraph", network: Network) -> list[_Act]:
    """Mediations of an exact day, in order; those of coded events joined by data set, mediator and day."""
    found: dict[tuple[Hashable, ...], set[str]] = defaultdict(set)
    for node, told in network.nodes(data=True):
        if told["bipartite"] != "mediation" or told["earliest"] is None or told["earliest"] != told["latest"]:
            continue
        parts = {actor: network.edges[node, actor]["parts"] for actor in network[node]}
        sides = {a for a, taken in parts.items() if not {MEDIATOR, "subject"} & set(taken) and PARTY in taken}
        source = kg.source(kg.statement(told["statements"][0]).source)
        whose = source.collection if told["evidence"] == Evidence.EVENT else node
        for actor, taken in parts.items():
            if {MEDIATOR, "subject"} & set(taken):
                found[date.fromisoformat(told["earliest"]), actor, told["evidence"], whose] |= sides - {actor}
    return sorted(
        (_Act(day, actor, Evidence(kind), frozenset(sides)) for (day, actor, kind, _), sides in found.items()),  # type: ignore[arg-type]
        key=lambda a: (a.day, a.mediator, a.evidence, sorted(a.sides)),
    )


def _begin(kg: "KnowledgeGraph", filters: Mapping[str, Any]) -> date | None:
    """The first day of any of the statements that networks are made of."""
    earliest = kg.dyads(projection="signed", **filters).earliest
    told = earliest[earliest != OPEN_START]
    return day_of(int(told.min())) if len(told) else None


def _trial(
    day: date, who: tuple[str, Pair, Evidence], network: Network, mediated: Mapping[str, int],
    scores: Mapping[str, Score], least: int, among: Among,
) -> Trial:  # fmt: skip
    mediator, (one, other), evidence = who
    found = candidates(network, one, other, least=least)
    before = Before(network, one, other, mediated)
    everybody = [a for a in network if a not in (one, other)]
    names = [c.actor for c in found.candidates]
    why_not = None
    if mediator not in names:
        is_refused = any(mediator == c.actor for c in found.refused)
        why_not = "hostile or mixed" if is_refused else "no good tie to both"
        why_not = why_not if mediator in network else "not in the network"
    ranked = names if among is Among.CANDIDATES else everybody
    places = {}
    if mediator in ranked:
        for name, score in scores.items():
            own, values = score(before, mediator), [score(before, actor) for actor in ranked]
            if any(v != v for v in (own, *values)):
                raise ParameterError("scores", f"{name!r} gives somebody NaN, which stands in no order")
            places[name] = sum(v > own for v in values), sum(v == own for v in values)
    return Trial(day, mediator, (one, other), evidence, len(everybody), len(names), why_not, len(ranked), places)


def _tested(
    trials: tuple[Trial, ...], scores: Mapping[str, Score], window: int, relation: str, first: int, early: int,
    draws: int, seed: int,
) -> Backtest:  # fmt: skip
    ranked = [t for t in trials if t.places and t.of > 1]
    numbers: dict[tuple[str, date], int] = {}
    cluster = np.array([numbers.setdefault((t.mediator, t.day), len(numbers)) for t in ranked], np.int64)
    shares = [t.candidates / t.actors for t in trials if t.actors]
    rankings = {}
    if ranked:
        of = np.array([t.of for t in ranked])
        figures = {name: measured(np.array([t.places[name] for t in ranked]), of) for name in scores}
        figures[_CHANCE] = measured(np.column_stack([np.zeros_like(of), of]), of)  # all stand as high
        for name, values in figures.items():
            reciprocal, auc, top = values.mean(axis=0).tolist()
            over_chance, over_degree = (
                _bounds(values[:, 0] - figures[other][:, 0], cluster, draws, seed) for other in (_CHANCE, _DEGREE)
            )
            rankings[name] = Ranking(name, reciprocal, auc, top, over_chance, over_degree)
    return Backtest(
        window=window, relation=relation, first=first, early=early, trials=trials, ranked=len(ranked),
        clusters=len(numbers), expected=float(np.mean(shares)) if shares else None, rankings=rankings,
        reason=None if ranked else _why(first, trials),
    )  # fmt: skip


def _why(first: int, trials: Sequence[Trial]) -> str:
    if not first:
        return "nobody mediates between two sides on a day that is told"
    if not trials:
        return "no first mediation lies so many days after the first statement: take a shorter window"
    return "none of those who came to mediate was one of two candidates or more"


def measured(places: Ints, of: Ints) -> Floats:
    """Expected 1/place, share of others that stand lower, and chance to be among the first, one row a trial.

    `places` has how many stand higher and how many as high, itself included, whom chance puts in order.
    """
    higher, equal = places[:, 0], places[:, 1]
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, of.max() + 1))])
    reciprocal = (harmonic[higher + equal] - harmonic[higher]) / equal
    lower = (of - higher - equal + (equal - 1) / 2) / (of - 1)
    return np.column_stack([reciprocal, lower, np.clip((TOP - higher) / equal, 0, 1)])


def _bounds(values: Floats, cluster: Ints, draws: int, seed: int) -> tuple[float, float]:
    """Bounds of the mean where clusters are drawn with replacement."""
    number = int(cluster.max()) + 1
    sums, sizes = np.bincount(cluster, values, number), np.bincount(cluster, minlength=number)
    drawn = np.random.default_rng(seed).integers(number, size=(draws, number))
    low, high = np.percentile(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1), _INTERVAL)
    return float(low), float(high)
