"""Who mediates how much, for whom and how exclusively, beside whom, with whose consent, and who else might."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from graph.exceptions import ParameterError
from graph.measures.arrays import Network
from graph.networks.mediations import MEDIATOR, PARTY

if TYPE_CHECKING:
    from graph.knowledge_graph import KnowledgeGraph

Pair = tuple[str, str]
"""Two sides, in the order of their ids."""


@dataclass(frozen=True, slots=True)
class Mediator:
    """What an actor mediates, by one kind of evidence.

    `alone` counts the mediations without another mediator, `one_sided` those that do not name two sides. `parties` and
    `pairs` count the mediations for each side and each two sides. `exclusivity`: of all mediations between these pairs
    the share that is this actor's; 1 where nobody else mediates between them; None, with a `reason`, without pairs.
    """

    actor: str
    evidence: str
    mediations: int
    alone: int
    one_sided: int
    parties: dict[str, int]
    pairs: dict[Pair, int]
    exclusivity: float | None
    reason: str | None
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two who mediate between the same sides: the `pairs` of both, by all pairs of either (`jaccard`), by evidence.

    `together` counts the mediations that both take part in: partners have many, rivals none.
    """

    one: str
    other: str
    evidence: str
    pairs: tuple[Pair, ...]
    jaccard: float
    together: int


@dataclass(frozen=True, slots=True)
class Rival:
    """One of those who mediate between two sides: `share` is that of all parts that mediators take between them."""

    actor: str
    evidence: str
    mediations: int
    share: float
    alone: int
    earliest: str | None
    latest: str | None
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rivalry:
    """All who mediate between two sides, in the order of their ids; `reason` where there are none.

    `concentration` is, by kind of evidence, the sum of squared shares (Herfindahl): 1 with one mediator, 1/k with k
    who do equally much.
    """

    between: Pair
    mediators: tuple[Rival, ...]
    concentration: dict[str, float]
    reason: str | None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What passes between a mediator and a side, by one kind of evidence, in events that took place.

    `rate` is acceptances by acceptances and rejections; None, with a `reason`, where there are neither: an offer
    without an answer is none that was refused. Not `exact` where the number of events is unsure.
    """

    mediator: str
    side: str
    evidence: str
    offers: int
    requests: int
    acceptances: int
    rejections: int
    exact: bool
    statements: dict[str, tuple[str, ...]]

    @property
    def rate(self) -> float | None:
        """The share of answers that accept."""
        answers = self.acceptances + self.rejections
        return self.acceptances / answers if answers else None

    @property
    def reason(self) -> str | None:
        """Why there is no rate."""
        return None if self.acceptances + self.rejections else "no answer is told"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An actor with ties to both sides, and the statements behind each tie; `why_not` where one speaks against."""

    actor: str
    label: str
    with_one: tuple[str, ...]
    with_other: tuple[str, ...]
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who might mediate between two sides, by name: in no order of merit. `reason` tells why there is nobody.

    `refused` are those who have ties to both sides, of which one is hostile or mixed.
    """

    between: tuple[str, str]
    candidates: tuple[Candidate, ...]
    refused: tuple[Candidate, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Mediation:
    node: str
    evidence: str
    mediators: frozenset[str]
    parties: frozenset[str]

    def pairs_of(self, mediator: str) -> list[Pair]:
        """Two sides each, without the mediator, should it be called a side as well."""
        return [(a, b) for a, b in combinations(sorted(self.parties - {mediator}), 2)]


def mediators(network: Network) -> list[Mediator]:
    """Who mediates how much, for whom and how exclusively, by actor and kind of evidence, in the order of ids.

    `network` is one of mediations: `kg.network(projection="mediation")`. Raises ParameterError for another.
    """
    told = list(_mediations(network))
    of_pair = Counter((m.evidence, pair) for m in told for pair in combinations(sorted(m.parties), 2))
    found: dict[tuple[str, str], list[_Mediation]] = defaultdict(list)
    for m in told:
        for actor in m.mediators:
            found[actor, m.evidence].append(m)
    return [_mediator(network, actor, evidence, own, of_pair) for (actor, evidence), own in sorted(found.items())]


def _mediator(
    network: Network, actor: str, evidence: str, own: list[_Mediation], of_pair: Counter[tuple[str, Pair]]
) -> Mediator:
    pairs = Counter(pair for m in own for pair in m.pairs_of(actor))
    every = sum(of_pair[evidence, pair] for pair in pairs)
    return Mediator(
        actor=actor,
        evidence=evidence,
        mediations=len(own),
        alone=sum(len(m.mediators) == 1 for m in own),
        one_sided=sum(not m.pairs_of(actor) for m in own),
        parties=dict(sorted(Counter(p for m in own for p in m.parties - {actor}).items())),
        pairs=dict(sorted(pairs.items())),
        exclusivity=sum(pairs.values()) / every if every else None,
        reason=None if every else "none of its mediations names two sides",
        statements=_statements(network, actor, own),
    )


def overlaps(network: Network) -> list[Overlap]:
    """Every two who mediate between the same sides, by kind of evidence, in the order of ids. Raises ParameterError."""
    pairs: dict[tuple[str, str], set[Pair]] = defaultdict(set)
    together: Counter[tuple[str, str, str]] = Counter()
    for m in _mediations(network):
        for actor in m.mediators:
            pairs[m.evidence, actor].update(m.pairs_of(actor))
        for one, other in combinations(sorted(m.mediators), 2):
            together[m.evidence, one, other] += 1
    who: dict[tuple[str, Pair], set[str]] = defaultdict(set)
    for (evidence, actor), theirs in pairs.items():
        for pair in theirs:
            who[evidence, pair].add(actor)
    common: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    for (evidence, pair), actors in who.items():
        for one, other in combinations(sorted(actors), 2):
            common[one, other, evidence].append(pair)
    return [
        Overlap(
            one=one,
            other=other,
            evidence=evidence,
            pairs=tuple(sorted(shared)),
            jaccard=len(shared) / len(pairs[evidence, one] | pairs[evidence, other]),
            together=together[evidence, one, other],
        )
        for (one, other, evidence), shared in sorted(common.items())
    ]


def rivalry(network: Network, one: str, other: str) -> Rivalry:
    """Who mediates between two sides, which are ids, and how the work is divided. Raises ParameterError."""
    if one == other:
        raise ParameterError("between", f"takes two different actors, got {one} twice")
    between = (min(one, other), max(one, other))
    own: dict[tuple[str, str], list[_Mediation]] = defaultdict(list)
    for m in _mediations(network):
        for actor in m.mediators - {one, other}:
            if m.parties.issuperset(between):
                own[actor, m.evidence].append(m)
    parts = Counter({e: 0 for _, e in own})
    for (_, evidence), theirs in own.items():
        parts[evidence] += len(theirs)
    found = [
        Rival(
            actor=actor,
            evidence=evidence,
            mediations=len(theirs),
            share=len(theirs) / parts[evidence],
            alone=sum(len(m.mediators) == 1 for m in theirs),
            earliest=min((d for m in theirs if (d := network.nodes[m.node]["earliest"])), default=None),
            latest=max((d for m in theirs if (d := network.nodes[m.node]["latest"])), default=None),
            statements=_statements(network, actor, theirs),
        )
        for (actor, evidence), theirs in sorted(own.items())
    ]
    return Rivalry(
        between=between,
        mediators=tuple(found),
        concentration={e: sum(r.share**2 for r in found if r.evidence == e) for e in sorted(parts)},
        reason=None if found else f"no mediation in this network names both {one} and {other} as sides",
    )


_ACTS = {
    "offers": "offers-mediation",
    "requests": "requests-mediation",
    "acceptances": "accepts-mediation",
    "rejections": "rejects-mediation",
}


def acceptance(kg: "KnowledgeGraph", **filters: Any) -> list[Acceptance]:
    """Offers and requests of mediation beside what is accepted and rejected, for each mediator and side, by ids.

    `filters` are those of `KnowledgeGraph.ask`, but for relation and family. Aims, conditions and denials are left
    out: they tell of no act. Raises what `KnowledgeGraph.ask` raises.
    """
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    saying: dict[tuple[str, str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    unsure: set[tuple[str, str, str]] = set()
    for act, relation in _ACTS.items():
        for found in kg.ask(relation, **filters).found:
            if found.subject is None or not found.events:
                continue
            towards = {*found.parties, *([found.object] if found.object else [])} - {found.subject}
            for other in towards:
                mediator, side = (found.subject, other) if act == "offers" else (other, found.subject)
                key = mediator, side, found.evidence.value
                counts[key][act] += found.events
                saying[key][act] = (*saying[key].get(act, ()), *found.statements)
                if not found.events_exact:
                    unsure.add(key)
    return [
        Acceptance(
            mediator=key[0],
            side=key[1],
            evidence=key[2],
            offers=number["offers"],
            requests=number["requests"],
            acceptances=number["acceptances"],
            rejections=number["rejections"],
            exact=key not in unsure,
            statements=saying[key],
        )
        for key, number in sorted(counts.items())
    ]


def candidates(network: Network, one: str, other: str, *, least: int = 1) -> Candidates:
    """Who is on good terms with both sides, with at least so many positive events each, and hostile to neither.

    `network` has signed ties, as `kg.network(projection="signed")` or "dyads" gives; with directions, those of both
    count. A good tie has sign 1; a tie of sign -1 or a mixed one, in either direction, speaks against. Nobody is
    ranked: see `graph.measures.backtest` for what rankings do on real mediations. Raises ParameterError.
    """
    if one == other:
        raise ParameterError("between", f"takes two different actors, got {one} twice")
    if network.is_multigraph():
        raise ParameterError("network", 'has parallel ties, not pairs: give kg.network(projection="signed")')
    for side in (one, other):
        if side not in network:
            return Candidates((one, other), (), (), f"{side} has no tie in this network")
    good: list[Candidate] = []
    refused: list[Candidate] = []
    for actor in network:
        ties = [_ties(network, actor, side) for side in (one, other)]
        if actor in (one, other) or not all(ties):
            continue
        against = [
            f"its ties with {side} are {'hostile' if any(t.get('sign') == -1 for t in some) else 'mixed'}"
            for side, some in zip((one, other), ties, strict=True)
            if any(t.get("sign") == -1 or t.get("mixed") for t in some)
        ]
        if not against and not all(_positive(some) >= least for some in ties):
            continue
        found = Candidate(
            actor=actor,
            label=str(network.nodes[actor].get("label", actor)),
            with_one=_distinct(s for t in ties[0] for s in t.get("statements", ())),
            with_other=_distinct(s for t in ties[1] for s in t.get("statements", ())),
            why_not="; ".join(against) or None,
        )
        (refused if against else good).append(found)
    return Candidates(
        between=(one, other),
        candidates=tuple(sorted(good, key=_by_name)),
        refused=tuple(sorted(refused, key=_by_name)),
        reason=None if good else "nobody is on good terms with both, and hostile to neither",
    )


def _by_name(candidate: Candidate) -> tuple[str, str]:
    return candidate.label.casefold(), candidate.actor


def _ties(network: Network, one: str, other: str) -> list[dict[str, Any]]:
    pairs = [(one, other), (other, one)] if network.is_directed() else [(one, other)]
    return [network.edges[pair] for pair in pairs if network.has_edge(*pair)]


def _positive(ties: list[dict[str, Any]]) -> int:
    return sum(int(t.get("positive", 1)) for t in ties if t.get("sign") == 1)


def _mediations(network: Network) -> Iterator[_Mediation]:
    for node, told in network.nodes(data=True):
        if "bipartite" not in told:
            raise ParameterError("network", 'is none of mediations: give kg.network(projection="mediation")')
        if told["bipartite"] == "mediation":
            parts = {actor: network.edges[node, actor]["parts"] for actor in network[node]}
            yield _Mediation(
                node=node,
                evidence=told["evidence"],
                mediators=frozenset(a for a, taken in parts.items() if MEDIATOR in taken),
                parties=frozenset(a for a, taken in parts.items() if PARTY in taken),
            )


def _statements(network: Network, actor: str, own: list[_Mediation]) -> tuple[str, ...]:
    return _distinct(s for m in own for s in network.edges[m.node, actor]["statements"])


def _distinct(ids: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
