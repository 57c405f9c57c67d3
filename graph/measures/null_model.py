"""A null model: networks in which everybody keeps as many ties, and all else is left to chance."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from graph.exceptions import ParameterError, UndefinedMeasureError
from graph.measures.arrays import Network

Measured: TypeAlias = float | None
_SWAPS = 10


@dataclass(frozen=True, slots=True)
class Chance:
    """A figure beside the same figure in rewired networks.

    `mean` and `sd` are those of the `draws` in which it is defined; in `undefined` more it is not. `as_high` and
    `as_low` are the shares of draws with a figure at least, or at most, as large. `reason` tells why there is no `z`.
    """

    observed: Measured
    draws: int
    undefined: int
    mean: Measured
    sd: Measured
    z: Measured
    as_high: Measured
    as_low: Measured
    reason: str | None


def rewired(network: Network, seed: int, swaps: int = _SWAPS) -> Network:
    """A network with the same actors, each with as many ties in and out, drawn at random from all of that kind.

    Two ties a → b and c → d become a → d and c → b, `swaps` times as often as there are ties; what would make a loop
    or a parallel tie is left as it is, and counts as a try (Maslov and Sneppen 2002). A tie keeps its attributes, such
    as its sign. Loops stay where they are. The same seed gives the same network. With directions, three actors in a
    ring can be turned only together with others (Rao, Jana and Bandyopadhyay 1996): in networks of a few actors some
    are never drawn. Raises ParameterError for a network with parallel ties.
    """
    if network.is_multigraph():
        raise ParameterError("network", "has parallel ties, which cannot be rewired: give dyads")
    if swaps < 1:
        raise ParameterError("swaps", f"{swaps} leave the network as it is: give 1 or more")
    directed = network.is_directed()
    number = {actor: n for n, actor in enumerate(network)}
    actors = list(network)
    ties = [(number[a], number[b]) for a, b in network.edges() if a != b]
    told = [dict(tie) for a, b, tie in network.edges(data=True) if a != b]

    def key(a: int, b: int) -> tuple[int, int]:
        return (a, b) if directed or a < b else (b, a)

    there = {key(a, b) for a, b in ties}
    if len(ties) > 1:
        rng = np.random.default_rng(seed)
        for _ in range(swaps):
            picks = rng.integers(0, len(ties), (len(ties), 2)).tolist()
            turns = rng.integers(0, 2, len(ties)).tolist()
            for (i, j), turn in zip(picks, turns, strict=True):
                (a, b), (c, d) = ties[i], ties[j]
                if turn and not directed:
                    c, d = d, c
                one, other = key(a, d), key(c, b)
                if a == d or c == b or one == other or one in there or other in there:
                    continue
                there -= {key(a, b), key(c, d)}
                there |= {one, other}
                ties[i], ties[j] = (a, d), (c, b)
    found: Network = network.__class__()
    found.graph.update(network.graph)
    found.add_nodes_from((actor, dict(network.nodes[actor])) for actor in actors)
    found.add_edges_from((a, b, dict(tie)) for a, b, tie in network.edges(data=True) if a == b)
    found.add_edges_from((actors[a], actors[b], tie) for (a, b), tie in zip(ties, told, strict=True))
    return found


def against_chance(
    network: Network,
    measure: Callable[[Network], "Measured | Mapping[Any, Measured]"],
    *,
    draws: int = 100,
    seed: int = 0,
    swaps: int = _SWAPS,
) -> dict[Hashable, Chance]:
    """A measure of the network beside the same of `draws` rewired ones, by actor; by None where it is one figure.

    `measure` takes a network and returns a figure or one for each actor; what is undefined is None or raises
    UndefinedMeasureError. z is (observed - mean) / sd; it is None, with a reason, where that says nothing. Raises
    ParameterError, and UndefinedMeasureError where the measure is undefined on the network itself.
    """
    if draws < 2:
        raise ParameterError("draws", f"{draws} say nothing about chance: give 2 or more")
    observed = _figures(measure(network))
    drawn: dict[Hashable, list[float]] = {who: [] for who in observed}
    for n in range(draws):
        try:
            figures = _figures(measure(rewired(network, seed + n, swaps)))
        except UndefinedMeasureError:
            continue
        for who, values in drawn.items():
            value = figures.get(who)
            if value is not None:
                values.append(value)
    return {who: _beside(observed[who], np.array(values, float), draws) for who, values in drawn.items()}


def _figures(found: "Measured | Mapping[Any, Measured]") -> dict[Hashable, Measured]:
    return dict(found) if isinstance(found, Mapping) else {None: found}


def _beside(observed: Measured, drawn: "np.typing.NDArray[np.float64]", draws: int) -> Chance:
    undefined = draws - len(drawn)
    if not len(drawn):
        return Chance(observed, 0, undefined, None, None, None, None, None, "it is undefined in every draw")
    mean, sd = float(drawn.mean()), float(drawn.std(ddof=1)) if len(drawn) > 1 else 0.0
    if observed is None:
        return Chance(None, len(drawn), undefined, mean, sd, None, None, None, "it is undefined on the network itself")
    # What is the same but for the last digits is the same: sums in another order differ there.
    close = 1e-9 * max(1.0, abs(observed))
    flat = sd <= close
    return Chance(
        observed=observed,
        draws=len(drawn),
        undefined=undefined,
        mean=mean,
        sd=sd,
        z=None if flat else (observed - mean) / sd,
        as_high=float((drawn >= observed - close).mean()),
        as_low=float((drawn <= observed + close).mean()),
        reason="all draws have the same value" if flat else None,
    )
